import type { INodeProperties } from 'n8n-workflow';
import { parseComponentPath } from '../../convex/functions/componentPath';
import { inputFailure } from '../../convex/failure';
import { FUNCTION_OPERATIONS, type ValueFormat } from '../../convex/functions/functionCall';
import type { UserIdentity } from '../../convex/deployment/identity';
import { booleanField, enumField, integerField, readParameter } from '../field';
import { outputShape, type OutputShape } from '../outputShape';
import {
	itemPer,
	onInvalidCursor,
	pageSize,
	readPagination,
	type PaginationOptions,
} from '../pagination';
import type { ParameterReader } from '../parameterReader';
import { actAsUser } from './actAsUser';
import {
	EVERYWHERE,
	NODE_OPERATIONS,
	option,
	optionsForm,
	type NodeOperation,
	type Option,
	type Place,
	type ReadOption,
} from './option';
import {
	batchSize,
	concurrency,
	delivery,
	maxRetries,
	queryConcurrency,
	snapshot,
	waitConcurrency,
} from './runOptions';
import { readerForItem } from './storedOptions';

export const component = option<string | undefined>(EVERYWHERE, {
	property: {
		displayName: 'Component',
		name: 'componentPath',
		type: 'string',
		default: '',
		placeholder: 'e.g. workpool',
		description: 'The component that the function is in (needs a deploy key)',
	},
	unset: undefined,
	read: (subject, value) => {
		const path = parseComponentPath(value);
		if (path !== undefined) return path;
		throw inputFailure(
			`${subject} is empty`,
			'Name the component, or remove the option: without it, the app itself is meant.',
		);
	},
});

const convertTypes = option(
	NODE_OPERATIONS,
	booleanField({
		displayName: 'Convert Argument Types',
		name: 'convertTypes',
		default: false,
		description:
			'Whether to convert arguments to the types that the function declares, such as 42 to an int64 (needs a deploy key)',
	}),
);

/** How long a self-hosted deployment works on one request itself. */
const DEFAULT_TIMEOUT_MS = 300_000;
/** What n8n's request helper can wait, about 24 days; with more it does not wait at all. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const timeout = option(
	FUNCTION_OPERATIONS,
	integerField({
		displayName: 'Timeout',
		name: 'timeout',
		default: DEFAULT_TIMEOUT_MS,
		min: 1,
		max: MAX_TIMEOUT_MS,
		unit: 'milliseconds',
		description: 'How long to wait for the answer, in milliseconds',
	}),
);

const waitTimeout = option(
	['waitForResult'],
	integerField({
		displayName: 'Timeout',
		name: 'timeout',
		default: DEFAULT_TIMEOUT_MS,
		min: 1,
		max: MAX_TIMEOUT_MS,
		unit: 'milliseconds',
		description: 'How long each item waits for its result, in milliseconds',
	}),
);

export const valueFormat = option(
	EVERYWHERE,
	enumField({
		displayName: 'Value Format',
		name: 'valueFormat',
		default: 'json',
		description: 'How Convex types that JSON lacks are written in the result',
		choices: [
			{
				name: 'JSON',
				value: 'json',
				description: 'Plain JSON: an int64 becomes text with its digits, bytes become base64 text',
			},
			{
				name: 'Encoded (Lossless)',
				value: 'encoded',
				description:
					'Types stay apart: an int64 is {"$integer": …}, bytes are {"$bytes": …}, NaN and infinities are {"$float": …}',
			},
		],
	}),
);

/** The table of options, in the order of the form. */
const OPTIONS: ReadonlyArray<Option<unknown>> = [
	actAsUser,
	batchSize,
	component,
	queryConcurrency,
	concurrency,
	waitConcurrency,
	convertTypes,
	delivery,
	maxRetries,
	onInvalidCursor,
	itemPer,
	pageSize,
	snapshot,
	timeout,
	waitTimeout,
	valueFormat,
];

export function optionsDescription(places: readonly Place[]): INodeProperties {
	return optionsForm(OPTIONS, places);
}

/** The options of everything that asks for a function's value. */
export interface ValueOptions {
	/** The user to act as, if any. */
	identity: UserIdentity | undefined;
	componentPath: string | undefined;
	valueFormat: ValueFormat;
}

/** What may differ from item to item: the options, and what is visible of a call beside them. */
export interface FunctionOptions extends ValueOptions {
	convertTypes: boolean;
	output: OutputShape;
	/** How to read a list page by page; undefined for a single call. */
	pagination: PaginationOptions | undefined;
	/** For the answer to a call, or for the result that is waited for. */
	timeoutMs: number;
}

/** @throws ConvexFailure (`input`) naming the option */
export function readOptions(
	context: ParameterReader,
	operation: NodeOperation,
	itemIndex: number,
): FunctionOptions {
	const read = readerForItem(context, operation, itemIndex);
	return {
		...readValueOptions(read),
		convertTypes: read(convertTypes),
		output: readParameter(context, outputShape, itemIndex),
		pagination: operation === 'query' ? readPagination(context, read, itemIndex) : undefined,
		timeoutMs: read(operation === 'waitForResult' ? waitTimeout : timeout),
	};
}

/** @throws ConvexFailure (`input`) naming the option */
export function readTriggerOptions(context: ParameterReader): ValueOptions {
	return readValueOptions(readerForItem(context, 'trigger', 0));
}

function readValueOptions(read: ReadOption): ValueOptions {
	const identity = read(actAsUser);
	const componentPath = read(component);
	if (identity !== undefined && componentPath !== undefined) {
		throw inputFailure(
			"The options 'Component' and 'Act as User' do not go together",
			'Convex lets an administrator act as a user in the app itself only. Remove one of the options.',
		);
	}
	return { identity, componentPath, valueFormat: read(valueFormat) };
}
