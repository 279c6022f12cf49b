import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { parseFunctionPath, type FunctionPath } from '../../convex/functionPath';

export const functionPathDescription: INodeProperties[] = [
	{
		displayName: 'Function',
		name: 'functionPath',
		type: 'resourceLocator',
		default: { mode: 'path', value: '' },
		required: true,
		description: 'The Convex function to run',
		modes: [
			{
				displayName: 'By Path',
				name: 'path',
				type: 'string',
				placeholder: 'e.g. messages:list',
				hint: 'File and function, as in your code: messages:list, folder/messages:list or api.messages.list',
			},
		],
	},
];

/** @throws ConvexFailure (`input`) naming the parameter and the item */
export function readFunctionPath(context: IExecuteFunctions, itemIndex: number): FunctionPath {
	const value: unknown = context.getNodeParameter('functionPath', itemIndex, '', {
		extractValue: true,
	});
	if (typeof value === 'string') return parseFunctionPath(value);
	throw inputFailure(
		"'Function' is not text",
		'Use an expression that gives a function path such as messages:list.',
	);
}
