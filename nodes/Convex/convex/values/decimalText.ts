/** Every decimal number of so many digits comes back from a double as it was. */
const DIGITS_OF_A_DOUBLE = 15;

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** Whether a text is a number as JSON writes it, also with a `+` in front or a point at either end. */
export function isDecimal(text: string): boolean {
	return DECIMAL.test(text);
}

/** Digits without zeros at either end, and the power of ten of the last one. */
interface Decimal {
	digits: string;
	exponent: number;
}

/**
 * Whether a double keeps a decimal number as far as people expect it to: a whole number has this very
 * value as a double (`9007199254740992`), or comes back with the digits that it was written with
 * (`1e300`). `9007199254740993` does neither. A fraction is a measured value that a double rounds by
 * nature.
 *
 * @param text a decimal number
 */
export function isKeptByDouble(text: string): boolean {
	const written = decimalOf(text);
	const isWhole = written.exponent >= 0;
	if (!isWhole || written.digits === '') return true;
	const number = Number(text);
	if (!Number.isFinite(number)) return false;
	if (written.digits.length <= DIGITS_OF_A_DOUBLE) return true;
	const kept = decimalOf(String(number));
	const comesBack = written.digits === kept.digits && written.exponent === kept.exponent;
	return comesBack || exactValue(written) === BigInt(Math.abs(number));
}

/** Beyond the largest double, which has 309 digits. */
const MAX_DIGITS = 400;

/**
 * The exact value of a whole decimal number. One that is larger than any number of Convex is only as
 * large as that: a BigInt of a million digits takes seconds.
 *
 * @param text a decimal number
 * @returns undefined for a fraction
 */
export function wholeNumberOf(text: string): bigint | undefined {
	const written = decimalOf(text);
	if (written.digits === '') return 0n;
	if (written.exponent < 0) return undefined;
	const isLonger = written.digits.length + written.exponent > MAX_DIGITS;
	const size = isLonger ? 10n ** BigInt(MAX_DIGITS) : exactValue(written);
	return text.startsWith('-') ? -size : size;
}

function exactValue({ digits, exponent }: Decimal): bigint {
	return BigInt(digits) * 10n ** BigInt(exponent);
}

function decimalOf(text: string): Decimal {
	const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
	const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
	const digits = whole + fraction;
	let start = 0;
	let end = digits.length;
	while (start < end && digits[start] === '0') start += 1;
	while (end > start && digits[end - 1] === '0') end -= 1;
	const exponent = Number(power) - fraction.length + (digits.length - end);
	return { digits: digits.slice(start, end), exponent };
}
