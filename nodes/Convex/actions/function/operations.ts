import type { IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ItemCallers } from '../../transport/itemCallers';
import { runQueries } from '../calls/batchedQueries';
import { runCalls } from '../calls/individualCalls';
import type { ItemResults } from '../itemResults';

/** What the node does with a function: how the editor shows it, and what a run does. */
interface Operation {
	description: INodePropertyOptions;
	execute: (context: IExecuteFunctions, items: ItemResults, callers: ItemCallers) => Promise<void>;
}

export const operations: Record<'query' | 'mutation' | 'action' | 'run', Operation> = {
	query: {
		description: {
			name: 'Query',
			value: 'query',
			action: 'Run query function',
			description: 'Read data with a query function',
		},
		execute: runQueries,
	},
	mutation: {
		description: {
			name: 'Mutation',
			value: 'mutation',
			action: 'Run mutation function',
			description: 'Change data with a mutation function, all of it or nothing',
		},
		execute: async (context, items, callers) => await runCalls(context, items, callers, 'mutation'),
	},
	action: {
		description: {
			name: 'Action',
			value: 'action',
			action: 'Run action function',
			description: 'Do work with an action function, which may call other services',
		},
		execute: async (context, items, callers) => await runCalls(context, items, callers, 'action'),
	},
	run: {
		description: {
			name: 'Run by Path',
			value: 'run',
			action: 'Run function by path',
			description: 'Run a function of any type: query, mutation or action',
		},
		execute: async (context, items, callers) => await runCalls(context, items, callers, 'run'),
	},
};
