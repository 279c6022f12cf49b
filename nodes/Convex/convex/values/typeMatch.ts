import { convexToJson } from 'convex/values';
import { definedEntries } from './encodeArguments';
import { isPlainObject } from './plainObject';
import { toArgument } from './argumentTypes';
import { doesNotFit } from './mismatch';
import { isDateObject } from './dateObject';
import { converted, type Conversion } from './conversion';
import { describeValidator, type LiteralValue, type Validator } from './validator';

/** Milliseconds of a text that is a date; undefined for any other text. */
export type ParseDate = (text: string) => number | undefined;

/**
 * How a value meets a validator: it has the type already, or it may be converted to it. A union asks
 * all its members for the first, and only then one after another for the second, so each part of a
 * value meets each part of a validator once, however deep unions stand in each other.
 */
export type Match<Value = unknown> = { isExact: true; value: Value } | Inexact<Value>;

export interface Inexact<Value> {
	isExact: false;
	/** Called once at most. */
	convert: () => Conversion<Value>;
}

export function exact<Value>(value: Value): Match<Value> {
	return { isExact: true, value };
}

export function inexact<Value>(convert: () => Conversion<Value>): Inexact<Value> {
	return { isExact: false, convert };
}

export function conversionOf<Value>(match: Match<Value>): Conversion<Value> {
	return match.isExact ? converted(match.value) : match.convert();
}

export type SimpleType = Exclude<
	Validator['type'],
	'any' | 'literal' | 'array' | 'record' | 'object' | 'union'
>;

export function matchSimple(type: SimpleType, value: unknown, parseDate: ParseDate): Match {
	return hasType(type, value) ? exact(value) : inexact(() => convertSimple(type, value, parseDate));
}

function hasType(type: SimpleType, value: unknown): boolean {
	switch (type) {
		case 'null':
			return value === null;
		case 'string':
			return typeof value === 'string';
		case 'id':
			return typeof value === 'string' && /^\S+$/.test(value);
		case 'number':
			return typeof value === 'number' || isEncoded(value, '$float');
		case 'boolean':
			return typeof value === 'boolean';
		case 'int64':
			return typeof value === 'bigint' || isEncoded(value, '$integer');
		case 'bytes':
			return (
				value instanceof Uint8Array || value instanceof ArrayBuffer || isEncoded(value, '$bytes')
			);
	}
}

function convertSimple(type: SimpleType, value: unknown, parseDate: ParseDate): Conversion {
	if (type === 'number') return convertNumber(value, parseDate);
	if (type !== 'null') return toArgument(type, value);
	return doesNotFit(value, 'null', 'Leave it out, or use an expression that gives null.');
}

/** Day and month stand in an order that nothing says. */
const LOCAL_DATE = /^\s*\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b/;

function convertNumber(value: unknown, parseDate: ParseDate): Conversion {
	if (isDateObject(value)) return toArgument('date', value);
	const isDate = typeof value === 'string' && /^\d{4}-\d\d/.test(value);
	const milliseconds = isDate ? parseDate(value) : undefined;
	if (milliseconds !== undefined) return converted(milliseconds);
	if (typeof value !== 'string' || !LOCAL_DATE.test(value)) return toArgument('number', value);
	const isInOrder = /^\d{4}-\d\d-\d\d/.test(value);
	const date = isInOrder ? 'There is no such day or time.' : 'Write a date as 2026-11-30.';
	return doesNotFit(value, 'a number', `${date} A number is digits with a point.`);
}

export function matchLiteral(validator: Validator & { type: 'literal' }, value: unknown): Match {
	const { value: literal } = validator;
	const isInt64 = typeof literal === 'bigint' && isEncoded(value, '$integer');
	if (isInt64 ? isSameLiteral(literal, value) : Object.is(value, literal)) return exact(literal);
	return inexact(() =>
		isSameLiteral(literal, value)
			? converted(literal)
			: doesNotFit(value, describeValidator(validator), 'Use exactly this value.'),
	);
}

/** A number or a text that says it is taken for a literal of another type, as a dropdown gives it. */
function isSameLiteral(literal: LiteralValue, value: unknown): boolean {
	if (value === literal) return true;
	if (typeof literal === 'string') return false;
	if (typeof value === 'string') return value.trim() === String(literal);
	if (typeof literal !== 'bigint') return false;
	return isEncoded(value, '$integer')
		? value.$integer === encodedText(literal)
		: typeof value === 'number' && Number.isInteger(value) && BigInt(value) === literal;
}

/** Comparing the encodings needs no decoding of what may be none. */
function encodedText(int64: bigint): unknown {
	const encoded = convexToJson(int64);
	return isEncoded(encoded, '$integer') ? encoded.$integer : undefined;
}

/** Whether a value of Convex is no object, though it is encoded as one: an int64, bytes, NaN … */
export function isEncodedValue(value: unknown): boolean {
	return (['$integer', '$float', '$bytes'] as const).some((key) => isEncoded(value, key));
}

/** A value that is encoded as Convex returns it; `encodeArguments` checks it. */
function isEncoded<Key extends '$integer' | '$bytes' | '$float'>(
	value: unknown,
	key: Key,
): value is Record<Key, string> {
	if (!isPlainObject(value)) return false;
	const [only, ...others] = definedEntries(value);
	return others.length === 0 && only?.[0] === key && typeof only[1] === 'string';
}
