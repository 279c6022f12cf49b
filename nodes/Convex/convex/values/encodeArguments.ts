import { describeType, isPlainObject } from './plainObject';
import { convexToJson, jsonToConvex, type JSONValue } from 'convex/values';
import { isBase64, toBase64 } from './base64';
import { inputFailure, type ConvexFailure } from '../failure';
import { quote } from './quote';

/** A function's arguments in Convex's encoded JSON, ready to be sent. */
export type EncodedArguments = { [argument: string]: JSONValue };

/** Limits of the backend: crates/value/src/{size,array,object}.rs, crates/convex/sync_types/src/identifier.rs. */
export const MAX_NESTING = 64;
export const MAX_ARRAY_LENGTH = 8192;
const MAX_OBJECT_FIELDS = 1024;
const MAX_FIELD_NAME_LENGTH = 1024;

/** The arguments travel in a list, so the object with them is on the second level. */
const ARGUMENTS_LEVEL = 2;

/** A list among the arguments is on the third level, so what it contains is on the next. */
const ELEMENT_LEVEL = ARGUMENTS_LEVEL + 2;

const TYPED_ARRAY_HELP = 'Convex has no such type. Make a list of it by Array.from(…).';

export const NOT_GIVEN =
	'The expression gives nothing here: check that what it refers to is there, or have it give null.';

const ENCODED_TYPES = new Set(['$integer', '$float', '$bytes']);

/**
 * Encodes a function's arguments: everything JSON can say, and every Convex type as its JavaScript
 * value (bigint, bytes, NaN, ±Infinity, -0) or already encoded (`{"$integer": "KgAAAAAAAAA="}`, as
 * Convex returns it). A field that is `undefined` is left out.
 *
 * @param source where the arguments come from, for error sentences, e.g. "'Arguments (JSON)'"
 * @throws ConvexFailure (`input`) naming the source and the argument
 */
export function encodeArguments(source: string, args: unknown): EncodedArguments {
	if (!isPlainObject(args)) {
		throw inputFailure(
			`${source} is ${describeType(args)}, not an object`,
			'A Convex function takes one object with named arguments, e.g. {"author": "Ada", "limit": 10}. Use {} for a function without arguments.',
		);
	}
	return encodeFields(source, args, '', ARGUMENTS_LEVEL);
}

/**
 * Encodes an element of a list that is an argument.
 *
 * @param source where the element comes from, for error sentences, e.g. "'Arguments (JSON)'"
 * @throws ConvexFailure (`input`) naming the source and the place
 */
export function encodeElement(source: string, element: unknown): JSONValue {
	return encodeValue(source, element, '', ELEMENT_LEVEL);
}

function encodeFields(
	source: string,
	fields: Readonly<Record<string, unknown>>,
	place: string,
	level: number,
): EncodedArguments {
	const entries = definedEntries(fields);
	if (entries.length > MAX_OBJECT_FIELDS) {
		throw refused(source, place, `has ${entries.length} fields`, 'An object holds at most 1,024.');
	}
	// A field called `__proto__` is data like any other; an assignment would lose it.
	return Object.fromEntries(
		entries.map(([name, value]) => {
			const fieldPlace = place === '' ? name : `${place}.${name}`;
			checkFieldName(source, fieldPlace, name);
			return [name, encodeValue(source, value, fieldPlace, level + 1)];
		}),
	);
}

function encodeValue(source: string, value: unknown, place: string, level: number): JSONValue {
	switch (typeof value) {
		case 'string':
			return isKeptText(value) ? value : checkedText(placed(source, place), value);
		case 'boolean':
			return value;
		case 'number':
			return convexToJson(value);
		case 'bigint':
			return encodeInt64(source, value, place);
		case 'object':
			if (value === null) return null;
			return encodeObject(source, value, place, level);
		case 'undefined':
			throw refused(source, place, 'is missing', NOT_GIVEN);
		default:
			throw refused(source, place, `is ${describeType(value)}`, 'Convex has no such type.');
	}
}

function encodeObject(source: string, object: object, place: string, level: number): JSONValue {
	if (object instanceof ArrayBuffer || ArrayBuffer.isView(object)) {
		// Numbers, such as an embedding, would be stored as the bytes that they are kept in.
		if ('BYTES_PER_ELEMENT' in object && object.BYTES_PER_ELEMENT !== 1) {
			throw refused(source, place, `is ${describeType(object)}`, TYPED_ARRAY_HELP);
		}
		return { $bytes: toBase64(object) };
	}
	const value = jsonOf(object);
	if (typeof value !== 'object') return encodeValue(source, value, place, level);
	if (value === null) {
		throw invalidDate(placed(source, place));
	}
	const special = isPlainObject(value) ? checkedSpecialValue(source, value, place) : undefined;
	if (special !== undefined) return special;
	if (level > MAX_NESTING) {
		throw nestedTooDeep(placed(source, place));
	}
	if (Array.isArray(value)) return encodeArray(source, value, place, level);
	if (isPlainObject(value)) return encodeFields(source, value, place, level);
	throw refused(source, place, `is ${describeType(value)}`, 'Convex has no such type.');
}

/** The JSON that an object gives itself: a date of an expression ($now) gives its ISO text. */
export function jsonOf(object: object): unknown {
	if (!('toJSON' in object) || typeof object.toJSON !== 'function') return object;
	const json: unknown = object.toJSON();
	return json;
}

function encodeArray(source: string, array: unknown[], place: string, level: number): JSONValue {
	if (array.length > MAX_ARRAY_LENGTH) {
		throw refused(source, place, `has ${array.length} elements`, 'An array holds at most 8,192.');
	}
	// Unlike map, this does not skip the gaps of a sparse array.
	return Array.from(array, (element, index) =>
		encodeValue(source, element, `${place}[${index}]`, level + 1),
	);
}

const ENCODED_NUMBER_LENGTH = 12;

/**
 * An already encoded value: an object whose only field is `$integer`, `$float` or `$bytes`
 * (convex-backend crates/value/src/json/mod.rs).
 */
function checkedSpecialValue(
	source: string,
	value: Readonly<Record<string, unknown>>,
	place: string,
): JSONValue | undefined {
	const [field, ...others] = definedEntries(value);
	if (field === undefined || others.length > 0) return undefined;
	const [key, content] = field;
	if (!ENCODED_TYPES.has(key)) return undefined;
	// The decoder of convex/values skips characters that are not base64.
	if (typeof content === 'string' && isBase64(content)) {
		// The deployment takes canonical base64 only.
		if (key === '$bytes') return { $bytes: toBase64(Buffer.from(content, 'base64')) };
		const number = content.length === ENCODED_NUMBER_LENGTH && canonicalNumber(key, content);
		if (number) return number;
	}
	throw refused(
		source,
		place,
		`has a '${key}' that Convex cannot decode`,
		"'$integer' and '$float' take 8 bytes in base64 ('$float' only NaN, infinities and -0), '$bytes' takes base64.",
	);
}

/** @returns undefined for a number that is no special float */
function canonicalNumber(key: string, content: string): JSONValue | undefined {
	try {
		return convexToJson(jsonToConvex({ [key]: content }));
	} catch {
		return undefined;
	}
}

function encodeInt64(source: string, value: bigint, place: string): JSONValue {
	if (BigInt.asIntN(64, value) !== value) throw int64OutOfRange(placed(source, place));
	return convexToJson(value);
}

/** What n8n makes of an invalid date in a parameter (n8n-core `cleanupParameterData`). */
export const INVALID_DATE_TEXT = 'Invalid DateTime';

/**
 * A text that arrives as it is.
 *
 * @param subject the text in a sentence
 * @throws ConvexFailure (`input`) for an invalid date, and half of a character
 */
export function checkedText(subject: string, text: string): string {
	if (isKeptText(text)) return text;
	throw text === INVALID_DATE_TEXT ? invalidDate(subject) : halfCharacter(subject);
}

function isKeptText(text: string): boolean {
	return text !== INVALID_DATE_TEXT && text.isWellFormed();
}

/** Field names of Convex objects: crates/convex/sync_types/src/identifier.rs `check_valid_field_name`. */
function checkFieldName(source: string, place: string, name: string): void {
	if (name === '') {
		throw refused(source, place, 'has an empty name', 'Give every field a name.');
	}
	if (name.startsWith('$')) {
		throw refused(
			source,
			place,
			"has a name that starts with '$'",
			'Convex reserves such names. Rename the field, or leave it out.',
		);
	}
	if (!/^[\x20-\x7e]+$/.test(name)) {
		throw refused(
			source,
			place,
			'has a name with characters other than ASCII letters, digits and signs',
			'Rename the field.',
		);
	}
	if (name.length > MAX_FIELD_NAME_LENGTH) {
		throw refused(source, place, 'has a name of more than 1,024 characters', 'Rename the field.');
	}
}

/** The fields of an object that are there: one that is undefined is not sent. */
export function definedEntries(
	object: Readonly<Record<string, unknown>>,
): Array<[string, unknown]> {
	const entries = Object.entries(object);
	const areDefined = entries.every(([, value]) => value !== undefined);
	return areDefined ? entries : entries.filter(([, value]) => value !== undefined);
}

export function int64OutOfRange(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} is out of range`,
		'An int64 lies between -9223372036854775808 and 9223372036854775807.',
	);
}

export function invalidDate(subject: string): ConvexFailure {
	return inputFailure(`${subject} is an invalid date`, 'Check where it comes from.');
}

/** Half of a surrogate pair is not valid Unicode: the deployment refuses the whole request. */
export function halfCharacter(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} contains half of a Unicode character`,
		'The text was probably cut in the middle of an emoji. Cut it elsewhere, or apply .toWellFormed() to it.',
	);
}

/** Arguments stand in a list and in an object, which are levels themselves. */
export function nestedTooDeep(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} is nested more than ${MAX_NESTING} levels deep`,
		'For an argument, Convex counts the list of arguments and the arguments object as the first two levels. Give flatter data, or one long text.',
	);
}

function refused(source: string, place: string, what: string, help: string): ConvexFailure {
	return inputFailure(`${placed(source, place)} ${what}`, help);
}

function placed(source: string, place: string): string {
	return place === '' ? source : `${source}: ${quote(place)}`;
}
