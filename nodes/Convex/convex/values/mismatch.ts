import { inputFailure, type ConvexFailure } from '../failure';
import { refused, type AdviceFor, type Refusal } from './conversion';
import { INVALID_DATE_TEXT, invalidDate } from './encodeArguments';
import { describeType } from './plainObject';
import { quoteStart } from './quote';

/** The refusal of a value that is not what its argument wants. */
export function doesNotFit(
	value: unknown,
	expected: string,
	help: string,
	typeAdvice?: AdviceFor,
): Refusal {
	return refused((subject) => mismatch(subject, value, expected, help), typeAdvice);
}

/** The failure for a value that does not fit the type its argument was given. */
export function mismatch(
	subject: string,
	value: unknown,
	expected: string,
	help: string,
): ConvexFailure {
	if (value === INVALID_DATE_TEXT) return invalidDate(subject);
	const shown =
		typeof value === 'string' || typeof value === 'number' ? ` (${quoteStart(String(value))})` : '';
	return inputFailure(`${subject} is ${describeType(value)}${shown}, not ${expected}`, help);
}

export function hasLostDigits(): Refusal {
	return refused(lostDigits);
}

/** Of a number that cannot be what was meant. */
export function lostDigits(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} is a number beyond 2^53, which has already lost digits`,
		'Pass it as text, e.g. "9007199254740993".',
	);
}
