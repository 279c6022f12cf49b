import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { FUNCTION_OPERATIONS } from '../../convex/functions/functionCall';
import { argumentsDescription } from '../../parameters/arguments';
import { functionPathDescription } from '../../parameters/functionLocator';
import { optionsDescription } from '../../parameters/options';
import { outputShape } from '../../parameters/outputShape';
import { callForDescription, manyItemsDescription } from '../../parameters/manyItems';
import { paginationDescription } from '../../parameters/pagination';
import { oneOf, shownFor } from '../../parameters/resource';
import type { ItemCallers } from '../../transport/itemCallers';
import { runQueries } from '../calls/batchedQueries';
import { CallRunner } from '../calls/callRunner';
import { runChunks } from '../calls/chunkedCalls';
import { runCalls } from '../calls/individualCalls';
import type { ItemResults } from '../itemResults';

export const description: INodeProperties[] = shownFor('function', [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'query',
		options: [
			{
				name: 'Query',
				value: 'query',
				action: 'Run query function',
				description: 'Read data with a query function',
			},
			{
				name: 'Mutation',
				value: 'mutation',
				action: 'Run mutation function',
				description: 'Change data with a mutation function, all of it or nothing',
			},
			{
				name: 'Action',
				value: 'action',
				action: 'Run action function',
				description: 'Do work with an action function, which may call other services',
			},
			{
				name: 'Run by Path',
				value: 'run',
				action: 'Run function by path',
				description: 'Run a function of any type: query, mutation or action',
			},
		],
	},
	functionPathDescription('The Convex function to run'),
	...callForDescription,
	...argumentsDescription(true),
	...manyItemsDescription,
	...paginationDescription,
	outputShape.property,
	optionsDescription(FUNCTION_OPERATIONS),
]);

/** @throws ConvexFailure (`input`) for an unknown operation, or an option that holds for all items */
export async function execute(
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	chosen: string,
): Promise<void> {
	const operation = oneOf(FUNCTION_OPERATIONS, "'Operation'", chosen);
	const run = new CallRunner(context, items, callers, operation);
	if (run.options.itemsPerCall !== undefined) await runChunks(run, operation);
	else if (operation === 'query') await runQueries(run);
	else await runCalls(run, operation);
}
