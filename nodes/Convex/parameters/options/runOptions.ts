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
	description:
		'How many items go into one request at most. All items of a request read the same snapshot of the data. 1 sends each item in a request of its own.',
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
		description:
			'How many requests may be under way at once, each with a batch of items. Raise it where your Convex plan runs more functions at once. The output stays in the order of the input.',
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
			'How many items may be under way at once. With 1, each waits for the one before it, so they take effect in the order of the input. With more, they are faster and take effect in any order. The output stays in the order of the input. Mutations that are delivered in a session take effect in order in any case, so it does not count for them.',
		displayOptions: forOthers,
	},
];

export const deliveryOption: INodeProperties = {
	displayName: 'Delivery',
	name: 'delivery',
	type: 'options',
	noDataExpression: true,
	default: 'http',
	description:
		"How the items reach Convex. 'HTTP' is right for most workflows. 'Session' is for many mutations in order: they go over one live connection (WebSocket) without waiting for each other, and each runs once even when the connection breaks, which is made again for up to a minute. In a session, up to 500 items behind one that fails may have run already; an action that is under way when the connection breaks is not sent again, unless it is certain that nobody read it; items of another user ('Act as User') wait for those before them; a call may have 16 MiB at most. It needs Node.js 22 or newer, and n8n's proxy settings apply only with NODE_USE_ENV_PROXY=1 in its environment.",
	options: [
		{
			name: 'HTTP',
			value: 'http',
			description:
				'A request for each item. When an answer is lost, it stays open whether the function ran.',
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
		'How often to send a call again after an overload or an outage, with growing waits. Mutations and actions are sent again only when it is certain that they did not take effect. 0 turns it off. After a minute without an answer the remaining items are not sent. It does not count for delivery in a session.',
};

export const snapshotOption: INodeProperties = {
	displayName: 'Single Snapshot',
	name: 'snapshot',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether all items read the data as it was at one moment, when the node started. Each item takes a request of its own then, and Convex keeps that moment for a short time only.',
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
