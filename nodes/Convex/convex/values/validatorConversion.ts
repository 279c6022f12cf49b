import { definedEntries } from './encodeArguments';
import { isPlainObject } from './plainObject';
import { toArray, toObject } from './argumentTypes';
import { doesNotFit } from './mismatch';
import { isDateObject } from './dateObject';
import { valueOrThrow, type Conversion, type Declarer, type Refusal } from './conversion';
import { lacking, notTaken } from './objectRefusals';
import { DECLARED_VALUE_ADVICE, readJsonText, type JsonAdvice } from './jsonText';
import { isSimple, matchFields, matchParts, type MatchValue, type Part } from './partsMatch';
import {
	conversionOf,
	exact,
	inexact,
	matchLiteral,
	matchSimple,
	type Inexact,
	type Match,
	type ParseDate,
} from './typeMatch';
import { meantObject, refusalOfTag, withoutEmptyOfOthers } from './unionOfObjects';
import {
	alternativesOf,
	describeValidator,
	type ObjectValidator,
	type Validator,
} from './validator';

/**
 * Converts the fields of an object, such as the arguments, to what their validators want: `42` to an int64
 * where it wants an int64, an ISO date to milliseconds where it wants a number, JSON text to an object where
 * it wants an object. A value that fits already stays as it is, so a text that looks like a number stays text
 * where text may be.
 *
 * @param subject the object in a sentence, e.g. "'Arguments'"
 * @param parseDate milliseconds of a text that is a date; undefined for any other text
 * @param declarer what declares the types; a function unless given
 * @returns JavaScript values of the Convex types
 * @throws ConvexFailure (`input`) naming the place that does not fit
 */
export function convertFields(
	subject: string,
	validator: ObjectValidator,
	value: unknown,
	parseDate: ParseDate,
	declarer?: Declarer,
): Record<string, unknown> {
	return valueOrThrow(subject, conversionOf(matchObject(validator, value, parseDate)), declarer);
}

/** The same for a value of any type. */
export function convertValue(
	subject: string,
	validator: Validator,
	value: unknown,
	parseDate: ParseDate,
	declarer?: Declarer,
): unknown {
	return valueOrThrow(subject, conversionOf(matchValue(validator, value, parseDate)), declarer);
}

/** Whether a value has a validator's type already, without any conversion. */
export function fitsAsItIs(validator: Validator, value: unknown): boolean {
	return matchValue(validator, value, () => undefined).isExact;
}

function matchWith(parseDate: ParseDate): MatchValue {
	return (validator, value) => matchValue(validator, value, parseDate);
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

function matchArray(
	validator: Validator & { type: 'array' },
	value: unknown,
	parseDate: ParseDate,
): Match {
	if (!Array.isArray(value)) {
		return fromJsonText(toArray, value, (array) => matchArray(validator, array, parseDate));
	}
	// Without holes, which `map` would leave.
	const parts = Array.from(value, (element: unknown, index) => ({
		step: index,
		validator: validator.element,
		value: element,
	}));
	return matchParts(parts, matchWith(parseDate));
}

function matchRecord(
	validator: Validator & { type: 'record' },
	value: unknown,
	parseDate: ParseDate,
): Match {
	if (!isPlainObject(value)) {
		return fromJsonText(toObject, value, (record) => matchRecord(validator, record, parseDate));
	}
	const parts = definedEntries(value).map(([name, field]) => ({
		step: name,
		validator: validator.value,
		value: field,
	}));
	return matchFields(parts, true, matchWith(parseDate));
}

function matchObject(
	validator: ObjectValidator,
	value: unknown,
	parseDate: ParseDate,
): Match<Record<string, unknown>> {
	if (!isPlainObject(value)) {
		return fromJsonText(toObject, value, (object) => matchObject(validator, object, parseDate));
	}
	const given = new Map(definedEntries(value));
	const extra = [...given.keys()].find((name) => !validator.fields.has(name));
	if (extra !== undefined) return inexact(() => notTaken(extra, validator));
	const parts: Array<Part<string>> = [];
	let isWhole = true;
	for (const [name, { validator: field, optional }] of validator.fields) {
		const fieldValue = given.get(name);
		if (fieldValue !== undefined && !(optional && isNotGiven(field, fieldValue))) {
			parts.push({ step: name, validator: field, value: fieldValue });
		} else if (optional) {
			isWhole &&= fieldValue === undefined;
		} else {
			return inexact(() => lacking(name, field));
		}
	}
	return matchFields(parts, isWhole, matchWith(parseDate));
}

/** The match of an array or an object that may be given as JSON text. */
function fromJsonText<Parsed, Value>(
	parse: (value: unknown, advice: JsonAdvice) => Conversion<Parsed>,
	value: unknown,
	match: (parsed: Parsed) => Match<Value>,
): Inexact<Value> {
	return inexact(() => {
		const parsed = parse(value, DECLARED_VALUE_ADVICE);
		return parsed.status === 'refused' ? parsed : conversionOf(match(parsed.value));
	});
}

/**
 * Rows of a database or a spreadsheet, and n8n's forms, have null or an empty text where there is
 * nothing. For an optional field, at any depth, both mean that it is not given, unless its validator
 * takes them.
 */
function isNotGiven(validator: Validator, value: unknown): boolean {
	return (value === null || value === '') && !fitsAsItIs(validator, value);
}

/** What fits a member as it is goes there; else the first member that it can be converted to. */
function matchUnion(
	validator: Validator & { type: 'union' },
	value: unknown,
	parseDate: ParseDate,
): Match {
	const matches: Array<{ member: Validator; match: Inexact<unknown> }> = [];
	for (const member of alternativesOf(validator)) {
		const match = matchValue(member, value, parseDate);
		if (match.isExact) return match;
		matches.push({ member, match });
	}
	return inexact(() => {
		// The others have another literal, and would only be met in vain, at each depth.
		const meant = isPlainObject(value) ? meantMatch(validator, value, parseDate) : undefined;
		if (meant !== undefined) return conversionOf(meant);
		const json = validator.members.every(isSimple) ? undefined : jsonIn(value);
		if (json?.status === 'refused') return json;
		if (json !== undefined) return conversionOf(matchUnion(validator, json.value, parseDate));
		const refusals: Refusal[] = [];
		for (const { member, match } of isDateObject(value) ? numbersFirst(matches) : matches) {
			const conversion = match.convert();
			if (conversion.status === 'converted') return conversion;
			if (member.type !== 'null') refusals.push(conversion);
		}
		// Beside null only one type may have been meant, and its refusal names the place.
		const [only, ...others] = refusals;
		if (only !== undefined && others.length === 0) return only;
		const tag = isPlainObject(value) ? refusalOfTag(objectsOf(validator), value) : undefined;
		if (tag !== undefined) return tag;
		return doesNotFit(value, describeValidator(validator), 'None of these types takes this value.');
	});
}

/**
 * The match with the object of a union that a literal says is meant. Without a literal nothing is left
 * out of the value: what is empty in one object may be wanted in another.
 *
 * @returns undefined where it is not known which of them was meant
 */
function meantMatch(
	validator: Validator & { type: 'union' },
	value: Record<string, unknown>,
	parseDate: ParseDate,
): Match | undefined {
	const objects = objectsOf(validator);
	const meant = meantObject(objects, value);
	if (meant === undefined) return undefined;
	return matchObject(meant, withoutEmptyOfOthers(objects, meant, value), parseDate);
}

/** None where the value may have been meant for a record, which has no literal to tell it by. */
function objectsOf(validator: Validator & { type: 'union' }): ObjectValidator[] {
	const members = alternativesOf(validator);
	return members.some(({ type }) => type === 'record')
		? []
		: members.filter((member) => member.type === 'object');
}

/** A point in time is milliseconds in Convex, and text only where no number may be. */
function numbersFirst<Candidate extends { member: Validator }>(matches: Candidate[]): Candidate[] {
	const isNumber = ({ member }: Candidate) => Number(member.type === 'number');
	return [...matches].sort((one, other) => isNumber(other) - isNumber(one));
}

/** The object or array that a text is, or what is wrong with it, before any type is asked for. */
function jsonIn(value: unknown): Conversion | undefined {
	const isJson = typeof value === 'string' && /^\s*[[{]/.test(value);
	return isJson ? readJsonText(value, DECLARED_VALUE_ADVICE) : undefined;
}
