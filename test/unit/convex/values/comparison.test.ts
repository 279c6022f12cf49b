import fc from 'fast-check';
import { convexToJson, type JSONValue, type Value } from 'convex/values';
import {
	isEqualTo,
	orderOf,
	type Expected,
} from '../../../../nodes/Convex/convex/values/comparison';

const RUNS = { seed: 20261129, numRuns: 500 };

const value = (expected: Value): Expected => ({ kind: 'value', value: convexToJson(expected) });

const text = (typed: string): Expected => ({
	kind: 'text',
	text: typed,
	json: typed.startsWith('{') ? JSON.parse(typed) : undefined,
});

const bytes = new Uint8Array([1, 2, 3]).buffer;

describe('a value is equal', () => {
	it.each<[Value, Expected]>([
		['done', text('done')],
		['done', value('done')],
		[5, text('5')],
		[5, text(' 5 ')],
		[5, text('5.0')],
		[5, value(5)],
		[5, value(5n)],
		[5n, text('5')],
		[5n, value(5)],
		['5', text('5')],
		[2n ** 53n + 1n, text('9007199254740993')],
		[-(2n ** 63n), text('-9223372036854775808')],
		[1e20, text('100000000000000000000')],
		[1e23, text('100000000000000000000000')],
		[1234567890123456800, text('1234567890123456800')],
		[2n ** 60n, text('1152921504606846976.0')],
		[0, value(-0)],
		[-0, text('0')],
		[0n, value(-0)],
		[Number.NaN, text('NaN')],
		[Number.NaN, value(Number.NaN)],
		[Number.POSITIVE_INFINITY, text('Infinity')],
		[true, text('true')],
		[true, value(true)],
		['true', text('true')],
		[null, text('null')],
		[null, value(null)],
		[bytes, text('AQID')],
		[bytes, value(bytes)],
		[[1, 'a'], value([1n, 'a'])],
		[{ a: 1n, b: [] }, text('{"b":[],"a":1}')],
		['{"a":1}', text('{"a":1}')],
		[{ constructor: 1 }, value({ constructor: 1 })],
	])('%j to %j', (actual, expected) => {
		expect(isEqualTo(convexToJson(actual), expected)).toBe(true);
	});

	it.each<[Value, Expected]>([
		['done', text('Done')],
		['done', text('done ')],
		['5', value(5)],
		[5, value('6')],
		[5, text('')],
		[5, text('five')],
		[5, text('0x5')],
		[0, text('')],
		[2n ** 53n + 1n, value(2 ** 53)],
		[2n ** 53n, text('9007199254740993')],
		[2 ** 53, text('9007199254740993')],
		[1e20, text('100000000000000000001')],
		[2n ** 60n, text('1152921504606846977.0')],
		[Number.POSITIVE_INFINITY, text('9'.repeat(400))],
		[Number.NaN, value(0)],
		[true, value('yes')],
		[true, text('1')],
		[1, value(true)],
		[false, text('')],
		[null, text('')],
		[null, text('undefined')],
		[bytes, text('AQI=')],
		[[1], value(1)],
		[1, value([1])],
		[[], value({})],
		[{}, value([])],
		[[1, 2], value([1])],
		[{ a: 1 }, value({ a: 1, b: 1 })],
		[{ a: 1, b: 1 }, value({ a: 1 })],
		[{}, value({ toString: null })],
		[{ a: 1 }, text('[object Object]')],
	])('but not %j to %j', (actual, expected) => {
		expect(isEqualTo(convexToJson(actual), expected)).toBe(false);
	});

	it('as a whole to itself and to no other number, also as typed text', () => {
		const number = fc.oneof(fc.double(), fc.integer(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
		fc.assert(
			fc.property(number, number, (a, b) => {
				expect(isEqualTo(convexToJson(a), value(a))).toBe(true);
				const isSame = Number.isNaN(a) ? Number.isNaN(b) : a == b;
				expect(isEqualTo(convexToJson(a), value(b))).toBe(isSame);
				if (typeof a === 'bigint' && typeof b === 'bigint') {
					expect(isEqualTo(convexToJson(a), text(`${b}`))).toBe(isSame);
				}
				expect(isEqualTo(convexToJson(a), text(String(a)))).toBe(true);
			}),
			RUNS,
		);
	});

	it('never for what a server sends in the place of a number', () => {
		const broken: JSONValue = { $integer: 'no base64!' };
		expect(isEqualTo(broken, text('0'))).toBe(false);
		expect(orderOf(broken, value(0))).toBeUndefined();
	});
});

describe('the order of values', () => {
	it.each<[Value, Expected, number]>([
		[5, text('4.5'), 1],
		[5n, value(5.5), -1],
		[5n, text('5'), 0],
		[2n ** 53n + 1n, value(2 ** 53), 1],
		[2n ** 53n, text('9007199254740993'), -1],
		[-1, value(Number.NEGATIVE_INFINITY), 1],
		[2e19, text('10000000000000000000'), 1],
		[1e20, text('100000000000000000001'), -1],
		[5n, text('10000000000000000000'), -1],
		[-(2n ** 63n), text('-1e19'), 1],
		[1e308, text('9'.repeat(1_000_000)), -1],
		[Number.NEGATIVE_INFINITY, text('-1e400'), -1],
		['2026-12-01', text('2026-11-30'), 1],
		['a', value('b'), -1],
		['10', text('9'), -1],
		// By code points, as UTF-8 has it, and not by the halves of characters.
		['\u{1f600}', text('\ue000'), 1],
		['a\u{1f600}', value('a\uffff'), 1],
		['a', text('a'), 0],
	])('of %j and %j', (actual, expected, order) => {
		expect(orderOf(convexToJson(actual), expected)).toBe(order);
	});

	it.each<[Value, Expected]>([
		[Number.NaN, value(1)],
		[1, text('NaN')],
		['1', value(1)],
		[1, value('a')],
		[1, text('a')],
		[true, text('true')],
		[null, text('0')],
		[[1], value(0)],
		[{}, text('{}')],
		[bytes, text('AQID')],
	])('does not exist for %j and %j', (actual, expected) => {
		expect(orderOf(convexToJson(actual), expected)).toBeUndefined();
	});
});
