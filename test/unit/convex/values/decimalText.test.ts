import fc from 'fast-check';
import { isKeptByDouble, wholeNumberOf } from '../../../../nodes/Convex/convex/values/decimalText';

const RUNS = { seed: 20260131, numRuns: 700 };

/** The whole number that a double's own text says: `1e21` is 1 with 21 zeros. */
function wholeNumberIn(double: number): bigint {
	const [digits = '', power = '0'] = String(double).split('e');
	const [whole = '', fraction = ''] = digits.split('.');
	return BigInt(whole + fraction) * 10n ** BigInt(Number(power) - fraction.length);
}

describe('a number that is written in decimal digits', () => {
	it.each([
		...['0', '-0', '42', '-42', '+42', '007', '9007199254740991', '9007199254740992'],
		...['1e300', '1e21', '1E+21', '100000000000000000000', '1e23', '12.5e1', '5.', '0e999'],
		// Fractions are measured values.
		...['0.1', '.5', '0.1234567890123456789', '9007199254740993.5', '1e-400', '123456789e-3'],
		...['9007199254740991.0', '9007199254740992.000', '900719925474099.1e1', '90071992547409936'],
	])('%s is kept by a double', (text) => {
		expect(isKeptByDouble(text)).toBe(true);
	});

	it.each([
		...['9007199254740993', '-9007199254740993', '90071992547409930', '9007199254740993.0'],
		...['9.007199254740993e15', '9007199254740993e0', '90071992547409.93E+2', '1e309', '-1e400'],
		...['900719925474099300000e-5', '0000009007199254740993', '123456789012345678901234567890'],
	])('%s is not', (text) => {
		expect(isKeptByDouble(text)).toBe(false);
	});

	it('is kept where every double comes from', () => {
		fc.assert(
			fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
				expect(isKeptByDouble(String(double))).toBe(true);
			}),
			RUNS,
		);
	});

	it('is kept where the double is or says the same whole number, however it is written', () => {
		fc.assert(
			fc.property(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.nat({ max: 5 }), (whole, zeros) => {
				const double = Number(whole);
				const isKept = wholeNumberIn(double) === whole || BigInt(double) === whole;
				const digits = String(whole);
				const shifted = digits.padStart(zeros + 1, '0');
				const place = shifted.length - zeros;
				for (const text of [
					digits,
					`${digits}.${'0'.repeat(zeros)}`,
					`${digits}${'0'.repeat(zeros)}e-${zeros}`,
					`${shifted.slice(0, place)}.${shifted.slice(place)}e${zeros}`,
				]) {
					expect([text, isKeptByDouble(text)]).toEqual([text, isKept]);
				}
			}),
			RUNS,
		);
	});

	it.each<[string, bigint | undefined]>([
		['9007199254740993', 9007199254740993n],
		['-9.007199254740993e15', -9007199254740993n],
		['+12.50e1', 125n],
		['0.000', 0n],
		['-0', 0n],
		['0e999', 0n],
		['0.5', undefined],
		['15e-1', undefined],
		['1e-400', undefined],
		[`1${'0'.repeat(400)}1`, 10n ** 400n],
		['-1e99999999999999999999', -(10n ** 400n)],
	])('%s is a whole number, or none', (text, whole) => {
		expect(wholeNumberOf(text)).toBe(whole);
	});
});
