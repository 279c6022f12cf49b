import type { INodeProperties } from 'n8n-workflow';
import { isPlainObject } from '../convex/values/plainObject';
import { inputFailure } from '../convex/failure';
import { toFunctionPath, type FunctionPath } from '../convex/functions/functionPath';
import { hasExpression } from './expressions';
import type { ParameterReader } from './parameterReader';

/** @param description what becomes of the function */
export function functionPathDescription(description: string): INodeProperties {
	return {
		displayName: 'Function',
		name: 'functionPath',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		description,
		builderHint: {
			propertyHint:
				"In code, name the function by its path: { __rl: true, mode: 'path', value: 'tasks:list' } is the function list of convex/tasks.ts. Fix it, also in a tool: a model that chooses it could call every function.",
		},
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a function…',
				typeOptions: { searchListMethod: 'searchFunctions', searchable: true },
			},
			{
				displayName: 'By Path',
				name: 'path',
				type: 'string',
				placeholder: 'e.g. messages:list',
				hint: 'File and function, as in your code: messages:list, folder/messages:list or api.messages.list',
			},
		],
	};
}

/** What stands in the parameter. An expression for the whole of it gives the path alone. */
export function locatorOf(parameter: unknown): { mode: unknown; value: unknown } {
	return isPlainObject(parameter)
		? { mode: parameter.mode, value: parameter.value }
		: { mode: 'path', value: parameter };
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readFunctionPath(context: ParameterReader, itemIndex: number): FunctionPath {
	const { mode, value } = locatorOf(context.getNodeParameter('functionPath', itemIndex));
	if (typeof value === 'string') {
		return toFunctionPath(hasExpression(context.stored('functionPath')) ? 'path' : mode, value);
	}
	throw inputFailure(
		"'Function' is not text",
		'Use an expression that gives a function path such as messages:list.',
	);
}
