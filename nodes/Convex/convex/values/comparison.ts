import { jsonToConvex, type JSONValue } from 'convex/values';
import { toArgument } from './argumentTypes';
import { placeIn, type Step } from './conversion';
import { isDecimal, wholeNumberOf } from './decimalText';
import { lostDigits } from './mismatch';
import { isPlainObject } from './plainObject';
import { ownField } from './sameValue';

/**
 * What a value is compared with. A typed text is read as what it is compared with is: `5` is equal to
 * a number, to an int64 and to the text of this digit.
 */
export type Expected =
	| {
			kind: 'text';
			text: string;
			/** The same read as JSON, in Convex's encoded JSON; undefined where it is none. */
			json: JSONValue | undefined;
	  }
	/** A value with a type of its own, in Convex's encoded JSON. */
	| { kind: 'value'; value: JSONValue };

/**
 * Whether a value is the expected one. Numbers and int64s are equal where they say the same number,
 * as are 0 and -0, and NaN is equal to itself.
 *
 * @param actual in Convex's encoded JSON
 */
export function isEqualTo(actual: JSONValue, expected: Expected): boolean {
	if (expected.kind === 'value') return saysTheSame(actual, expected.value);
	const { text, json } = expected;
	if (typeof actual === 'string') return actual === text;
	const number = numberOf(actual);
	if (number !== undefined) return isSameNumber(number, numberIn(text, typeof number));
	if (typeof actual !== 'object' || actual === null) return text.trim() === String(actual);
	if (!Array.isArray(actual) && typeof actual.$bytes === 'string') {
		return actual.$bytes === text.trim();
	}
	return json !== undefined && saysTheSame(actual, json);
}

/**
 * How a value stands to the expected one: negative for less, 0 for equal, positive for greater.
 * Numbers and int64s are ordered by what they say, text by the bytes of its UTF-8, as Convex orders it.
 *
 * @returns undefined for what has no order: NaN, other types, or different ones
 */
export function orderOf(actual: JSONValue, expected: Expected): number | undefined {
	const number = numberOf(actual);
	if (number !== undefined) return order(number, numberExpected(expected, typeof number));
	return typeof actual === 'string' ? orderOfTexts(actual, textExpected(expected)) : undefined;
}

/** What a double makes of the largest int64. */
const LARGEST_INT64 = 2 ** 63;

/**
 * Refuses a number that has lost digits where an int64 is: another one may be meant. Where a double is, it
 * has lost the same ones.
 *
 * @param subject what is compared with, in a sentence
 * @param steps to the expected value in it
 * @param actual in Convex's encoded JSON
 * @throws ConvexFailure (`input`) naming the place
 */
export function checkDigits(
	subject: string,
	steps: readonly Step[],
	actual: JSONValue,
	expected: Expected,
): void {
	if (expected.kind === 'value') checkDigitsAt(subject, steps, actual, expected.value);
}

function checkDigitsAt(
	subject: string,
	steps: readonly Step[],
	actual: JSONValue | undefined,
	expected: JSONValue | undefined,
): void {
	if (typeof expected === 'number') {
		if (mayHaveLostDigits(expected) && isInt64(actual)) throw lostDigits(placeIn(subject, steps));
	} else if (Array.isArray(expected) && Array.isArray(actual)) {
		for (const [index, element] of expected.entries()) {
			checkDigitsAt(subject, [...steps, index], actual[index], element);
		}
	} else if (isPlainObject(expected) && isPlainObject(actual)) {
		for (const [name, field] of Object.entries(expected)) {
			checkDigitsAt(subject, [...steps, name], ownField(actual, name), field);
		}
	}
}

function mayHaveLostDigits(number: number): boolean {
	if (!Number.isInteger(number) || Number.isSafeInteger(number)) return false;
	return Math.abs(number) <= LARGEST_INT64;
}

function isInt64(value: JSONValue | undefined): boolean {
	return value !== undefined && typeof numberOf(value) === 'bigint';
}

function orderOfTexts(actual: string, expected: string | undefined): number | undefined {
	return expected === undefined
		? undefined
		: Buffer.compare(Buffer.from(actual), Buffer.from(expected));
}

function order<Ordered extends number | bigint>(
	actual: Ordered,
	expected: Ordered | undefined,
): number | undefined {
	if (expected === undefined) return undefined;
	if (actual < expected) return -1;
	if (actual > expected) return 1;
	return isNotANumber(actual) || isNotANumber(expected) ? undefined : 0;
}

function isNotANumber(value: unknown): boolean {
	return typeof value === 'number' && Number.isNaN(value);
}

function numberExpected(expected: Expected, type: string): number | bigint | undefined {
	return expected.kind === 'text' ? numberIn(expected.text, type) : numberOf(expected.value);
}

function textExpected(expected: Expected): string | undefined {
	if (expected.kind === 'text') return expected.text;
	return typeof expected.value === 'string' ? expected.value : undefined;
}

/** Equality of two encoded values, for which the type of a number does not count. */
function saysTheSame(a: JSONValue | undefined, b: JSONValue | undefined): boolean {
	if (a === undefined || b === undefined) return a === b;
	const [number, other] = [numberOf(a), numberOf(b)];
	if (number !== undefined || other !== undefined) return isSameNumber(number, other);
	if (Array.isArray(a) || Array.isArray(b)) {
		if (!Array.isArray(a) || !Array.isArray(b)) return false;
		return a.length === b.length && a.every((element, index) => saysTheSame(element, b[index]));
	}
	if (!isPlainObject(a) || !isPlainObject(b)) return a === b;
	const names = Object.keys(a);
	return (
		names.length === Object.keys(b).length &&
		names.every((name) => Object.hasOwn(b, name) && saysTheSame(a[name], b[name]))
	);
}

function isSameNumber(a: number | bigint | undefined, b: number | bigint | undefined): boolean {
	if (a === undefined || b === undefined) return false;
	return (isNotANumber(a) && isNotANumber(b)) || order<number | bigint>(a, b) === 0;
}

/** @returns undefined for a value that is neither a number nor an int64 */
function numberOf(value: JSONValue): number | bigint | undefined {
	if (typeof value === 'number') return value;
	if (!isPlainObject(value)) return undefined;
	if (typeof value.$integer !== 'string' && typeof value.$float !== 'string') return undefined;
	try {
		const decoded = jsonToConvex(value);
		return typeof decoded === 'number' || typeof decoded === 'bigint' ? decoded : undefined;
	} catch {
		// A server that is not Convex may send what is no number.
		return undefined;
	}
}

/**
 * The number that a text says; undefined for any other text. What is compared with a number is read as
 * one, since a number is written with as many digits as tell it from others. With an int64, and where
 * no number keeps them, all digits count, also those of what is larger than any int64.
 *
 * @param type of the value that it is compared with
 */
function numberIn(text: string, type: string): number | bigint | undefined {
	const trimmed = text.trim();
	const whole = isDecimal(trimmed) ? wholeNumberOf(trimmed) : undefined;
	if (type === 'bigint' && whole !== undefined) return whole;
	const read = toArgument('number', trimmed);
	return read.status === 'converted' && typeof read.value === 'number' ? read.value : whole;
}
