import type { INodeProperties } from 'n8n-workflow';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { halfCharacter } from '../../convex/values/encodeArguments';
import { describeType, isPlainObject } from '../../convex/values/plainObject';
import { quote } from '../../convex/values/quote';
import type { ParameterReader } from '../parameterReader';

/** A parameter that is a list of names with values: query, headers, or the fields of a form. */
export interface NamedValues {
	property: INodeProperties;
	/** The list within the parameter. */
	listName: string;
}

interface Description {
	displayName: string;
	name: string;
	description: string;
	/** One of them, in the form's words. */
	entry: { displayName: string; name: string; placeholder: string };
	displayOptions?: INodeProperties['displayOptions'];
}

export function namedValues({ entry, ...described }: Description): NamedValues {
	const property: INodeProperties = {
		...described,
		type: 'fixedCollection',
		typeOptions: {
			multipleValues: true,
			multipleValueButtonText: `Add ${entry.displayName}`,
		},
		default: {},
		placeholder: `Add ${entry.displayName}`,
		options: [
			{
				displayName: entry.displayName,
				name: entry.name,
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: entry.placeholder,
					},
					{ displayName: 'Value', name: 'value', type: 'string', default: '' },
				],
			},
		],
	};
	return { property, listName: entry.name };
}

/** An entry of a form, whose value was not looked at yet. */
export interface NamedEntry {
	/** In a sentence: `'Headers': 'x-own'`. */
	subject: string;
	name: string;
	fields: Record<string, unknown>;
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readEntries(
	context: ParameterReader,
	{ property: { name: parameter, displayName }, listName }: NamedValues,
	itemIndex: number,
): NamedEntry[] {
	const stored: unknown = context.getNodeParameter(`${parameter}.${listName}`, itemIndex, []);
	return [stored].flat().map((fields, index) => {
		if (!isPlainObject(fields)) {
			throw inputFailure(
				`'${displayName}' has an entry that is ${describeType(fields)}, not a name and a value`,
				'Add them one by one.',
			);
		}
		const name = typeof fields.name === 'string' ? fields.name.trim() : '';
		if (!name.isWellFormed()) {
			throw halfCharacter(`'${displayName}' has an entry whose name (number ${index + 1})`);
		}
		if (name === '') {
			throw inputFailure(
				`'${displayName}' has an entry without a name (number ${index + 1})`,
				'Name every entry, or remove those that are not needed.',
			);
		}
		return { subject: `'${displayName}': ${quote(name)}`, name, fields };
	});
}

/**
 * Names and values as texts, in their order. A list of values gives the name several times.
 *
 * @throws ConvexFailure (`input`) naming the entry
 */
export function readNamedValues(
	context: ParameterReader,
	described: NamedValues,
	itemIndex: number,
): Array<[name: string, value: string]> {
	return readEntries(context, described, itemIndex).flatMap(({ subject, name, fields }) =>
		[fields.value].flat().map((value): [string, string] => [name, toText(subject, value)]),
	);
}

/**
 * @throws ConvexFailure (`input`) for what is no text, for nothing at all, and for a text that would
 * arrive as another one
 */
export function toText(subject: string, value: unknown): string {
	if (typeof value === 'string') {
		if (value.isWellFormed()) return value;
		throw halfCharacter(subject);
	}
	if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
		return String(value);
	}
	// A date of JavaScript, or of n8n's expressions.
	const json: unknown = hasJson(value) ? value.toJSON() : undefined;
	if (typeof json === 'string') return json;
	throw noText(subject, value);
}

function hasJson(value: unknown): value is { toJSON: () => unknown } {
	return (
		typeof value === 'object' &&
		value !== null &&
		'toJSON' in value &&
		typeof value.toJSON === 'function'
	);
}

function noText(subject: string, value: unknown): ConvexFailure {
	return value === undefined || value === null
		? inputFailure(
				`${subject} has no value`,
				'Its expression gives nothing. Give it a value, or remove the entry.',
			)
		: inputFailure(
				`${subject} is ${describeType(value)}, not text`,
				'Use text, a number or true or false; an object can be sent in the body.',
			);
}
