import { ADVICE } from '../advice';
import { describeType, int64OutOfRange, isPlainObject } from './encodeArguments';
import { fromBase64WithBlanks } from './base64';
import { converted, refused, valueOrThrow, type Conversion, type Refusal } from './conversion';
import { isKeptByDouble } from './decimalText';
import { inputFailure, type ConvexFailure } from '../failure';
import { readJsonText, VALUE_ADVICE } from './jsonText';

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
 * @throws ConvexFailure (`input`) naming the subject
 */
export function convertArgument(subject: string, type: ArgumentType, value: unknown): unknown {
	return valueOrThrow(subject, toArgument(type, value));
}

/** The same without a subject, and without throwing. */
export function toArgument(type: ArgumentType, value: unknown): Conversion {
	return CONVERTERS[type](value);
}

/** An object, or JSON text of one. */
export function toObject(value: unknown): Conversion<Record<string, unknown>> {
	const json = parsedJson(value);
	if (json.status === 'refused') return json;
	if (isPlainObject(json.value)) return converted(json.value);
	return doesNotFit(json.value, 'an object', 'Write JSON such as {"name": "Ada"}.');
}

/** An array, or JSON text of one. */
export function toArray(value: unknown): Conversion<unknown[]> {
	const json = parsedJson(value);
	if (json.status === 'refused') return json;
	if (Array.isArray(json.value)) return converted(json.value);
	return doesNotFit(json.value, 'an array', 'Write JSON such as ["a", "b"].');
}

function parsedJson(value: unknown): Conversion {
	return typeof value === 'string' ? readJsonText(value, VALUE_ADVICE) : converted(value);
}

function toText(value: unknown): Conversion<string> {
	if (typeof value === 'string') return converted(value);
	if (typeof value === 'number') return numberToText(value);
	if (typeof value === 'boolean' || typeof value === 'bigint') return converted(String(value));
	return doesNotFit(value, 'text', "Choose the type 'Object', 'Array' or 'Automatic'.");
}

/** Text says that all its digits count, as those of an ID that came as a number do not. */
function numberToText(value: number): Conversion<string> {
	const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
	return isRounded ? hasLostDigits() : converted(String(value));
}

function toId(value: unknown): Conversion<string> {
	const id = typeof value === 'string' ? value.trim() : '';
	if (id !== '') return converted(id);
	return doesNotFit(value, 'a document ID', "Use the '_id' of a document.");
}

/** Takes JSON's numbers and, as Convex has them, NaN, Infinity and -Infinity. */
function toNumber(value: unknown): Conversion<number> {
	if (typeof value === 'number') return converted(value);
	const text = typeof value === 'string' ? value.trim() : '';
	if (/^(?:NaN|[+-]?Infinity)$/.test(text)) return converted(Number(text));
	const isDecimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
	const isFinite = Number.isFinite(Number(text));
	if (isDecimal && isKeptByDouble(text)) return converted(Number(text));
	// A number with too large an exponent is a mistake, and not one with many digits.
	if (isDecimal && (isFinite || !/e/i.test(text))) {
		return refused((subject) =>
			inputFailure(
				`${subject} is a whole number beyond 2^53, which a number would round`,
				"Choose the type 'Int64' if the function takes an int64, or 'String' to keep all digits as text.",
			),
		);
	}
	return doesNotFit(value, 'a number', 'Write digits with a point, e.g. 12.5.');
}

function toBoolean(value: unknown): Conversion<boolean> {
	if (typeof value === 'boolean') return converted(value);
	const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
	if (text === 'true') return converted(true);
	if (text === 'false') return converted(false);
	return doesNotFit(value, 'true or false', 'Use an expression that gives true or false.');
}

/** The longest int64 has 19 digits; a BigInt of a million digits takes seconds. */
const MAX_INT64_DIGITS = 19;

function toInt64(value: unknown): Conversion<bigint> {
	if (typeof value === 'bigint') return converted(value);
	if (typeof value === 'number') return numberToInt64(value);
	const text = typeof value === 'string' ? value.trim() : '';
	if (!/^[+-]?\d+$/.test(text)) {
		return doesNotFit(value, 'a whole number', 'Write digits only, e.g. 42.');
	}
	const first = text.search(/[1-9]/);
	const digits = first < 0 ? '0' : text.slice(first);
	if (digits.length > MAX_INT64_DIGITS) return refused(int64OutOfRange);
	return converted(text.startsWith('-') ? -BigInt(digits) : BigInt(digits));
}

function numberToInt64(value: number): Conversion<bigint> {
	if (Number.isSafeInteger(value)) return converted(BigInt(value));
	if (!Number.isInteger(value)) {
		return doesNotFit(value, 'a whole number', "Choose the type 'Number' for fractions.");
	}
	return hasLostDigits();
}

function hasLostDigits(): Refusal {
	return refused((subject) =>
		inputFailure(
			`${subject} is a number beyond 2^53, which has already lost digits`,
			'Pass it as text, e.g. "9007199254740993".',
		),
	);
}

function toBytes(value: unknown): Conversion<ArrayBuffer | Uint8Array> {
	if (value instanceof ArrayBuffer || value instanceof Uint8Array) return converted(value);
	if (typeof value !== 'string') {
		return doesNotFit(value, 'base64 text', 'Encode the bytes in base64.');
	}
	const bytes = fromBase64WithBlanks(value);
	if (bytes !== undefined) return converted(bytes);
	return refused((subject) =>
		inputFailure(`${subject} is not base64`, ADVICE.notBase64, 'notBase64'),
	);
}

/**
 * Convex keeps points in time as milliseconds since 1970 (`Date.now()`), a number. Takes that
 * number, a Date or Luxon's DateTime ($now); text needs a time zone and is parsed by the caller.
 */
function toTimestamp(value: unknown): Conversion<number> {
	const isDate = typeof value === 'object' && value !== null && typeof value.valueOf === 'function';
	const milliseconds: unknown = isDate ? value.valueOf() : value;
	if (typeof milliseconds === 'number' && Number.isFinite(milliseconds)) {
		return converted(milliseconds);
	}
	return doesNotFit(value, 'a date', DATE_HELP);
}

/** The refusal of a value that is not what its argument wants. */
export function doesNotFit(value: unknown, expected: string, help: string): Refusal {
	return refused((subject) => mismatch(subject, value, expected, help));
}

/** The failure for a value that does not fit the type its argument was given. */
export function mismatch(
	subject: string,
	value: unknown,
	expected: string,
	help: string,
): ConvexFailure {
	const shown =
		typeof value === 'string' || typeof value === 'number' ? ` ('${excerpt(String(value))}')` : '';
	return inputFailure(`${subject} is ${describeType(value)}${shown}, not ${expected}`, help);
}

const EXCERPT_LENGTH = 40;

function excerpt(text: string): string {
	return text.length <= EXCERPT_LENGTH ? text : `${text.slice(0, EXCERPT_LENGTH)}…`;
}
