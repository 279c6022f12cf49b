import { ADVICE } from '../advice';
import { invalidDate, jsonOf } from './encodeArguments';
import { isCalendarDigits } from './calendarDigits';
import { isDateObject, isOfClass } from './dateObject';
import { isPlainObject } from './plainObject';
import { fromBase64WithBlanks } from './base64';
import {
	adviceFor,
	converted,
	FUNCTION,
	refused,
	valueOrThrow,
	type Conversion,
	type Refusal,
} from './conversion';
import { inputFailure } from '../failure';
import { doesNotFit, hasLostDigits } from './mismatch';
import { toInt64, toNumber } from './numberArguments';
import { readJsonText, VALUE_ADVICE, type JsonAdvice } from './jsonText';

/** The types of a typed argument, except `binary`, whose bytes the workflow item holds. */
export type ArgumentType =
	| 'auto'
	| 'string'
	| 'number'
	| 'boolean'
	| 'id'
	| 'object'
	| 'array'
	| 'int64'
	| 'bytes'
	| 'date'
	| 'null';

const NO_BYTES_HELP =
	'Encode the bytes in base64. To store no bytes at all, have an expression give { $bytes: "" }.';
const BASE64_HELP = 'Encode the bytes in base64 (A-Z, a-z, 0-9, +, / and = at the end).';

export const DATE_HELP = 'Use an ISO 8601 date such as 2026-01-31T12:00:00Z.';

type Converter = (value: unknown) => Conversion;

/**
 * How a value from a form or an expression becomes the value of each type. The user named the type,
 * so a text that plainly says a number is taken as one; a value that does not fit is refused.
 */
const CONVERTERS: Record<ArgumentType, Converter> = {
	auto: converted,
	null: () => converted(null),
	string: toText,
	id: toId,
	number: toNumber,
	boolean: toBoolean,
	int64: toInt64,
	bytes: toBytes,
	date: toTimestamp,
	object: toObject,
	array: toArray,
};

export function isArgumentType(type: string): type is ArgumentType {
	return Object.hasOwn(CONVERTERS, type);
}

/**
 * Converts the value of a typed argument to the JavaScript value of its Convex type.
 *
 * @param subject the argument in a sentence, e.g. "'Arguments': 'count'"
 * @param declarer what declares its type otherwise; a function unless given
 * @throws ConvexFailure (`input`) naming the subject
 */
export function convertArgument(
	subject: string,
	type: ArgumentType,
	value: unknown,
	declarer = FUNCTION,
): unknown {
	const conversion = toArgument(type, value);
	if (conversion.status === 'converted' || conversion.typeAdvice === undefined) {
		return valueOrThrow(subject, conversion, declarer);
	}
	const advice = adviceFor(declarer, conversion.typeAdvice);
	throw conversion.describe(subject, declarer).with({ advice });
}

/** The same without a subject, and without throwing. */
export function toArgument(type: ArgumentType, value: unknown): Conversion {
	return CONVERTERS[type](value);
}

/** An object, or JSON text of one. */
export function toObject(
	value: unknown,
	advice = VALUE_ADVICE,
): Conversion<Record<string, unknown>> {
	const json = parsedJson(value, advice);
	if (json.status === 'refused') return json;
	if (isPlainObject(json.value)) return converted(json.value);
	return doesNotFit(json.value, 'an object', 'Write JSON such as {"name": "Ada"}.');
}

/** An array, or JSON text of one. */
export function toArray(value: unknown, advice = VALUE_ADVICE): Conversion<unknown[]> {
	const json = parsedJson(value, advice);
	if (json.status === 'refused') return json;
	if (Array.isArray(json.value)) return converted(json.value);
	return doesNotFit(json.value, 'an array', 'Write JSON such as ["a", "b"].');
}

function parsedJson(value: unknown, advice: JsonAdvice): Conversion {
	return typeof value === 'string' ? readJsonText(value, advice) : converted(value);
}

function toText(value: unknown): Conversion<string> {
	if (typeof value === 'string') return converted(value);
	if (typeof value === 'number') return numberToText(value);
	if (typeof value === 'boolean' || typeof value === 'bigint') return converted(String(value));
	if (isOfClass(value)) return textOfObject(value);
	return doesNotFit(
		value,
		'text',
		'Use an expression that gives text.',
		"Choose the type 'Object', 'Array' or 'Automatic'.",
	);
}

/** As everywhere in JSON, a date is its ISO text, and so is a duration. */
function textOfObject(object: object): Conversion<string> {
	const text = jsonOf(object);
	if (typeof text === 'string') return converted(text);
	return text === null
		? refused(invalidDate)
		: doesNotFit(object, 'text', 'Use an expression that gives text.');
}

/**
 * Text says that all its digits count, as those of an ID that came as a number do not. NaN is what a
 * calculation gives that went wrong.
 */
function numberToText(value: number): Conversion<string> {
	if (!Number.isFinite(value)) return isNoNumber(value);
	const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
	return isRounded ? hasLostDigits() : converted(String(value));
}

function toId(value: unknown): Conversion<string> {
	const id = typeof value === 'string' ? value.trim() : '';
	if (id !== '') return converted(id);
	return doesNotFit(value, 'a document ID', "Use the '_id' of a document.");
}

function toBoolean(value: unknown): Conversion<boolean> {
	if (typeof value === 'boolean') return converted(value);
	const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
	if (text === 'true') return converted(true);
	if (text === 'false') return converted(false);
	return doesNotFit(value, 'true or false', 'Use an expression that gives true or false.');
}

function isNoNumber(value: number): Refusal {
	return refused((subject) =>
		inputFailure(`${subject} is ${value}, which is no text`, 'Check where it comes from.'),
	);
}

function toBytes(value: unknown): Conversion<ArrayBuffer | Uint8Array> {
	if (value instanceof ArrayBuffer || value instanceof Uint8Array) return converted(value);
	const encoded =
		isPlainObject(value) && Object.keys(value).length === 1 ? value.$bytes : undefined;
	const text = encoded ?? value;
	if (typeof text !== 'string') {
		return doesNotFit(value, 'base64 text', 'Encode the bytes in base64.');
	}
	// A cell without a value is not meant as no bytes, though base64 has no other text for them.
	if (encoded === undefined && text.trim() === '') {
		return doesNotFit(value, 'base64 text', NO_BYTES_HELP);
	}
	const bytes = fromBase64WithBlanks(text);
	if (bytes !== undefined) return converted(bytes);
	return refused(
		(subject) => inputFailure(`${subject} is not base64`, BASE64_HELP, 'notBase64'),
		({ form }) => (form === undefined ? BASE64_HELP : ADVICE.notBase64),
	);
}

/** The last time that a Date can be (ECMA-262 §21.4.1.1), of which a number still has all digits. */
const MAX_TIMESTAMP = 8.64e15;

/** In the year 2286. */
const FAR_FUTURE = 1e13;

/**
 * Convex keeps points in time as milliseconds since 1970 (`Date.now()`), a number. Takes that
 * number, a Date or Luxon's DateTime ($now); text needs a time zone and is parsed by the caller.
 */
function toTimestamp(value: unknown): Conversion<number> {
	const milliseconds: unknown = isDateObject(value) ? value.valueOf() : value;
	if (typeof milliseconds === 'number' && Math.abs(milliseconds) <= MAX_TIMESTAMP) {
		// Fewer digits are a moment that somebody may mean.
		const isOfCalendar = milliseconds >= FAR_FUTURE && isCalendarDigits(String(milliseconds));
		return isOfCalendar ? doesNotFit(value, 'a date', DATE_HELP) : converted(milliseconds);
	}
	if (isDateObject(value)) return refused(invalidDate);
	return doesNotFit(value, 'a date', DATE_HELP);
}
