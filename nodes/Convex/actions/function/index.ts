import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { argumentsDescription } from '../../parameters/arguments';
import { functionPathDescription } from '../../parameters/functionLocator';
import { optionsDescription } from '../../parameters/options';
import { NODE_OPERATIONS } from '../../parameters/options/option';
import { outputShape } from '../../parameters/outputShape';
import { callForDescription, manyItemsDescription } from '../../parameters/manyItems';
import { paginationDescription } from '../../parameters/pagination';
import { oneOf, shownFor } from '../../parameters/resource';
import { waitingDescription } from '../../parameters/waiting';
import type { ItemCallers } from '../../transport/itemCallers';
import { runQueries } from '../calls/batchedQueries';
import { CallRunner } from '../calls/callRunner';
import { runChunks } from '../calls/chunkedCalls';
import { runCalls } from '../calls/individualCalls';
import type { ItemResults } from '../itemResults';
import { waitForResults } from './waitForResult';

export const description: INodeProperties[] = shownFor('function', [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'query',
		options: [
			{
				name: 'Action',
				value: 'action',
				action: 'Run action function',
				description: 'Do work with an action function, which may call other services',
			},
			{
				name: 'Mutation',
				value: 'mutation',
				action: 'Run mutation function',
				description: 'Change data with a mutation function, all of it or nothing',
			},
			{
				name: 'Query',
				value: 'query',
				action: 'Run query function',
				description: 'Read data with a query function',
			},
			{
				name: 'Run by Path',
				value: 'run',
				action: 'Run function by path',
				description: 'Run a function of any type: query, mutation or action',
			},
			{
				name: 'Wait for Query Result',
				value: 'waitForResult',
				action: 'Wait for query result',
				description: 'Wait until a query gives a result, another one, or a certain one',
			},
		],
	},
	functionPathDescription('The Convex function to run'),
	...callForDescription,
	...argumentsDescription(true),
	...manyItemsDescription,
	...paginationDescription,
	...waitingDescription,
	outputShape.property,
	optionsDescription(NODE_OPERATIONS),
]);

/** @throws ConvexFailure (`input`) for an unknown operation, or an option that holds for all items */
export async function execute(
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	chosen: string,
): Promise<void> {
	const operation = oneOf(NODE_OPERATIONS, "'Operation'", chosen);
	if (operation === 'waitForResult') {
		await waitForResults(context, items, callers);
		return;
	}
	const run = new CallRunner(context, items, callers, operation);
	if (run.options.itemsPerCall !== undefined) await runChunks(run, operation);
	else if (operation === 'query') await runQueries(run);
	else await runCalls(run, operation);
}
