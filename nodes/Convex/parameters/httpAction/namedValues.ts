import type { INodeProperties } from 'n8n-workflow';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { toArgument } from '../../convex/values/argumentTypes';
import { isDateObject } from '../../convex/values/dateObject';
import { valueOrThrow } from '../../convex/values/conversion';
import { checkedText, halfCharacter } from '../../convex/values/encodeArguments';
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
		const subject = `'${displayName}': ${quote(name)}`;
		return { subject, name, fields };
	});
}

/**
 * Names and values as texts, in their order. A list of values gives the name several times.
 *
 * @throws ConvexFailure (`input`) naming the entry, also for a list without values
 */
export function readNamedValues(
	context: ParameterReader,
	described: NamedValues,
	itemIndex: number,
): Array<[name: string, value: string]> {
	return readEntries(context, described, itemIndex).flatMap((entry) =>
		textsOf(entry).map((text): [string, string] => [entry.name, text]),
	);
}

/**
 * The texts of an entry: one, or as many as its list has values.
 *
 * @throws ConvexFailure (`input`) naming the entry, also for a list without values
 */
export function textsOf({ subject, fields }: NamedEntry): string[] {
	// Unlike flat, this does not skip the gaps of a sparse array.
	const values: unknown[] = Array.isArray(fields.value) ? [...fields.value] : [fields.value];
	// Without it, the request would ask for something else.
	if (values.length === 0) throw noText(subject, undefined);
	return values.map((value) => toText(subject, value));
}

/**
 * A text, or what an expression gives in its place. What would arrive as another text is refused, as in
 * an argument of a function: a number that has lost digits, NaN, an invalid date, half of a character.
 *
 * @throws ConvexFailure (`input`) for what is no text, and for nothing at all
 */
export function toText(subject: string, value: unknown): string {
	const conversion = toArgument('string', value);
	if (typeof value === 'object' && conversion.status === 'refused' && !isDateObject(value)) {
		throw noText(subject, value);
	}
	if (value === undefined) throw noText(subject, value);
	return checkedText(subject, String(valueOrThrow(subject, conversion)));
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
