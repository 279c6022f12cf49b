import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { inputFailure } from '../convex/failure';
import { quote } from '../convex/values/quote';
import { ItemCallers } from '../transport/itemCallers';
import { toFailure } from '../transport/nodeError';
import { operations } from './function/operations';
import { ItemResults } from './itemResults';

/** Runs the chosen operation for the input items, each with its own credential. */
export async function router(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = String(context.getNodeParameter('operation', 0));
	const items = new ItemResults(context, operation);
	try {
		const execute = executorOf(operation);
		await execute(context, items, await ItemCallers.open(context));
	} catch (thrown) {
		items.failRemaining(toFailure(thrown));
	}
	return [items.output()];
}

function executorOf(operation: string) {
	for (const [name, { execute }] of Object.entries(operations)) {
		if (name === operation) return execute;
	}
	throw inputFailure(
		`'Operation' has the unknown value ${quote(operation)}`,
		`It is one of: ${Object.keys(operations).join(', ')}.`,
	);
}
