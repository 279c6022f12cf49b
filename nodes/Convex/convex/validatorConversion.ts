import { convexToJson } from 'convex/values';
import { definedEntries, isPlainObject } from './arguments';
import { convertArgument, mismatch, toArray, toObject } from './argumentTypes';
import { ConvexFailure, inputFailure } from './failure';
import { alternativesOf, describeValidator, type LiteralValue, type Validator } from './validator';

/**
 * Converts a value to what a validator wants: `42` to an int64 where it wants an int64, an ISO date
 * to milliseconds where it wants a number, JSON text to an object where it wants an object. A value
 * that fits already stays as it is, so a text that looks like a number stays text where text may be.
 *
 * @param subject the value in a sentence, e.g. "'Arguments': 'count'"
 * @param parseDate milliseconds of a text that is a date; undefined for any other text
 * @returns the JavaScript value of the Convex type
 * @throws ConvexFailure (`input`) naming the place that does not fit
 */
export function convertByValidator(
	subject: string,
	validator: Validator,
	value: unknown,
	parseDate: ParseDate,
): unknown {
	switch (validator.type) {
		case 'any':
			return value;
		case 'string':
		case 'id':
			return convertArgument(subject, validator.type, value);
		case 'null':
			if (value === null) return null;
			throw mismatch(
				subject,
				value,
				'null',
				'Leave the argument out, or use an expression that gives null.',
			);
		case 'number':
			return convertNumber(subject, value, parseDate);
		case 'boolean':
			return convertArgument(subject, 'boolean', value);
		case 'int64':
			return isEncoded(value, '$integer') ? value : convertArgument(subject, 'int64', value);
		case 'bytes':
			return isEncoded(value, '$bytes') ? value : convertArgument(subject, 'bytes', value);
		case 'literal':
			return convertLiteral(subject, validator, value);
		case 'array':
			return convertArray(subject, validator.element, value, parseDate);
		case 'record':
			return convertRecord(subject, validator, value, parseDate);
		case 'object':
			return convertFields(subject, validator, value, parseDate);
		case 'union':
			return convertUnion(subject, validator, value, parseDate);
	}
}

export type ParseDate = (text: string) => number | undefined;

function convertNumber(subject: string, value: unknown, parseDate: ParseDate): unknown {
	if (isEncoded(value, '$float')) return value;
	if (isDate(value)) return convertArgument(subject, 'date', value);
	const date =
		typeof value === 'string' && /^\d{4}-\d\d/.test(value) ? parseDate(value) : undefined;
	return date ?? convertArgument(subject, 'number', value);
}

/** A Date, or Luxon's DateTime ($now): an object that is neither data nor bytes. */
function isDate(value: unknown): boolean {
	const isObject = typeof value === 'object' && value !== null;
	const isBytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
	return isObject && !isBytes && !Array.isArray(value) && !isPlainObject(value);
}

function convertLiteral(
	subject: string,
	validator: Validator & { type: 'literal' },
	value: unknown,
): unknown {
	const { value: literal } = validator;
	if (isSameLiteral(literal, value)) return literal;
	throw mismatch(subject, value, describeValidator(validator), 'Use exactly this value.');
}

/** A number or a text that says it is taken for a literal of another type, as a dropdown gives it. */
function isSameLiteral(literal: LiteralValue, value: unknown): boolean {
	if (Object.is(value, literal) || value === literal) return true;
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

function convertArray(
	subject: string,
	element: Validator,
	value: unknown,
	parseDate: ParseDate,
): unknown[] {
	return toArray(subject, value).map((item, index) =>
		convertByValidator(inside(subject, `[${index}]`), element, item, parseDate),
	);
}

function convertRecord(
	subject: string,
	validator: Validator & { type: 'record' },
	value: unknown,
	parseDate: ParseDate,
): Record<string, unknown> {
	const record = toObject(subject, value);
	return Object.fromEntries(
		definedEntries(record).map(([key, item]) => [
			key,
			convertByValidator(inside(subject, `.${key}`), validator.value, item, parseDate),
		]),
	);
}

/** The fields of an object, and of the arguments themselves. */
export function convertFields(
	subject: string,
	{ fields }: Validator & { type: 'object' },
	value: unknown,
	parseDate: ParseDate,
): Record<string, unknown> {
	const object = toObject(subject, value);
	const given = new Map(definedEntries(object));
	const extra = [...given.keys()].find((name) => !fields.has(name));
	if (extra !== undefined) {
		throw inputFailure(
			`${subject} has '${extra}', which the function does not take`,
			`It takes: ${[...fields.keys()].join(', ') || 'nothing'}. If the function was changed, refresh the list of arguments.`,
		);
	}
	const converted: Array<[string, unknown]> = [];
	for (const [name, { validator, optional }] of fields) {
		const field = given.get(name);
		if (field !== undefined) {
			converted.push([
				name,
				convertByValidator(inside(subject, `.${name}`), validator, field, parseDate),
			]);
		} else if (!optional) {
			throw inputFailure(
				`${subject} lacks '${name}', which the function requires`,
				`It has to be: ${describeValidator(validator)}.`,
			);
		}
	}
	return Object.fromEntries(converted);
}

/** What fits a member as it is goes there; else the first member that it can be converted to. */
function convertUnion(
	subject: string,
	validator: Validator & { type: 'union' },
	value: unknown,
	parseDate: ParseDate,
): unknown {
	const members = alternativesOf(validator);
	const exact = members.find((member) => fitsAsItIs(member, value));
	if (exact !== undefined) return convertByValidator(subject, exact, value, parseDate);
	for (const member of members) {
		try {
			return convertByValidator(subject, member, value, parseDate);
		} catch (error) {
			if (!(error instanceof ConvexFailure)) throw unexpected(error);
		}
	}
	throw mismatch(
		subject,
		value,
		describeValidator(validator),
		'None of these types takes this value.',
	);
}

function unexpected(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}

/** Whether a value has a validator's type already, without any conversion. */
export function fitsAsItIs(validator: Validator, value: unknown): boolean {
	switch (validator.type) {
		case 'any':
			return true;
		case 'null':
			return value === null;
		case 'string':
		case 'id':
			return typeof value === 'string' && (validator.type === 'string' || /^\S+$/.test(value));
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
		case 'literal':
			return Object.is(value, validator.value);
		case 'array':
			return Array.isArray(value) && value.every((item) => fitsAsItIs(validator.element, item));
		case 'record':
			return (
				isPlainObject(value) &&
				definedEntries(value).every(([, item]) => fitsAsItIs(validator.value, item))
			);
		case 'object':
			return isPlainObject(value) && fieldsFit(validator.fields, value);
		case 'union':
			return validator.members.some((member) => fitsAsItIs(member, value));
	}
}

function fieldsFit(
	fields: (Validator & { type: 'object' })['fields'],
	value: Record<string, unknown>,
): boolean {
	const given = new Map(definedEntries(value));
	return (
		[...given.keys()].every((name) => fields.has(name)) &&
		[...fields].every(([name, { validator, optional }]) =>
			given.has(name) ? fitsAsItIs(validator, given.get(name)) : optional,
		)
	);
}

/** Names a part of a subject: `'Arguments'` → `'Arguments': 'user'` → `'Arguments': 'user.name'`. */
function inside(subject: string, step: string): string {
	return subject.includes(": '")
		? `${subject.slice(0, -1)}${step}'`
		: `${subject}: '${step.replace(/^\./, '')}'`;
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
