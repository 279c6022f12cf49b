import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { toModelFailure } from '../convex/failures/modelFailure';
import { oneOf, RESOURCES, type Resource } from '../parameters/resource';
import { isAgentTool } from '../transport/agentTool';
import { ItemCallers } from '../transport/itemCallers';
import { toFailure, toNodeError } from '../transport/nodeError';
import { execute as executeDocument } from './document';
import { execute as executeFile } from './file';
import { execute as executeFunction } from './function';
import { execute as executeHttpAction } from './httpAction';
import { ItemResults } from './itemResults';
import { isUnheard, readToolCall, unheard, type ToolCall } from './toolCall';
import { toToolResult } from './toolResult';

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
	// n8n leaves the operation out where it is none of the resource; what throws here, it takes for a success.
	const operation = String(context.getNodeParameter('operation', 0, ''));
	if (isAgentTool(context.getNode())) return [await runTool(context, resource, operation)];
	const items = new ItemResults(context, resource, operation);
	return [await runItems(context, items, resource, operation)];
}

/** The same for what a model asks for. */
async function runTool(
	context: IExecuteFunctions,
	resource: string,
	operation: string,
): Promise<INodeExecutionData[]> {
	if (isUnheard(context))
		throw toNodeError(context.getNode(), toModelFailure(unheard()), undefined);
	let call: ToolCall;
	try {
		call = readToolCall(context, resource, operation);
	} catch (thrown) {
		const items = new ItemResults(context, resource, operation);
		items.failRemaining(toFailure(thrown));
		return items.output();
	}
	const items = new ItemResults(call.run, resource, operation, context);
	const output = await runItems(call.run, items, resource, operation);
	return toToolResult(output, call.maxResultLength);
}

async function runItems(
	context: IExecuteFunctions,
	items: ItemResults,
	resource: string,
	operation: string,
): Promise<INodeExecutionData[]> {
	try {
		const execute = EXECUTE[oneOf(RESOURCES, "'Resource'", resource)];
		await execute(context, items, await ItemCallers.open(context), operation);
	} catch (thrown) {
		items.failRemaining(toFailure(thrown));
	}
	return items.output();
}
