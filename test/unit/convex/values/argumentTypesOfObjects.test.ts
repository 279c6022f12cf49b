import {
	convertArgument,
	type ArgumentType,
} from '../../../../nodes/Convex/convex/values/argumentTypes';
import { expectRefusal } from '../../refusal';

const SUBJECT = "'Arguments': 'data'";
const convert = (type: ArgumentType, value: unknown) => convertArgument(SUBJECT, type, value);

describe('bytes', () => {
	it.each([
		['', ''],
		['YQ==', 'a'],
		['YWI=', 'ab'],
		['YWJj', 'abc'],
		['aMOpbGxvIPCfkYs=', 'héllo 👋'],
		[' YWJj\r\nYWJj\t', 'abcabc'],
		['Y Q = =', 'a'],
	])('%j is base64 of %j', (value, text) => {
		expect(convert('bytes', value)).toEqual(Buffer.from(text));
	});

	it('all of the alphabet of base64 is known', () => {
		const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
		expect(convert('bytes', bytes.toString('base64'))).toEqual(bytes);
	});

	it.each([[new ArrayBuffer(2)], [new Uint8Array([1, 2])], [Buffer.from('ab')]])(
		'%p is taken as it is',
		(value) => {
			expect(convert('bytes', value)).toBe(value);
		},
	);

	it.each([
		'not base64!',
		'YQ',
		'YQ=',
		'Y',
		'=',
		'====',
		'YQ==YQ==',
		'YWJj=',
		'-_-_',
		'data:;,YQ==',
	])('are not the text %j', (value) => {
		expectRefusal(
			() => convert('bytes', value),
			"'Arguments': 'data' is not base64",
			/^Encode the bytes in base64 .* or choose the type 'Binary Field' to send a file of the item/,
		);
	});

	it.each<[unknown, string]>([
		[5, "a number ('5')"],
		[null, 'null'],
		[undefined, 'missing'],
		[[1, 2], 'an array'],
		[{ type: 'Buffer', data: [1] }, 'an object'],
	])('are not %p', (value, words) => {
		expectRefusal(
			() => convert('bytes', value),
			`'Arguments': 'data' is ${words}, not base64 text`,
			/^Encode the bytes in base64\.$/,
		);
	});
});

describe('a date', () => {
	it.each<[string, unknown, number]>([
		['a Date', new Date(1769860800000), 1769860800000],
		['a Date before 1970', new Date(-1), -1],
		['milliseconds', 1769860800000, 1769860800000],
		['parts of a millisecond, as Convex has them', 1769860800000.25, 1769860800000.25],
		["an object that stands for a number, as Luxon's do", { valueOf: () => 17 }, 17],
	])('%s becomes milliseconds', (_what, value, milliseconds) => {
		expect(convert('date', value)).toBe(milliseconds);
	});

	it.each<[unknown, string]>([
		['2026-01-31', "text ('2026-01-31')"],
		['', "text ('')"],
		[Number.NaN, "a number ('NaN')"],
		[Number.POSITIVE_INFINITY, "a number ('Infinity')"],
		[new Date(Number.NaN), 'a Date object'],
		[null, 'null'],
		[undefined, 'missing'],
		[true, 'a boolean'],
		[1n, 'a bigint'],
		[{}, 'an object'],
		[[1769860800000], 'an array'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('date', value),
			`'Arguments': 'data' is ${words}, not a date`,
			/^Use an ISO 8601 date such as 2026-01-31T12:00:00Z\.$/,
		);
	});
});

describe('an object', () => {
	it('is taken as it is', () => {
		const value = { a: 1n, b: undefined };
		expect(convert('object', value)).toBe(value);
	});

	it.each<[string, unknown]>([
		['{"a": [1, {}]}', { a: [1, {}] }],
		[' {}\n', {}],
	])('%j is parsed', (text, value) => {
		expect(convert('object', text)).toEqual(value);
	});

	it.each<[unknown, string]>([
		['[1]', 'an array'],
		['null', 'null'],
		['5', "a number ('5')"],
		['"a"', "text ('a')"],
		[['a'], 'an array'],
		[null, 'null'],
		[undefined, 'missing'],
		[true, 'a boolean'],
		[new Date(0), 'a Date object'],
		[new Map(), 'a Map object'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('object', value),
			`'Arguments': 'data' is ${words}, not an object`,
			/^Write JSON such as \{"name": "Ada"\}\.$/,
		);
	});
});

describe('an array', () => {
	it('is taken as it is', () => {
		const value = [1n, null];
		expect(convert('array', value)).toBe(value);
	});

	it.each<[string, unknown]>([
		['[1, ["a"]]', [1, ['a']]],
		[' []\n', []],
	])('%j is parsed', (text, value) => {
		expect(convert('array', text)).toEqual(value);
	});

	it.each<[unknown, string]>([
		['{}', 'an object'],
		['5', "a number ('5')"],
		[{ length: 0 }, 'an object'],
		[new Set([1]), 'a Set object'],
		[null, 'null'],
		[undefined, 'missing'],
		[5, "a number ('5')"],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('array', value),
			`'Arguments': 'data' is ${words}, not an array`,
			/^Write JSON such as \["a", "b"\]\.$/,
		);
	});
});

describe.each(['object', 'array'] as const)('broken JSON for an %s', (type) => {
	it('is refused with its place', () => {
		expectRefusal(
			() => convert(type, '["a",\n b]'),
			"'Arguments': 'data' is not valid JSON: invalid symbol at line 2, column 2",
			/^Check quotes, commas and brackets\./,
		);
	});

	it.each(['', ' '])('%j is refused as empty', (text) => {
		expectRefusal(
			() => convert(type, text),
			"'Arguments': 'data' is empty",
			/^Write JSON, or leave the argument out\.$/,
		);
	});
});
