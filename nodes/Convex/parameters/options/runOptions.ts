import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isPlainObject } from '../../convex/values/encodeArguments';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import { hasExpression } from '../expressions';
import { enumOption, optionOr, integerOption, booleanOption } from './optionValues';

const DEFAULT_BATCH_SIZE = 1_000;
const MAX_CONCURRENCY = 100;
const DEFAULT_QUERY_CONCURRENCY = 4;
const DEFAULT_MAX_RETRIES = 4;
const MAX_RETRIES = 20;

const forQueries = { show: { '/operation': ['query'] } };
const forOthers = { hide: { '/operation': ['query'] } };
const forSessions = { show: { '/operation': ['mutation', 'action'] } };

export const batchSizeOption: INodeProperties = {
	displayName: 'Batch Size',
	name: 'batchSize',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 1 },
	default: DEFAULT_BATCH_SIZE,
	description: 'How many items go into one request at most; 1 sends each in a request of its own',
	displayOptions: forQueries,
};

export const concurrencyOptions: INodeProperties[] = [
	{
		displayName: 'Concurrency',
		name: 'concurrency',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: MAX_CONCURRENCY },
		default: DEFAULT_QUERY_CONCURRENCY,
		description: 'How many requests may be in flight at once, each with a batch of items',
		displayOptions: forQueries,
	},
	{
		displayName: 'Concurrency',
		name: 'concurrency',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: MAX_CONCURRENCY },
		default: 1,
		description:
			'How many items may be in flight at once; with 1 they take effect in input order, with more in any order',
		displayOptions: forOthers,
	},
];

export const deliveryOption: INodeProperties = {
	displayName: 'Delivery',
	name: 'delivery',
	type: 'options',
	noDataExpression: true,
	default: 'http',
	description: 'How the items reach Convex: a request each, or one live connection for all of them',
	options: [
		{
			name: 'HTTP',
			value: 'http',
			description: 'A request for each item: right for most workflows',
		},
		{
			name: 'Session',
			value: 'session',
			description:
				'One live connection for all items: mutations are fast, in order, and each runs once',
		},
	],
	displayOptions: forSessions,
};

export const maxRetriesOption: INodeProperties = {
	displayName: 'Maximum Retries',
	name: 'maxRetries',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 0, maxValue: MAX_RETRIES },
	default: DEFAULT_MAX_RETRIES,
	description:
		'How often to send a call again after an overload or an outage, where that is safe; 0 turns it off',
};

export const snapshotOption: INodeProperties = {
	displayName: 'Single Snapshot',
	name: 'snapshot',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether all items read the data as of the moment when the node started, with a request for each item',
	displayOptions: forQueries,
};

/** The options that hold for all items of a run. */
export interface RunOptions {
	/** How many requests may be under way at once. */
	concurrency: number;
	/** How many queries go into one request at most. */
	batchSize: number;
	maxRetries: number;
	/** How mutations and actions are sent. */
	delivery: 'http' | 'session';
	/** Whether all queries read one snapshot. */
	snapshot: boolean;
}

/**
 * Reads them for the first item, whose values count for all. Each stands for itself: another option's
 * expression that cannot be evaluated is a matter of its item.
 *
 * @throws ConvexFailure (`input`) naming the option
 */
export function readRunOptions(
	context: IExecuteFunctions,
	operation: FunctionOperation,
): RunOptions {
	const isQuery = operation === 'query';
	const hasDelivery = operation === 'mutation' || operation === 'action';
	const { options: stored } = context.getNode().parameters;
	const option = (name: string, unset: number | boolean | string): unknown => {
		const value = isPlainObject(stored) ? optionOr(stored, name, unset) : unset;
		return hasExpression(value) ? context.getNodeParameter(`options.${name}`, 0, unset) : value;
	};
	return {
		concurrency: integerOption(
			'Concurrency',
			option('concurrency', isQuery ? DEFAULT_QUERY_CONCURRENCY : 1),
			{ least: 1, most: MAX_CONCURRENCY },
		),
		batchSize: integerOption('Batch Size', option('batchSize', DEFAULT_BATCH_SIZE), {
			least: 1,
			most: Number.MAX_SAFE_INTEGER,
		}),
		maxRetries: integerOption('Maximum Retries', option('maxRetries', DEFAULT_MAX_RETRIES), {
			least: 0,
			most: MAX_RETRIES,
		}),
		delivery: hasDelivery
			? enumOption('Delivery', option('delivery', 'http'), ['http', 'session'])
			: 'http',
		snapshot: isQuery && booleanOption('Single Snapshot', option('snapshot', false)),
	};
}
