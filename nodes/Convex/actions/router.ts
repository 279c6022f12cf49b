import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { oneOf, RESOURCES, type Resource } from '../parameters/resource';
import { ItemCallers } from '../transport/itemCallers';
import { toFailure } from '../transport/nodeError';
import { execute as executeDocument } from './document';
import { execute as executeFile } from './file';
import { execute as executeFunction } from './function';
import { execute as executeHttpAction } from './httpAction';
import { ItemResults } from './itemResults';

/** Runs an operation of a resource for the items of a run. @throws ConvexFailure for what all share */
type Execute = (
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	operation: string,
) => Promise<void>;

const EXECUTE: Record<Resource, Execute> = {
	document: executeDocument,
	file: executeFile,
	function: executeFunction,
	httpAction: executeHttpAction,
};

/** Runs the chosen operation for the input items, each with its own credential. */
export async function router(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const resource = String(context.getNodeParameter('resource', 0, 'function'));
	const operation = String(context.getNodeParameter('operation', 0));
	const items = new ItemResults(context, resource, operation);
	try {
		const execute = EXECUTE[oneOf(RESOURCES, "'Resource'", resource)];
		await execute(context, items, await ItemCallers.open(context), operation);
	} catch (thrown) {
		items.failRemaining(toFailure(thrown));
	}
	return [items.output()];
}
