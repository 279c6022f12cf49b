import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { inputFailure, type ConvexFailure } from '../convex/failure';
import { readRowsOfTool } from '../parameters/document/importFields';
import { readParameter } from '../parameters/field';
import { ItemParameters } from '../parameters/itemParameters';
import { maxResultLength } from '../parameters/tool';
import { refuseInputItem } from '../parameters/toolInput';
import { isToolCall } from './attemptCache';

/** A call that a model made of the node. */
export interface ToolCall {
	/** What is run for it: of an import, each row is an item. */
	run: IExecuteFunctions;
	/** How long the JSON of its result may be, in characters. */
	maxResultLength: number;
}

/**
 * Whether nothing that the node gives would reach the model. Where n8n runs a tool as a node, its error
 * output takes the place of the one that the agent reads (n8n-core `handleNodeErrorOutput`): n8n hands
 * on only what is thrown then.
 */
export function isUnheard(context: IExecuteFunctions): boolean {
	return context.getNode().onError === 'continueErrorOutput' && !isToolCall(context);
}

/** What the model is told in place of it, before anything is sent. */
export function unheard(): ConvexFailure {
	return inputFailure(
		"'On Error: Continue (using error output)' does not work in a tool: n8n hands its model nothing",
		"Set 'On Error' to 'Continue' in the settings of the tool.",
		'other',
	);
}

/** @throws ConvexFailure (`input`) for what does not go with a tool */
export function readToolCall(
	context: IExecuteFunctions,
	resource: string,
	operation: string,
): ToolCall {
	refuseInputItem(context);
	const isImport = resource === 'document' && operation === 'import';
	return {
		run: isImport ? withRowsAsItems(context, readRowsOfTool(context)) : context,
		maxResultLength: readParameter(new ItemParameters(context), maxResultLength, 0),
	};
}

/**
 * A run whose input items are the rows of one call. They have no parameters and no credential of their
 * own: those of the call hold for all of them.
 */
function withRowsAsItems(
	call: IExecuteFunctions,
	rows: Array<INodeExecutionData['json']>,
): IExecuteFunctions {
	const items: INodeExecutionData[] = rows.map((json) => ({ json }));
	const ofCall: Partial<Record<keyof IExecuteFunctions, { value: unknown }>> = {
		getInputData: { value: () => items },
		getNodeParameter: {
			value: (name: string, _row: number, fallback?: unknown) =>
				call.getNodeParameter(name, 0, fallback),
		},
		getCredentials: { value: async (type: string) => await call.getCredentials(type, 0) },
		getWorkflowDataProxy: { value: () => call.getWorkflowDataProxy(0) },
	};
	const run: IExecuteFunctions = Object.create(call, ofCall);
	return run;
}
