import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ItemCallers } from '../transport/itemCallers';
import { toFailure } from '../transport/nodeError';
import { execute } from './function';
import { ItemResults } from './itemResults';

/** Runs the chosen operation for the input items, each with its own credential. */
export async function router(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = String(context.getNodeParameter('operation', 0));
	const items = new ItemResults(context, operation);
	try {
		await execute(context, items, await ItemCallers.open(context), operation);
	} catch (thrown) {
		items.failRemaining(toFailure(thrown));
	}
	return [items.output()];
}
