import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { booleanField, enumField } from '../field';
import { timeout as functionTimeout } from '../options';
import { option, optionsForm, runOption, type Option } from '../options/option';
import { concurrency as callConcurrency, maxRetries as callRetries } from '../options/runOptions';
import { readerForItem, readerForRun } from '../options/storedOptions';
import type { ParameterReader } from '../parameterReader';

type Place = 'call';

const PLACES: readonly Place[] = ['call'];

const acceptAnyStatus = option(
	PLACES,
	booleanField({
		displayName: 'Accept Any Status',
		name: 'acceptAnyStatus',
		default: false,
		description: 'Whether an answer with another status than 2xx is a result instead of a failure',
	}),
);

const fullResponse = option(
	PLACES,
	booleanField({
		displayName: 'Include Status and Headers',
		name: 'fullResponse',
		default: false,
		description:
			"Whether each item has 'statusCode', 'headers' and 'body' instead of the body alone",
	}),
);

/** What is sent again. Nothing, unless the user asks for it: only the app knows what a route does. */
const retry = runOption(
	PLACES,
	enumField({
		displayName: 'Retry',
		name: 'retry',
		default: 'never',
		description: 'Which requests to send again after an overload or an outage',
		choices: [
			{
				name: 'If Not Run',
				value: 'notRun',
				description: 'Those of which it is certain that the HTTP action did not run',
			},
			{
				name: 'If Not Run, or Idempotent',
				value: 'idempotent',
				description: 'Those, and any GET, HEAD, PUT or DELETE, which HTTP allows to send twice',
			},
			{ name: 'Never', value: 'never', description: 'Each request is sent once' },
		],
	}),
);

const maxRetries = runOption(PLACES, {
	...callRetries,
	property: {
		...callRetries.property,
		description: 'How often to send a request again',
		displayOptions: { show: { retry: ['notRun', 'idempotent'] } },
	},
});

const concurrency = runOption(PLACES, callConcurrency);
const timeout = option(PLACES, functionTimeout);

const OPTIONS: ReadonlyArray<Option<unknown, Place>> = [
	acceptAnyStatus,
	concurrency,
	fullResponse,
	maxRetries,
	retry,
	timeout,
];

export const httpActionOptionsDescription: INodeProperties = optionsForm(OPTIONS, PLACES);

/** The options that hold for all items of a run. */
export interface HttpActionRunOptions {
	concurrency: number;
	maxRetries: number;
	/** Whether only what certainly did not run is sent again. */
	retriesOnlyUnrun: boolean;
}

/** Reads them for the first item. @throws ConvexFailure (`input`) naming the option */
export function readHttpActionRunOptions(context: IExecuteFunctions): HttpActionRunOptions {
	const read = readerForRun<Place>(context, 'call');
	const chosen = read(retry);
	return {
		concurrency: read(concurrency),
		maxRetries: chosen === 'never' ? 0 : read(maxRetries),
		retriesOnlyUnrun: chosen !== 'idempotent',
	};
}

/** The options that may differ from item to item. */
export interface HttpActionOptions {
	acceptAnyStatus: boolean;
	fullResponse: boolean;
	timeoutMs: number;
}

/** @throws ConvexFailure (`input`) naming the option */
export function readHttpActionOptions(
	context: ParameterReader,
	itemIndex: number,
): HttpActionOptions {
	const read = readerForItem<Place>(context, 'call', itemIndex);
	return {
		acceptAnyStatus: read(acceptAnyStatus),
		fullResponse: read(fullResponse),
		timeoutMs: read(timeout),
	};
}
