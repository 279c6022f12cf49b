import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isPlainObject } from '../../convex/arguments';
import { parseComponentPath } from '../../convex/componentPath';
import { inputFailure } from '../../convex/failure';
import { parseUserIdentity, type UserIdentity } from '../../convex/identity';
import type { ValueFormat } from '../../convex/functionCall';
import type { OutputShape } from './output';

/** How long a self-hosted deployment works on one request itself. */
const DEFAULT_TIMEOUT_MS = 300_000;

const ACT_AS_USER_DESCRIPTION =
	"Call the function as this user, as if signed in. Needs a deploy key, and 'tokenIdentifier' or both 'issuer' and 'subject'.";

export interface FunctionOptions {
	/** The user to act as, if any. */
	identity: UserIdentity | undefined;
	componentPath: string | undefined;
	convertTypes: boolean;
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
				displayName: 'Act as User (Fields)',
				name: 'actAsUserAttributes',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Attribute' },
				default: {},
				placeholder: 'Add Attribute',
				description: ACT_AS_USER_DESCRIPTION,
				options: [
					{
						displayName: 'Attribute',
						name: 'attribute',
						values: [
							{
								displayName: 'Name',
								name: 'name',
								type: 'string',
								default: '',
								placeholder: 'e.g. subject',
							},
							{
								displayName: 'Value',
								name: 'value',
								type: 'string',
								default: '',
								placeholder: 'e.g. user_123',
							},
						],
					},
				],
			},
			{
				displayName: 'Act as User (JSON)',
				name: 'actAsUser',
				type: 'json',
				default: '{ "issuer": "", "subject": "" }',
				description: ACT_AS_USER_DESCRIPTION,
			},
			{
				displayName: 'Component',
				name: 'componentPath',
				type: 'string',
				default: '',
				placeholder: 'e.g. workpool',
				description: 'The component that the function is in. Needs a deploy key.',
			},
			{
				displayName: 'Convert Argument Types',
				name: 'convertTypes',
				type: 'boolean',
				default: false,
				description:
					"Whether to convert arguments to the types that the function declares, such as 42 to an int64 or an ISO date to a number. Needs a deploy key. 'Using Function Arguments' does it anyway.",
			},
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
		identity: readIdentity(options),
		componentPath: readComponentPath(options),
		convertTypes: options.convertTypes === true,
		output: oneOf('Output', options.output ?? 'full', ['full', 'value']),
		valueFormat: oneOf('Value Format', options.valueFormat ?? 'json', ['json', 'encoded']),
		timeoutMs: readTimeout(options.timeout ?? DEFAULT_TIMEOUT_MS),
	};
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

export function readIdentity(options: Readonly<Record<string, unknown>>): UserIdentity | undefined {
	const byJson = 'actAsUser' in options;
	const byFields = 'actAsUserAttributes' in options;
	if (byJson && byFields) {
		throw inputFailure(
			"The options 'Act as User (JSON)' and 'Act as User (Fields)' name a user each",
			'Remove one of them.',
		);
	}
	if (byJson) return parseUserIdentity("The option 'Act as User (JSON)'", options.actAsUser);
	if (!byFields) return undefined;
	const fields: unknown = options.actAsUserAttributes;
	const attributes: unknown[] = isPlainObject(fields) ? [fields.attribute ?? []].flat() : [];
	const pairs = attributes
		.filter(isPlainObject)
		.map(({ name, value }): [string, unknown] => [String(name).trim(), value]);
	return parseUserIdentity("The option 'Act as User (Fields)'", Object.fromEntries(pairs));
}

export function oneOf<Choice extends string>(
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
