import { describeType, isPlainObject } from './arguments';
import { isBase64 } from './base64';
import { inputFailure, type ConvexFailure } from './failure';
import { parseJsonText } from './jsonText';

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

type Converter = (subject: string, value: unknown) => unknown;

/**
 * How a value from a form or an expression becomes the value of each type. The user named the type,
 * so a text that plainly says a number is taken as one; a value that does not fit is refused.
 */
const CONVERTERS: Record<ArgumentType, Converter> = {
	auto: (_subject, value) => value,
	null: () => null,
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
	return CONVERTERS[type](subject, value);
}

/** An object, or JSON text of one. */
export function toObject(subject: string, value: unknown): Record<string, unknown> {
	const object = typeof value === 'string' ? parseJsonText(subject, value) : value;
	if (isPlainObject(object)) return object;
	throw mismatch(subject, object, 'an object', 'Write JSON such as {"name": "Ada"}.');
}

/** An array, or JSON text of one. */
export function toArray(subject: string, value: unknown): unknown[] {
	const array = typeof value === 'string' ? parseJsonText(subject, value) : value;
	if (Array.isArray(array)) return array;
	throw mismatch(subject, array, 'an array', 'Write JSON such as ["a", "b"].');
}

function toText(subject: string, value: unknown): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
		return String(value);
	}
	throw mismatch(subject, value, 'text', "Choose the type 'Object', 'Array' or 'Automatic'.");
}

function toId(subject: string, value: unknown): string {
	if (typeof value === 'string' && value.trim() !== '') return value.trim();
	throw mismatch(subject, value, 'a document ID', "Use the '_id' of a document.");
}

/** Takes JSON's numbers and, as Convex has them, NaN, Infinity and -Infinity. */
function toNumber(subject: string, value: unknown): number {
	if (typeof value === 'number') return value;
	const text = typeof value === 'string' ? value.trim() : '';
	if (/^(?:NaN|[+-]?Infinity)$/.test(text)) return Number(text);
	if (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(Number(text))) {
		throw inputFailure(
			`${subject} is a whole number beyond 2^53, which a number would round`,
			"Choose the type 'Int64' if the function takes an int64, or 'String' to keep all digits as text.",
		);
	}
	const isDecimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
	if (isDecimal && Number.isFinite(Number(text))) return Number(text);
	throw mismatch(subject, value, 'a number', 'Write digits with a point, e.g. 12.5.');
}

function toBoolean(subject: string, value: unknown): boolean {
	if (typeof value === 'boolean') return value;
	const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
	if (text === 'true') return true;
	if (text === 'false') return false;
	throw mismatch(subject, value, 'true or false', 'Use an expression that gives true or false.');
}

function toInt64(subject: string, value: unknown): bigint {
	if (typeof value === 'bigint') return value;
	if (typeof value === 'number') {
		if (Number.isSafeInteger(value)) return BigInt(value);
		throw Number.isInteger(value)
			? inputFailure(
					`${subject} is a number beyond 2^53, which has already lost digits`,
					'Pass it as text, e.g. "9007199254740993".',
				)
			: mismatch(subject, value, 'a whole number', "Choose the type 'Number' for fractions.");
	}
	const text = typeof value === 'string' ? value.trim() : '';
	if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace(/^\+/, ''));
	throw mismatch(subject, value, 'a whole number', 'Write digits only, e.g. 42.');
}

function toBytes(subject: string, value: unknown): ArrayBuffer | Uint8Array {
	if (value instanceof ArrayBuffer || value instanceof Uint8Array) return value;
	if (typeof value === 'string') {
		const text = value.replace(/\s+/g, '');
		if (isBase64(text)) return Buffer.from(text, 'base64');
		throw inputFailure(
			`${subject} is not base64`,
			"Encode the bytes in base64 (A-Z, a-z, 0-9, +, / and = at the end), or choose the type 'Binary Field' to send a file of the item.",
		);
	}
	throw mismatch(subject, value, 'base64 text', 'Encode the bytes in base64.');
}

/**
 * Convex keeps points in time as milliseconds since 1970 (`Date.now()`), a number. Takes that
 * number, a Date or Luxon's DateTime ($now); text needs a time zone and is parsed by the caller.
 */
function toTimestamp(subject: string, value: unknown): number {
	const isDate = typeof value === 'object' && value !== null && typeof value.valueOf === 'function';
	const milliseconds: unknown = isDate ? value.valueOf() : value;
	if (typeof milliseconds === 'number' && Number.isFinite(milliseconds)) return milliseconds;
	throw mismatch(subject, value, 'a date', DATE_HELP);
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
