import { converted, within, type Conversion, type Step } from './conversion';
import { conversionOf, exact, inexact, type Match } from './typeMatch';
import type { Validator } from './validator';

/** Matches a value of any type. */
export type MatchValue = (validator: Validator, value: unknown) => Match;

/** A part of an array or an object, and what it has to be. */
export interface Part<PartStep extends Step = Step> {
	step: PartStep;
	validator: Validator;
	value: unknown;
}

/** Matches part after part; those behind one that is not exact only where all are converted. */
export function matchParts(parts: readonly Part[], matchValue: MatchValue): Match<unknown[]> {
	const values: unknown[] = [];
	for (const { validator, value } of parts) {
		const match = matchValue(validator, value);
		if (!match.isExact) return inexact(() => convertParts(parts, values, match, matchValue));
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
	matchValue: MatchValue,
): Conversion<unknown[]> {
	const values = [...exactValues];
	let match: Match | undefined = next;
	for (const { step, validator, value } of parts.slice(values.length)) {
		const conversion = conversionOf(match ?? matchValue(validator, value));
		if (conversion.status === 'refused') return within(step, conversion);
		values.push(conversion.value);
		match = undefined;
	}
	return converted(values);
}

/**
 * The fields of an object, in their order. Simple ones are matched first: in a union of objects they often
 * tell which one it is (`kind: "a"`), and the nested fields of the others need no conversion.
 *
 * @param isWhole whether no field was left out, so that the object may be exact
 */
export function matchFields(
	parts: ReadonlyArray<Part<string>>,
	isWhole: boolean,
	matchValue: MatchValue,
): Match<Record<string, unknown>> {
	const simple = parts.filter(({ validator }) => isSimple(validator));
	const nested = parts.filter(({ validator }) => !isSimple(validator));
	const ordered = [...simple, ...nested];
	const named = (values: unknown[]) => {
		const byName = new Map(ordered.map(({ step }, index) => [step, values[index]]));
		return Object.fromEntries(parts.map(({ step }) => [step, byName.get(step)]));
	};
	const match = matchParts(ordered, matchValue);
	if (match.isExact && isWhole) return exact(named(match.value));
	return inexact(() => {
		const conversion = conversionOf(match);
		return conversion.status === 'refused' ? conversion : converted(named(conversion.value));
	});
}

export function isSimple(validator: Validator): boolean {
	return validator.type === 'union'
		? validator.members.every(isSimple)
		: !['array', 'record', 'object'].includes(validator.type);
}
