import {
	halfCharacter,
	INVALID_DATE_TEXT,
	invalidDate,
	jsonOf,
	NOT_GIVEN,
} from './encodeArguments';
import { lostDigits } from './mismatch';
import { describeType, isPlainObject } from './plainObject';
import { placeIn, type Step } from './conversion';
import { inputFailure, type ConvexFailure } from '../failure';

/** How deep a value may be nested, and what is said of one that is nested deeper. */
export interface NestingLimit {
	levels: number;
	tooDeep: (subject: string) => ConvexFailure;
}

/**
 * Checks a value that travels as JSON, which would drop, turn into null, or not know at all what it
 * lacks: NaN, infinities, invalid dates, and what is no data. A number that has lost digits, as those of an
 * ID have, is another one already.
 *
 * @param subject the value in a sentence
 * @throws ConvexFailure (`input`) naming the place
 */
export function checkJsonData(subject: string, value: unknown, limit?: NestingLimit): void {
	// One list for all: a body of 20 MiB has a million places, of which none is named mostly.
	const steps: Step[] = [];
	const checkPart = (step: Step, part: unknown) => {
		steps.push(step);
		check(part);
		steps.pop();
	};
	const check = (part: unknown) => {
		if (limit !== undefined && steps.length > limit.levels) throw limit.tooDeep(subject);
		const json = sentAs(part);
		const fault = faultOf(part, json);
		if (fault !== undefined) throw fault(placeIn(subject, steps));
		if (Array.isArray(json)) {
			for (const [index, element] of json.entries()) {
				if (element === undefined) throw missing(placeIn(subject, [...steps, index]));
				checkPart(index, element);
			}
		} else if (isPlainObject(json)) {
			for (const [name, field] of Object.entries(json)) {
				if (!name.isWellFormed()) throw halfCharacter(placeIn(subject, steps));
				checkPart(name, field);
			}
		}
	};
	check(value);
}

/** What JSON says of a value: a date gives its ISO text. Bytes have none: of a Buffer it would be a list of numbers. */
export function sentAs(value: unknown): unknown {
	const isData = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
	return isData ? jsonOf(value) : value;
}

/** JSON leaves out a field that is undefined, and makes null of an element. */
function missing(place: string): ConvexFailure {
	return inputFailure(`${place} is missing`, NOT_GIVEN);
}

type Describe = (place: string) => ConvexFailure;

function faultOf(value: unknown, json: unknown): Describe | undefined {
	if (value === INVALID_DATE_TEXT || (json === null && value !== null)) return invalidDate;
	if (typeof json === 'string') return json.isWellFormed() ? undefined : halfCharacter;
	if (hasLostDigits(json)) return lostDigits;
	if (Array.isArray(json) || isPlainObject(json) || isJsonScalar(json)) return undefined;
	return (place) =>
		inputFailure(
			`${place} is ${describeType(json)} that JSON does not have`,
			'Give text, a number, true, false, or an object or a list of them.',
		);
}

/** From here on, JSON writes a number as 1e+21, which does not look as if all of its digits counted. */
const FIRST_WITH_EXPONENT = 1e21;

/** A number keeps all digits of one that has no more of them before its zeros: 1.7e18 is whole. */
const KEPT_DIGITS = 15;

function hasLostDigits(value: unknown): boolean {
	if (typeof value !== 'number' || !Number.isInteger(value)) return false;
	if (Number.isSafeInteger(value) || Math.abs(value) >= FIRST_WITH_EXPONENT) return false;
	return String(Math.abs(value)).replace(/0+$/, '').length > KEPT_DIGITS;
}

function isJsonScalar(value: unknown): boolean {
	if (typeof value === 'number') return Number.isFinite(value);
	return value === null || value === undefined || typeof value === 'boolean';
}
