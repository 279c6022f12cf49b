import type { IExecuteFunctions } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { FUNCTION_OPERATIONS, type FunctionOperation } from '../../convex/functions/functionCall';
import { booleanField, enumField, integerField } from '../field';
import { readItemsPerCall } from '../manyItems';
import { runOption } from './option';
import { readerForRun } from './storedOptions';

export const MAX_CONCURRENCY = 100;

export const batchSize = runOption(
	['query'],
	integerField({
		displayName: 'Batch Size',
		name: 'batchSize',
		default: 1_000,
		min: 1,
		description: 'How many items go into one request at most; 1 sends each in a request of its own',
	}),
);

export const queryConcurrency = runOption(
	['query'],
	integerField({
		displayName: 'Concurrency',
		name: 'concurrency',
		default: 4,
		min: 1,
		max: MAX_CONCURRENCY,
		description: 'How many requests may be in flight at once, each with a batch of items',
	}),
);

export const concurrency = runOption(
	['mutation', 'action', 'run'],
	integerField({
		displayName: 'Concurrency',
		name: 'concurrency',
		default: 1,
		min: 1,
		max: MAX_CONCURRENCY,
		description:
			'How many items may be in flight at once; with 1 they take effect in input order, with more in any order',
	}),
);

export const waitConcurrency = runOption(
	['waitForResult'],
	integerField({
		displayName: 'Concurrency',
		name: 'concurrency',
		default: 20,
		min: 1,
		max: MAX_CONCURRENCY,
		description: 'How many items may wait at once',
	}),
);

export const delivery = runOption(
	['mutation', 'action'],
	enumField({
		displayName: 'Delivery',
		name: 'delivery',
		default: 'auto',
		description:
			'How the items reach Convex: a request each, or one live connection for all of them',
		choices: [
			{
				name: 'Automatic',
				value: 'auto',
				description:
					'One live connection for ten calls or more, where there can be one; HTTP otherwise',
			},
			{
				name: 'HTTP',
				value: 'http',
				description: 'A request for each call, however many there are',
			},
			{
				name: 'Session',
				value: 'session',
				description:
					'One live connection for all items, and mutations are sent ahead even if the node stops at errors',
			},
		],
	}),
);

export const maxRetries = runOption(
	FUNCTION_OPERATIONS,
	integerField({
		displayName: 'Maximum Retries',
		name: 'maxRetries',
		default: 4,
		min: 0,
		max: 20,
		description:
			'How often to send a call again after an overload or an outage, where that is safe; 0 turns it off',
	}),
);

export const snapshot = runOption(
	['query'],
	booleanField({
		displayName: 'Single Snapshot',
		name: 'snapshot',
		default: false,
		description:
			'Whether all items read the data as of the moment when the node started, with a request for each item',
	}),
);

/** The options that hold for all items of a run. */
export interface RunOptions {
	/** How many requests may be in flight at once. */
	concurrency: number;
	/** How many queries go into one request at most. */
	batchSize: number;
	maxRetries: number;
	/** How mutations and actions are sent. */
	delivery: 'auto' | 'http' | 'session';
	/** Whether all queries read one snapshot. */
	snapshot: boolean;
	/** How many items go into one call at most; undefined where each has a call of its own. */
	itemsPerCall: number | undefined;
}

/**
 * Reads them for the first item, whose values count for all.
 *
 * @throws ConvexFailure (`input`) naming the option or the parameter
 */
export function readRunOptions(
	context: IExecuteFunctions,
	operation: FunctionOperation,
): RunOptions {
	const read = readerForRun(context, operation);
	const itemsPerCall = readItemsPerCall(context);
	if (itemsPerCall !== undefined && read(snapshot)) {
		throw inputFailure(
			"'Call For: Many Items at Once' and the option 'Single Snapshot' do not go together",
			"Remove the option, or set 'Call For' to 'Each Item'.",
		);
	}
	return {
		concurrency: read(operation === 'query' ? queryConcurrency : concurrency),
		batchSize: read(batchSize),
		maxRetries: read(maxRetries),
		delivery: read(delivery),
		snapshot: read(snapshot),
		itemsPerCall,
	};
}

/**
 * How many items may wait at once, as it is for the first item.
 *
 * @throws ConvexFailure (`input`) naming the option
 */
export function readWaitConcurrency(context: IExecuteFunctions): number {
	return readerForRun(context, 'waitForResult')(waitConcurrency);
}
