import { ADVICE } from '../advice';
import { int64OutOfRange, invalidDate, jsonOf } from './encodeArguments';
import { isDateObject, isOfClass } from './dateObject';
import { describeType, isPlainObject } from './plainObject';
import { fromBase64WithBlanks } from './base64';
import {
	adviceFor,
	converted,
	FUNCTION,
	refused,
	valueOrThrow,
	type AdviceFor,
	type Conversion,
	type Refusal,
} from './conversion';
import { isDecimal, isKeptByDouble } from './decimalText';
import { inputFailure, type ConvexFailure } from '../failure';
import { quoteStart } from './quote';
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

/** Takes JSON's numbers and, as Convex has them, NaN, Infinity and -Infinity. */
function toNumber(value: unknown): Conversion<number> {
	if (typeof value === 'number') return converted(value);
	const text = typeof value === 'string' ? value.trim() : '';
	if (/^(?:NaN|[+-]?Infinity)$/.test(text)) return converted(Number(text));
	const isNumber = isDecimal(text);
	const isFinite = Number.isFinite(Number(text));
	if (isNumber && isKeptByDouble(text)) return converted(Number(text));
	// A number with too large an exponent is a mistake, and not one with many digits.
	if (isNumber && (isFinite || !/e/i.test(text))) {
		return refused(
			(subject, { name }) =>
				inputFailure(
					`${subject} is a whole number beyond 2^53, which a number would round`,
					`To keep all its digits, have ${name} take an int64 (v.int64) or text (v.string).`,
				),
			({ name }) =>
				`Choose the type 'Int64' if ${name} takes an int64, or 'String' to keep all digits as text.`,
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
		return doesNotFit(
			value,
			'a whole number',
			'Round it, or declare it as a number with a fraction (v.number).',
			"Choose the type 'Number' for fractions.",
		);
	}
	return hasLostDigits();
}

function isNoNumber(value: number): Refusal {
	return refused((subject) =>
		inputFailure(`${subject} is ${value}, which is no text`, 'Check where it comes from.'),
	);
}

function hasLostDigits(): Refusal {
	return refused(lostDigits);
}

/** Of a number that cannot be what was meant. */
export function lostDigits(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} is a number beyond 2^53, which has already lost digits`,
		'Pass it as text, e.g. "9007199254740993".',
	);
}

function toBytes(value: unknown): Conversion<ArrayBuffer | Uint8Array> {
	if (value instanceof ArrayBuffer || value instanceof Uint8Array) return converted(value);
	if (typeof value !== 'string') {
		return doesNotFit(value, 'base64 text', 'Encode the bytes in base64.');
	}
	const bytes = fromBase64WithBlanks(value);
	if (bytes !== undefined) return converted(bytes);
	return refused(
		(subject) => inputFailure(`${subject} is not base64`, BASE64_HELP, 'notBase64'),
		({ form }) => (form === undefined ? BASE64_HELP : ADVICE.notBase64),
	);
}

/** The last time that a Date can be (ECMA-262 §21.4.1.1), of which a number still has all digits. */
const MAX_TIMESTAMP = 8.64e15;

/**
 * Convex keeps points in time as milliseconds since 1970 (`Date.now()`), a number. Takes that
 * number, a Date or Luxon's DateTime ($now); text needs a time zone and is parsed by the caller.
 */
function toTimestamp(value: unknown): Conversion<number> {
	const milliseconds: unknown = isDateObject(value) ? value.valueOf() : value;
	if (typeof milliseconds === 'number' && Math.abs(milliseconds) <= MAX_TIMESTAMP) {
		return converted(milliseconds);
	}
	if (isDateObject(value)) return refused(invalidDate);
	return doesNotFit(value, 'a date', DATE_HELP);
}

/** The refusal of a value that is not what its argument wants. */
export function doesNotFit(
	value: unknown,
	expected: string,
	help: string,
	typeAdvice?: AdviceFor,
): Refusal {
	return refused((subject) => mismatch(subject, value, expected, help), typeAdvice);
}

/** The failure for a value that does not fit the type its argument was given. */
export function mismatch(
	subject: string,
	value: unknown,
	expected: string,
	help: string,
): ConvexFailure {
	const shown =
		typeof value === 'string' || typeof value === 'number' ? ` (${quoteStart(String(value))})` : '';
	return inputFailure(`${subject} is ${describeType(value)}${shown}, not ${expected}`, help);
}
