import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describeType, isPlainObject } from '../../convex/values/plainObject';
import { convertArgument, DATE_HELP, isArgumentType } from '../../convex/values/argumentTypes';
import { mismatch } from '../../convex/values/mismatch';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import type { Declarer } from '../../convex/values/conversion';
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
		description:
			"As the expression gives it; what is typed in is text, unless a table's schema or 'Convert Argument Types' says otherwise",
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

/** A list of named and typed values, and its words. */
export interface TypedValues {
	/** The list as sentences name it, without quotes. */
	label: string;
	/** One of its values. */
	part: string;
	property: Pick<INodeProperties, 'displayName' | 'name' | 'description' | 'displayOptions'>;
	/** The name that the values have in the list. */
	entry: string;
	nameDescription: string;
	declarer?: Declarer;
}

const ARGUMENTS: TypedValues = {
	label: 'Arguments',
	part: 'argument',
	property: {
		displayName: 'Fields',
		name: 'argumentFields',
		description: "The function's arguments; none for a function without arguments",
		displayOptions: { show: { argumentsMode: ['fields'] } },
	},
	entry: 'argument',
	nameDescription: "The argument's name, as in the function's args",
};

/** @param hasInputItem whether a value may be something of an input item */
export function argumentFieldsDescription(
	hasInputItem: boolean,
	{ part, property, entry, nameDescription } = ARGUMENTS,
): INodeProperties {
	const types = typesOf(hasInputItem);
	const title = part.charAt(0).toUpperCase() + part.slice(1);
	return {
		...property,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: `Add ${title}` },
		default: {},
		placeholder: `Add ${title}`,
		options: [
			{
				displayName: title,
				name: entry,
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. title',
						description: nameDescription,
					},
					typeChoice(types, `The ${part}'s type in Convex`),
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
	list = ARGUMENTS,
): Promise<Record<string, unknown>> {
	const { label, part, property, entry, declarer } = list;
	const fields: unknown = context.getNodeParameter(`${property.name}.${entry}`, itemIndex, []);
	const args = new Map<string, unknown>();
	for (const field of [fields].flat()) {
		if (!isPlainObject(field)) throw noEntry(list, field);
		const name = typeof field.name === 'string' ? field.name.trim() : '';
		if (name === '') {
			throw inputFailure(
				`'${label}' has ${article(part)} without a name (number ${args.size + 1})`,
				`Name every ${part}, or remove those that are not needed.`,
			);
		}
		if (args.has(name)) {
			throw inputFailure(`'${label}' has the ${part} ${quote(name)} twice`, 'Remove one of them.');
		}
		const subject = `'${label}': ${quote(name)}`;
		args.set(name, await readTypedValue(context, itemIndex, subject, field, declarer));
	}
	return Object.fromEntries(args);
}

function noEntry({ label, part }: TypedValues, field: unknown): ConvexFailure {
	return inputFailure(
		`'${label}' has an entry that is ${describeType(field)}, not ${article(part)} with a name, a type and a value`,
		`Add ${part}s one by one, or set '${label}' to 'Using JSON' for an expression that gives all of them.`,
	);
}

function article(part: string): string {
	return `${part.startsWith('a') ? 'an' : 'a'} ${part}`;
}

/**
 * The JavaScript value of a value of a type, as both are filled in.
 *
 * @param subject the value in a sentence, e.g. "'Arguments': 'count'"
 * @param declarer what declares the value's type otherwise; a function unless given
 * @throws ConvexFailure (`input`) naming the subject
 */
export async function readTypedValue(
	context: ParameterReader,
	itemIndex: number,
	subject: string,
	{ type, value }: Record<string, unknown>,
	declarer?: Declarer,
): Promise<unknown> {
	const { input } = context;
	if (type === 'binary' && input) return await readBinaryField(input, itemIndex, subject, value);
	if (type === 'date' && typeof value === 'string') {
		const milliseconds = dateParser(context.getTimezone())(value);
		if (milliseconds !== undefined) return milliseconds;
		throw mismatch(subject, value, 'a date', DATE_HELP);
	}
	if (typeof type === 'string' && isArgumentType(type)) {
		return convertArgument(subject, type, value, declarer);
	}
	const known = typesOf(input !== undefined).map((row) => row.value);
	throw inputFailure(
		`${subject} has the unknown type ${quote(String(type))}`,
		`Choose a type from the list, or use an expression that gives one of: ${known.join(', ')}.`,
	);
}
