import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { parseComponentPath } from '../../convex/functions/componentPath';
import { inputFailure } from '../../convex/failure';
import type { FunctionOperation, ValueFormat } from '../../convex/functions/functionCall';
import type { UserIdentity } from '../../convex/deployment/identity';
import { actAsUserOptions, readIdentity } from './actAsUser';
import { enumOption, toOptions, optionOr, integerOption, booleanOption } from './optionValues';
import { paginationOption, readPagination, type PaginationOptions } from './pagination';
import {
	batchSizeOption,
	concurrencyOptions,
	deliveryOption,
	maxRetriesOption,
	snapshotOption,
} from './runOptions';

/** How long a self-hosted deployment works on one request itself. */
const DEFAULT_TIMEOUT_MS = 300_000;
/** What n8n's request helper can wait, about 24 days; with more it does not wait at all. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** `full`: value and log lines, one item each. `value`: the value alone, a list element by element. */
export type OutputShape = 'full' | 'value';

/** The options that may differ from item to item. */
export interface FunctionOptions {
	/** The user to act as, if any. */
	identity: UserIdentity | undefined;
	componentPath: string | undefined;
	convertTypes: boolean;
	output: OutputShape;
	valueFormat: ValueFormat;
	/** How to read a list page by page; undefined for a single call. */
	pagination: PaginationOptions | undefined;
	timeoutMs: number;
}

export const optionsDescription: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			...actAsUserOptions,
			batchSizeOption,
			{
				displayName: 'Component',
				name: 'componentPath',
				type: 'string',
				default: '',
				placeholder: 'e.g. workpool',
				description: 'The component that the function is in (needs a deploy key)',
			},
			...concurrencyOptions,
			{
				displayName: 'Convert Argument Types',
				name: 'convertTypes',
				type: 'boolean',
				default: false,
				description:
					'Whether to convert arguments to the types that the function declares, such as 42 to an int64 (needs a deploy key)',
			},
			deliveryOption,
			maxRetriesOption,
			{
				displayName: 'Output',
				name: 'output',
				type: 'options',
				default: 'full',
				description: 'What each output item contains',
				options: [
					{
						name: 'Value and Log Lines',
						value: 'full',
						description: "One item per input item, with the function's 'value' and 'logLines'",
					},
					{
						name: 'Value Only',
						value: 'value',
						description:
							'An object becomes the item, a list becomes one item per element, anything else is in the field value',
					},
				],
			},
			paginationOption,
			snapshotOption,
			{
				displayName: 'Timeout',
				name: 'timeout',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: DEFAULT_TIMEOUT_MS,
				description: 'How long to wait for the answer, in milliseconds',
			},
			{
				displayName: 'Value Format',
				name: 'valueFormat',
				type: 'options',
				default: 'json',
				description: 'How Convex types that JSON lacks are written in the result',
				options: [
					{
						name: 'JSON',
						value: 'json',
						description:
							'Plain JSON: an int64 becomes text with its digits, bytes become base64 text',
					},
					{
						name: 'Encoded (Lossless)',
						value: 'encoded',
						description:
							'Types stay apart: an int64 is {"$integer": …}, bytes are {"$bytes": …}, NaN and infinities are {"$float": …}',
					},
				],
			},
		],
	},
];

/** @throws ConvexFailure (`input`) naming the option */
export function readOptions(
	context: IExecuteFunctions,
	operation: FunctionOperation,
	itemIndex: number,
): FunctionOptions {
	const options = toOptions(context.getNodeParameter('options', itemIndex, {}));
	const option = (name: string, unset: unknown) => optionOr(options, name, unset);
	return {
		identity: readIdentity(options),
		componentPath: readComponentPath(options),
		convertTypes: booleanOption('Convert Argument Types', option('convertTypes', false)),
		output: enumOption('Output', option('output', 'full'), ['full', 'value']),
		valueFormat: readValueFormat(options),
		pagination: operation === 'query' ? readPagination(options) : undefined,
		timeoutMs: integerOption('Timeout', option('timeout', DEFAULT_TIMEOUT_MS), {
			least: 1,
			most: MAX_TIMEOUT_MS,
			unit: 'milliseconds',
		}),
	};
}

/** @throws ConvexFailure (`input`) naming the option */
export function readValueFormat(options: Readonly<Record<string, unknown>>): ValueFormat {
	return enumOption('Value Format', optionOr(options, 'valueFormat', 'json'), ['json', 'encoded']);
}

/**
 * An option that is there counts, also when its expression gives nothing: a call meant for a user
 * must not be made as the administrator, nor one meant for a component in the app.
 */
export function readComponentPath(options: Readonly<Record<string, unknown>>): string | undefined {
	if (!('componentPath' in options)) return undefined;
	const path = parseComponentPath(options.componentPath);
	if (path !== undefined) return path;
	throw inputFailure(
		"The option 'Component' is empty",
		'Name the component, or remove the option to call a function of the app itself.',
	);
}
