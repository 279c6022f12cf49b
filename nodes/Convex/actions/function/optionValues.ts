import { inputFailure } from '../../convex/failure';

/** @throws ConvexFailure (`input`) naming the option */
export function choice<Choice extends string>(
	option: string,
	value: unknown,
	choices: readonly Choice[],
): Choice {
	const chosen = choices.find((candidate) => candidate === value);
	if (chosen !== undefined) return chosen;
	throw inputFailure(
		`The option '${option}' is not one of its choices`,
		`Choose from the list, or use an expression that gives ${choices.map((name) => `'${name}'`).join(' or ')}.`,
	);
}

export interface NumberRange {
	least: number;
	most: number;
	/** What is counted, in the plural, for error sentences. */
	unit?: string;
}

/**
 * A whole number, also written as text, as expressions often give it.
 *
 * @throws ConvexFailure (`input`) naming the option
 */
export function wholeNumber(
	option: string,
	value: unknown,
	{ least, most, unit }: NumberRange,
): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	const isInRange =
		typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most;
	if (isInRange) return number;
	const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
	const range =
		most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `between ${least} and ${most}`;
	throw inputFailure(
		`The option '${option}' is not ${what} ${range}`,
		'Correct the number, or remove the option.',
	);
}
