import { describeType, isPlainObject } from '../../convex/values/encodeArguments';
import { inputFailure } from '../../convex/failure';

/**
 * The options of a node, of which those that are not set are not there.
 *
 * @throws ConvexFailure (`input`) for an expression that gives no object
 */
export function toOptions(value: unknown): Readonly<Record<string, unknown>> {
	if (isPlainObject(value)) return value;
	throw inputFailure(
		`'Options' is ${describeType(value)}, not an object with options`,
		'Add options one by one, or remove them.',
	);
}

/**
 * The value of an option, or what holds while it is not set. One that is there counts, also when its
 * expression gives nothing: that is refused where it is read.
 */
export function optionOr(
	options: Readonly<Record<string, unknown>>,
	name: string,
	unset: unknown,
): unknown {
	return name in options ? options[name] : unset;
}

/** @throws ConvexFailure (`input`) naming the option */
export function enumOption<Choice extends string>(
	option: string,
	value: unknown,
	choices: readonly Choice[],
): Choice {
	return chosenOf(`The option '${option}'`, value, choices);
}

/**
 * @param subject the parameter in a sentence, e.g. "'Arguments'"
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function chosenOf<Choice extends string>(
	subject: string,
	value: unknown,
	choices: readonly Choice[],
): Choice {
	const chosen = choices.find((candidate) => candidate === value);
	if (chosen !== undefined) return chosen;
	throw inputFailure(
		`${subject} is not one of its choices`,
		`Choose from the list, or use an expression that gives ${choices.map((name) => `'${name}'`).join(' or ')}.`,
	);
}

/** A bound beyond it would only confuse in an error sentence. */
const LARGEST_SHOWN = 2 ** 31 - 1;

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
export function integerOption(
	option: string,
	value: unknown,
	{ least, most, unit }: NumberRange,
): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	const isInRange =
		typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most;
	if (isInRange) return number;
	const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
	const range = most >= LARGEST_SHOWN ? `of at least ${least}` : `between ${least} and ${most}`;
	throw inputFailure(
		`The option '${option}' is not ${what} ${range}`,
		'Correct the number, or remove the option.',
	);
}

/** @throws ConvexFailure (`input`) naming the option */
export function booleanOption(option: string, value: unknown): boolean {
	return isOn(`The option '${option}'`, value);
}

/**
 * @param subject the parameter in a sentence, e.g. "'Emit Initial Result'"
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function isOn(subject: string, value: unknown): boolean {
	if (value === true || value === 'true') return true;
	if (value === false || value === 'false') return false;
	throw inputFailure(
		`${subject} is neither true nor false`,
		'Switch it on or off, or use an expression that gives true or false.',
	);
}
