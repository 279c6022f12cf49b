import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describeType, isPlainObject } from '../../convex/values/plainObject';
import {
	convertArgument,
	DATE_HELP,
	isArgumentType,
	mismatch,
} from '../../convex/values/argumentTypes';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { quote } from '../../convex/values/quote';
import { dateParser } from '../dates';
import type { ParameterReader } from '../parameterReader';
import { readBinaryField } from './binaryField';

/** How a value is entered. All inputs are called `value`, so that it survives a change of type. */
type Input = Omit<INodeProperties, 'displayName' | 'name'> & { displayName?: string };

const TEXT: Input = { type: 'string', default: '', placeholder: 'e.g. {{ $json.title }}' };

interface TypeRow extends INodePropertyOptions {
	/** Null needs none. */
	input?: Input;
	/** Whether the value is something of the input item, which a trigger has not. */
	isOfItem?: true;
}

const TYPES: TypeRow[] = [
	{
		name: 'Array',
		value: 'array',
		description: 'A list, as JSON or an expression',
		input: { type: 'json', default: '[]' },
	},
	{
		name: 'Automatic',
		value: 'auto',
		description: 'The value as the expression gives it; what is typed in stays text, also digits',
		input: TEXT,
	},
	{
		name: 'Binary Field',
		value: 'binary',
		description: 'The content of a file of the input item, as bytes (v.bytes)',
		input: {
			displayName: 'Input Binary Field',
			type: 'string',
			default: 'data',
			placeholder: 'e.g. data',
			hint: "The name of the input item's binary field with the file",
		},
		isOfItem: true,
	},
	{
		name: 'Boolean',
		value: 'boolean',
		description: 'True or false',
		// Of a list, n8n's editor replaces what is no choice by the default; a switch only looks off.
		input: {
			type: 'options',
			default: false,
			options: [
				{ name: 'False', value: false },
				{ name: 'True', value: true },
			],
		},
	},
	{
		name: 'Bytes (Base64)',
		value: 'bytes',
		description: 'Bytes, written in base64 (v.bytes)',
		input: TEXT,
	},
	{
		name: 'Date',
		value: 'date',
		description: 'A point in time, sent as milliseconds since 1970, like Date.now() in Convex',
		input: { type: 'dateTime', default: '' },
	},
	{
		name: 'Document ID',
		value: 'id',
		description: 'A reference to a document of a table',
		input: TEXT,
	},
	{
		name: 'Int64',
		value: 'int64',
		description: 'A 64-bit whole number, a bigint in Convex (v.int64)',
		input: TEXT,
	},
	{ name: 'Null', value: 'null', description: 'No value: null' },
	{
		name: 'Number',
		value: 'number',
		description: 'A number, also with a fraction (v.number)',
		input: { type: 'number', default: 0 },
	},
	{
		name: 'Object',
		value: 'object',
		description: 'An object, as JSON or an expression',
		input: { type: 'json', default: '{}' },
	},
	{ name: 'String', value: 'string', description: 'Text', input: TEXT },
];

/** @param hasInputItem whether a value may be something of an input item */
export function argumentFieldsDescription(hasInputItem: boolean): INodeProperties {
	const types = typesOf(hasInputItem);
	return {
		displayName: 'Fields',
		name: 'argumentFields',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Argument' },
		default: {},
		placeholder: 'Add Argument',
		description: "The function's arguments; none for a function without arguments",
		displayOptions: { show: { argumentsMode: ['fields'] } },
		options: [
			{
				displayName: 'Argument',
				name: 'argument',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. title',
						description: "The argument's name, as in the function's args",
					},
					typeChoice(types, "The argument's type in Convex"),
					...valueInputs(types),
				],
			},
		],
	};
}

export function typesOf(hasInputItem: boolean): TypeRow[] {
	return TYPES.filter(({ isOfItem }) => hasInputItem || !isOfItem);
}

export function typeChoice(types: TypeRow[], description: string): INodeProperties {
	return {
		displayName: 'Type',
		name: 'type',
		type: 'options',
		default: 'auto',
		description,
		options: types.map(({ name, value, description: meaning }) => ({
			name,
			value,
			description: meaning,
		})),
	};
}

/** The last is that of the type of a new argument: n8n fills in the default of the last of a name. */
export function valueInputs(types: TypeRow[]): INodeProperties[] {
	const inputs = new Set(types.flatMap(({ input = [] }) => input));
	inputs.delete(TEXT);
	inputs.add(TEXT);
	return [...inputs].map((input) => ({
		displayName: 'Value',
		name: 'value',
		...input,
		displayOptions: {
			show: { type: types.filter((row) => row.input === input).map(({ value }) => value) },
		},
	}));
}

/**
 * The arguments of the form, each as the JavaScript value of its Convex type.
 *
 * @throws ConvexFailure (`input`) naming the argument
 */
export async function readArgumentFields(
	context: ParameterReader,
	itemIndex: number,
): Promise<Record<string, unknown>> {
	const fields: unknown = context.getNodeParameter('argumentFields.argument', itemIndex, []);
	const args = new Map<string, unknown>();
	for (const field of [fields].flat()) {
		if (!isPlainObject(field)) throw noArgument(field);
		const name = typeof field.name === 'string' ? field.name.trim() : '';
		if (name === '') {
			throw inputFailure(
				`'Arguments' has an argument without a name (number ${args.size + 1})`,
				'Name every argument, or remove those that are not needed.',
			);
		}
		if (args.has(name)) {
			throw inputFailure(
				`'Arguments' has the argument ${quote(name)} twice`,
				'Remove one of them.',
			);
		}
		const subject = `'Arguments': ${quote(name)}`;
		args.set(name, await readTypedValue(context, itemIndex, subject, field));
	}
	return Object.fromEntries(args);
}

function noArgument(field: unknown): ConvexFailure {
	return inputFailure(
		`'Arguments' has an entry that is ${describeType(field)}, not an argument with a name, a type and a value`,
		"Add arguments one by one, or set 'Arguments' to 'Using JSON' for an expression that gives all of them.",
	);
}

/**
 * The JavaScript value of a value of a type, as both are filled in.
 *
 * @param subject the value in a sentence, e.g. "'Arguments': 'count'"
 * @throws ConvexFailure (`input`) naming the subject
 */
export async function readTypedValue(
	context: ParameterReader,
	itemIndex: number,
	subject: string,
	{ type, value }: Record<string, unknown>,
): Promise<unknown> {
	const { input } = context;
	if (type === 'binary' && input) return await readBinaryField(input, itemIndex, subject, value);
	if (type === 'date' && typeof value === 'string') {
		const milliseconds = dateParser(context.getTimezone())(value);
		if (milliseconds !== undefined) return milliseconds;
		throw mismatch(subject, value, 'a date', DATE_HELP);
	}
	if (typeof type === 'string' && isArgumentType(type)) {
		return convertArgument(subject, type, value);
	}
	const known = typesOf(input !== undefined).map((row) => row.value);
	throw inputFailure(
		`${subject} has the unknown type ${quote(String(type))}`,
		`Choose a type from the list, or use an expression that gives one of: ${known.join(', ')}.`,
	);
}
