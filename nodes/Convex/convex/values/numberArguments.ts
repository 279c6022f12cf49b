import { inputFailure } from '../failure';
import { converted, refused, type Conversion } from './conversion';
import { isDecimal, isKeptByDouble } from './decimalText';
import { int64OutOfRange } from './encodeArguments';
import { doesNotFit, hasLostDigits } from './mismatch';

/** Takes JSON's numbers and, as Convex has them, NaN, Infinity and -Infinity. */
export function toNumber(value: unknown): Conversion<number> {
	if (typeof value === 'number') return converted(value);
	const text = typeof value === 'string' || typeof value === 'bigint' ? String(value).trim() : '';
	if (/^(?:NaN|[+-]?Infinity)$/.test(text)) return converted(Number(text));
	const isNumber = isDecimal(text);
	const isFinite = Number.isFinite(Number(text));
	if (isNumber && isKeptByDouble(text)) return converted(Number(text));
	// A number with too large an exponent is a mistake, and not one with many digits.
	if (isNumber && (isFinite || !/e/i.test(text))) {
		return refused(
			(subject, { name }) =>
				inputFailure(
					`${subject} is a whole number beyond 2^53, which a number would round`,
					`To keep all its digits, have ${name} take an int64 (v.int64) or text (v.string).`,
				),
			({ name }) =>
				`Choose the type 'Int64' if ${name} takes an int64, or 'String' to keep all digits as text.`,
		);
	}
	return doesNotFit(value, 'a number', 'Write digits with a point, e.g. 12.5.');
}

/** The longest int64 has 19 digits; a BigInt of a million digits takes seconds. */
const MAX_INT64_DIGITS = 19;

export function toInt64(value: unknown): Conversion<bigint> {
	if (typeof value === 'bigint') return converted(value);
	if (typeof value === 'number') return numberToInt64(value);
	const text = typeof value === 'string' ? value.trim() : '';
	if (!/^[+-]?\d+$/.test(text)) {
		return doesNotFit(value, 'a whole number', 'Write digits only, e.g. 42.');
	}
	const first = text.search(/[1-9]/);
	const digits = first < 0 ? '0' : text.slice(first);
	if (digits.length > MAX_INT64_DIGITS) return refused(int64OutOfRange);
	return converted(text.startsWith('-') ? -BigInt(digits) : BigInt(digits));
}

function numberToInt64(value: number): Conversion<bigint> {
	if (Number.isSafeInteger(value)) return converted(BigInt(value));
	if (!Number.isInteger(value)) {
		return doesNotFit(
			value,
			'a whole number',
			'Round it, or declare it as a number with a fraction (v.number).',
			"Choose the type 'Number' for fractions.",
		);
	}
	return hasLostDigits();
}
