import { convexToJson } from 'convex/values';
import { definedEntries, isPlainObject } from './arguments';
import { doesNotFit, toArgument, toArray, toObject } from './argumentTypes';
import {
	converted,
	refused,
	valueOrThrow,
	within,
	type Conversion,
	type Refusal,
	type Step,
} from './conversion';
import { inputFailure } from './failure';
import {
	alternativesOf,
	describeValidator,
	type LiteralValue,
	type ObjectValidator,
	type Validator,
} from './validator';

export type ParseDate = (text: string) => number | undefined;

/**
 * How a value meets a validator: it has the type already, or it may be converted to it. A union asks
 * all its members for the first, and only then one after another for the second, so each part of a
 * value meets each part of a validator once, however deep unions stand in each other.
 */
type Match<Value = unknown> = { isExact: true; value: Value } | Inexact<Value>;

interface Inexact<Value> {
	isExact: false;
	/** Called once at most. */
	convert: () => Conversion<Value>;
}

function exact<Value>(value: Value): Match<Value> {
	return { isExact: true, value };
}

function inexact<Value>(convert: () => Conversion<Value>): Inexact<Value> {
	return { isExact: false, convert };
}

function conversionOf<Value>(match: Match<Value>): Conversion<Value> {
	return match.isExact ? converted(match.value) : match.convert();
}

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
	return valueOrThrow(subject, conversionOf(matchValue(validator, value, parseDate)));
}

/** The same for the fields of an object, such as the arguments themselves. */
export function convertFields(
	subject: string,
	validator: ObjectValidator,
	value: unknown,
	parseDate: ParseDate,
): Record<string, unknown> {
	return valueOrThrow(subject, conversionOf(matchObject(validator, value, parseDate)));
}

/** Whether a value has a validator's type already, without any conversion. */
export function fitsAsItIs(validator: Validator, value: unknown): boolean {
	return matchValue(validator, value, () => undefined).isExact;
}

function matchValue(validator: Validator, value: unknown, parseDate: ParseDate): Match {
	switch (validator.type) {
		case 'any':
			return exact(value);
		case 'literal':
			return matchLiteral(validator, value);
		case 'array':
			return matchArray(validator, value, parseDate);
		case 'record':
			return matchRecord(validator, value, parseDate);
		case 'object':
			return matchObject(validator, value, parseDate);
		case 'union':
			return matchUnion(validator, value, parseDate);
		default:
			return matchSimple(validator.type, value, parseDate);
	}
}

type SimpleType = Exclude<
	Validator['type'],
	'any' | 'literal' | 'array' | 'record' | 'object' | 'union'
>;

function matchSimple(type: SimpleType, value: unknown, parseDate: ParseDate): Match {
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
	return doesNotFit(
		value,
		'null',
		'Leave the argument out, or use an expression that gives null.',
	);
}

function convertNumber(value: unknown, parseDate: ParseDate): Conversion {
	if (isDate(value)) return toArgument('date', value);
	const date =
		typeof value === 'string' && /^\d{4}-\d\d/.test(value) ? parseDate(value) : undefined;
	return date === undefined ? toArgument('number', value) : converted(date);
}

/** A Date, or Luxon's DateTime ($now): an object that is neither data nor bytes. */
function isDate(value: unknown): boolean {
	const isObject = typeof value === 'object' && value !== null;
	const isBytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
	return isObject && !isBytes && !Array.isArray(value) && !isPlainObject(value);
}

function matchLiteral(validator: Validator & { type: 'literal' }, value: unknown): Match {
	const { value: literal } = validator;
	if (Object.is(value, literal)) return exact(value);
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

function matchArray(
	validator: Validator & { type: 'array' },
	value: unknown,
	parseDate: ParseDate,
): Match {
	if (!Array.isArray(value)) {
		return inexact(() => {
			const array = toArray(value);
			return array.status === 'refused'
				? array
				: conversionOf(matchArray(validator, array.value, parseDate));
		});
	}
	const parts = value.map((element: unknown, index) => ({
		step: index,
		validator: validator.element,
		value: element,
	}));
	return matchParts(parts, parseDate);
}

function matchRecord(
	validator: Validator & { type: 'record' },
	value: unknown,
	parseDate: ParseDate,
): Match {
	if (!isPlainObject(value)) {
		return inexact(() => {
			const record = toObject(value);
			return record.status === 'refused'
				? record
				: conversionOf(matchRecord(validator, record.value, parseDate));
		});
	}
	const parts = definedEntries(value).map(([name, field]) => ({
		step: name,
		validator: validator.value,
		value: field,
	}));
	return fieldsOf(parts, matchParts(parts, parseDate), true);
}

function matchObject(
	validator: ObjectValidator,
	value: unknown,
	parseDate: ParseDate,
): Match<Record<string, unknown>> {
	if (!isPlainObject(value)) {
		return inexact(() => {
			const object = toObject(value);
			return object.status === 'refused'
				? object
				: conversionOf(matchObject(validator, object.value, parseDate));
		});
	}
	const given = new Map(definedEntries(value));
	const extra = [...given.keys()].find((name) => !validator.fields.has(name));
	if (extra !== undefined) return inexact(() => notTaken(extra, validator));
	const parts: Array<Part<string>> = [];
	let leftOut = 0;
	for (const [name, { validator: field, optional }] of validator.fields) {
		const fieldValue = given.get(name);
		if (fieldValue === undefined && !optional) {
			const before = matchParts(parts, parseDate);
			return inexact(() => {
				const conversion = conversionOf(before);
				return conversion.status === 'refused' ? conversion : lacking(name, field);
			});
		}
		if (fieldValue === undefined) continue;
		if (optional && isNotGiven(field, fieldValue)) leftOut += 1;
		else parts.push({ step: name, validator: field, value: fieldValue });
	}
	return fieldsOf(parts, matchParts(parts, parseDate), leftOut === 0);
}

/**
 * Rows of a database or a spreadsheet, and n8n's forms, have null or an empty text where there is
 * nothing. For an optional field, at any depth, both mean that it is not given, unless its validator
 * takes them.
 */
function isNotGiven(validator: Validator, value: unknown): boolean {
	return (value === null || value === '') && !fitsAsItIs(validator, value);
}

function notTaken(name: string, { fields }: ObjectValidator): Refusal {
	return refused((subject) =>
		inputFailure(
			`${subject} has '${name}', which the function does not take`,
			`It takes: ${[...fields.keys()].join(', ') || 'nothing'}. If the function was changed, refresh the list of arguments.`,
		),
	);
}

function lacking(name: string, validator: Validator): Refusal {
	return refused((subject) =>
		inputFailure(
			`${subject} lacks '${name}', which the function requires`,
			`It has to be: ${describeValidator(validator)}.`,
		),
	);
}

/** A part of an array or an object, and what it has to be. */
interface Part<PartStep extends Step = Step> {
	step: PartStep;
	validator: Validator;
	value: unknown;
}

/** Meets part after part; those behind one that is not exact only where all are converted. */
function matchParts(parts: readonly Part[], parseDate: ParseDate): Match<unknown[]> {
	const values: unknown[] = [];
	for (const { validator, value } of parts) {
		const match = matchValue(validator, value, parseDate);
		if (!match.isExact) return inexact(() => convertParts(parts, values, match, parseDate));
		values.push(match.value);
	}
	return exact(values);
}

/**
 * @param exactValues of the first parts
 * @param next the part behind them
 */
function convertParts(
	parts: readonly Part[],
	exactValues: readonly unknown[],
	next: Match,
	parseDate: ParseDate,
): Conversion<unknown[]> {
	const values = [...exactValues];
	let match: Match | undefined = next;
	for (const { step, validator, value } of parts.slice(values.length)) {
		const conversion = conversionOf(match ?? matchValue(validator, value, parseDate));
		if (conversion.status === 'refused') return within(step, conversion);
		values.push(conversion.value);
		match = undefined;
	}
	return converted(values);
}

/** @param isWhole whether no field was left out, so that the object may be exact */
function fieldsOf(
	parts: ReadonlyArray<Part<string>>,
	match: Match<unknown[]>,
	isWhole: boolean,
): Match<Record<string, unknown>> {
	const named = (values: unknown[]) =>
		Object.fromEntries(parts.map(({ step }, index) => [step, values[index]]));
	if (match.isExact && isWhole) return exact(named(match.value));
	return inexact(() => {
		const conversion = conversionOf(match);
		return conversion.status === 'refused' ? conversion : converted(named(conversion.value));
	});
}

/** What fits a member as it is goes there; else the first member that it can be converted to. */
function matchUnion(
	validator: Validator & { type: 'union' },
	value: unknown,
	parseDate: ParseDate,
): Match {
	const matches: Array<Inexact<unknown>> = [];
	for (const member of alternativesOf(validator)) {
		const match = matchValue(member, value, parseDate);
		if (match.isExact) return match;
		matches.push(match);
	}
	return inexact(() => {
		for (const match of matches) {
			const conversion = match.convert();
			if (conversion.status === 'converted') return conversion;
		}
		return doesNotFit(
			value,
			describeValidator(validator),
			'None of these types takes this value.',
		);
	});
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
