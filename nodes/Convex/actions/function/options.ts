import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import type { ValueFormat } from '../../convex/functionCall';
import type { OutputShape } from './output';

/** How long a self-hosted deployment works on one request itself. */
const DEFAULT_TIMEOUT_MS = 300_000;

export interface FunctionOptions {
	output: OutputShape;
	valueFormat: ValueFormat;
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
							'Plain JSON. An int64 becomes text with its digits, bytes become base64 text.',
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
export function readOptions(context: IExecuteFunctions, itemIndex: number): FunctionOptions {
	const options = context.getNodeParameter('options', itemIndex, {});
	return {
		output: oneOf('Output', options.output ?? 'full', ['full', 'value']),
		valueFormat: oneOf('Value Format', options.valueFormat ?? 'json', ['json', 'encoded']),
		timeoutMs: readTimeout(options.timeout ?? DEFAULT_TIMEOUT_MS),
	};
}

function oneOf<Choice extends string>(
	option: string,
	value: unknown,
	choices: readonly Choice[],
): Choice {
	const choice = choices.find((candidate) => candidate === value);
	if (choice !== undefined) return choice;
	throw inputFailure(
		`The option '${option}' is not one of its choices`,
		`Choose from the list, or use an expression that gives ${choices.map((name) => `'${name}'`).join(' or ')}.`,
	);
}

function readTimeout(value: unknown): number {
	const milliseconds = typeof value === 'string' ? Number(value) : value;
	if (typeof milliseconds === 'number' && milliseconds >= 1 && Number.isFinite(milliseconds)) {
		return Math.round(milliseconds);
	}
	throw inputFailure(
		"The option 'Timeout' is not a positive number of milliseconds",
		'Write a number such as 30000, or remove the option.',
	);
}
