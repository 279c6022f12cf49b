import { tryToParseDateTime } from 'n8n-workflow';
import {
	convertArgument,
	isArgumentType,
	type ArgumentType,
} from '../../../../nodes/Convex/convex/values/argumentTypes';
import { mismatch } from '../../../../nodes/Convex/convex/values/mismatch';
import { expectRefusal, failureOf } from '../../refusal';

const SUBJECT = "'Arguments': 'count'";
/** Luxon's DateTime, as `$now` is one. */
const NOW = tryToParseDateTime('2026-01-31T12:00:00Z');
const convert = (type: ArgumentType, value: unknown) => convertArgument(SUBJECT, type, value);

/** Rows of a table for one type: what comes in, and the words for it in a refusal. */
const asText = (...texts: string[]): Array<[unknown, string]> =>
	texts.map((text) => [text, `text ('${text}')`]);

describe('automatic', () => {
	it.each(['42', 'true', '', 42, false, null, undefined, 1n])('%p stays what it is', (value) => {
		expect(convert('auto', value)).toBe(value);
	});

	it('an object stays the very same', () => {
		const value = { a: [1] };
		expect(convert('auto', value)).toBe(value);
	});
});

describe('null', () => {
	it.each(['', 'text', 0, null, undefined, {}])('%p becomes null', (value) => {
		expect(convert('null', value)).toBeNull();
	});
});

describe('a string', () => {
	it.each<[unknown, string]>([
		['', ''],
		[' text ', ' text '],
		[42, '42'],
		[1.5, '1.5'],
		[false, 'false'],
		[9007199254740993n, '9007199254740993'],
		[Number.MAX_SAFE_INTEGER, '9007199254740991'],
		[-1e-7, '-1e-7'],
		[new Date(0), '1970-01-01T00:00:00.000Z'],
	])('%p becomes %j', (value, text) => {
		expect(convert('string', value)).toBe(text);
	});

	it.each<[unknown, string]>([
		[null, 'null'],
		[undefined, 'missing'],
		[{}, 'an object'],
		[['a'], 'an array'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('string', value),
			`'Arguments': 'count' is ${words}, not text`,
			/^Choose the type 'Object', 'Array' or 'Automatic'\.$/,
		);
	});

	it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
		'is not %p',
		(value) => {
			expectRefusal(
				() => convert('string', value),
				`'Arguments': 'count' is ${value}, which is no text`,
				/^Check where it comes from\.$/,
			);
		},
	);

	it('is no invalid date', () => {
		expectRefusal(
			() => convert('string', new Date(Number.NaN)),
			"'Arguments': 'count' is an invalid date",
			/^Check where it comes from\.$/,
		);
	});

	it.each([2 ** 53, 2 ** 60, -1e21])('is not %p, which has lost digits', (value) => {
		expectRefusal(
			() => convert('string', value),
			"'Arguments': 'count' is a number beyond 2^53, which has already lost digits",
			/^Pass it as text, e\.g\. "9007199254740993"\.$/,
		);
	});
});

describe('a document ID', () => {
	it.each(['jd7abc', ' jd7abc\n'])('%j loses its blanks', (value) => {
		expect(convert('id', value)).toBe('jd7abc');
	});

	it.each<[unknown, string]>([
		...asText('', ' '),
		[5, "a number ('5')"],
		[null, 'null'],
		[{ _id: 'jd7abc' }, 'an object'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('id', value),
			`'Arguments': 'count' is ${words}, not a document ID`,
			/^Use the '_id' of a document\.$/,
		);
	});
});

describe('a number', () => {
	it.each<[unknown, number]>([
		[12.5, 12.5],
		[Number.NaN, Number.NaN],
		[-0, -0],
		['12.5', 12.5],
		[' 12 \n', 12],
		['+1', 1],
		['-1', -1],
		['-0', -0],
		['007', 7],
		['.5', 0.5],
		['5.', 5],
		['1e3', 1000],
		['1.5E-3', 0.0015],
		['NaN', Number.NaN],
		['Infinity', Number.POSITIVE_INFINITY],
		['+Infinity', Number.POSITIVE_INFINITY],
		[' -Infinity ', Number.NEGATIVE_INFINITY],
		[3n, 3],
	])('%p becomes %p', (value, number) => {
		expect(convert('number', value)).toBe(number);
	});

	it.each([
		...['9007199254740993', '90071992547409930', '9007199254740993.0', '9.007199254740993e15'],
		...['-9007199254740993', '9'.repeat(400)],
	])('is not %s, whose digits it would round', (value) => {
		expectRefusal(
			() => convert('number', value),
			"'Arguments': 'count' is a whole number beyond 2^53, which a number would round",
			/^Choose the type 'Int64' if the function takes an int64, or 'String' to keep all digits/,
		);
	});

	it.each([
		['1e300', 1e300],
		['1e21', 1e21],
		['100000000000000000000', 1e20],
		['9007199254740992', 2 ** 53],
		['0.1234567890123456789', 0.12345678901234568],
	])('keeps what a double keeps: %s', (value, number) => {
		expect(convert('number', value)).toBe(number);
	});

	it.each<[unknown, string]>([
		...asText('', ' ', 'twelve', '1_000', '1,5', '1 000', '0x10', '0b1', '1e', '.', '1.2.3', '--1'),
		...asText('1e400', 'infinity', '-INFINITY', 'nan', '+NaN', '١٢', '12n', '12px'),
		[true, 'a boolean'],
		[null, 'null'],
		[undefined, 'missing'],
		[[1], 'an array'],
		[new Date(0), 'a Date object'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('number', value),
			`'Arguments': 'count' is ${words}, not a number`,
			/^Write digits with a point, e\.g\. 12\.5\.$/,
		);
	});
});

describe('a boolean', () => {
	it.each<[unknown, boolean]>([
		[true, true],
		[false, false],
		['true', true],
		['false', false],
		[' True ', true],
		['FALSE', false],
	])('%p becomes %p', (value, boolean) => {
		expect(convert('boolean', value)).toBe(boolean);
	});

	it.each<[unknown, string]>([
		...asText('', 'yes', '1', 'truely'),
		[1, "a number ('1')"],
		[0, "a number ('0')"],
		[null, 'null'],
		[{}, 'an object'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('boolean', value),
			`'Arguments': 'count' is ${words}, not true or false`,
			/^Use an expression that gives true or false\.$/,
		);
	});
});

describe('an int64', () => {
	it.each<[unknown, bigint]>([
		[42, 42n],
		[-0, 0n],
		[1e3, 1000n],
		[Number.MAX_SAFE_INTEGER, 9007199254740991n],
		[Number.MIN_SAFE_INTEGER, -9007199254740991n],
		[42n, 42n],
		['42', 42n],
		[' +42\n', 42n],
		['-0', 0n],
		['007', 7n],
		['9007199254740993', 9007199254740993n],
		['9223372036854775807', 9223372036854775807n],
		['-9223372036854775808', -9223372036854775808n],
	])('%p becomes %p', (value, bigint) => {
		expect(convert('int64', value)).toBe(bigint);
	});

	it.each<[unknown, string]>([
		...asText('', ' ', '1.5', '1.0', '1e3', '0x10', '1_000', '42n', '--1', '+', '- 1', 'NaN', '٤٢'),
		[null, 'null'],
		[undefined, 'missing'],
		[true, 'a boolean'],
		[[1], 'an array'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('int64', value),
			`'Arguments': 'count' is ${words}, not a whole number`,
			/^Write digits only, e\.g\. 42\.$/,
		);
	});

	it.each(['9'.repeat(20), `-${'9'.repeat(100_000)}`])('of too many digits is none', (value) => {
		expectRefusal(
			() => convert('int64', value),
			"'Arguments': 'count' is out of range",
			/^An int64 lies between/,
		);
	});

	it('may have any number of zeros in front', () => {
		expect(convert('int64', `-${'0'.repeat(100)}42`)).toBe(-42n);
	});

	it.each([1.5, -0.1, Number.NaN, Number.POSITIVE_INFINITY])('is not %p', (value) => {
		expectRefusal(
			() => convert('int64', value),
			`'Arguments': 'count' is a number ('${value}'), not a whole number`,
			/^Choose the type 'Number' for fractions\.$/,
		);
	});

	it.each([2 ** 53, -(2 ** 53), 1e21])('is not the number %p, which lost digits', (value) => {
		expectRefusal(
			() => convert('int64', value),
			"'Arguments': 'count' is a number beyond 2^53, which has already lost digits",
			/^Pass it as text, e\.g\. "9007199254740993"\.$/,
		);
	});
});

describe('bytes', () => {
	it.each([
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

	it.each(['not base64!', 'YQ', 'data:;,YQ=='])('are not the text %j', (value) => {
		expectRefusal(
			() => convert('bytes', value),
			"'Arguments': 'count' is not base64",
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
			`'Arguments': 'count' is ${words}, not base64 text`,
			/^Encode the bytes in base64\.$/,
		);
	});
});

it.each(['', ' '])('a cell without a value is not taken for no bytes: %j', (value) => {
	expectRefusal(
		() => convert('bytes', value),
		`'Arguments': 'count' is text ('${value}'), not base64 text`,
		/\{ \$bytes: "" \}\.$/,
	);
	expect(convert('bytes', { $bytes: '' })).toEqual(Buffer.from([]));
});

describe('a date', () => {
	it.each([20_260_131_120_000, 19_991_231_235_959])(
		'is no number whose digits are a calendar date: %i',
		(value) => {
			expectRefusal(
				() => convert('date', value),
				`'Arguments': 'count' is a number ('${value}'), not a date`,
				/ISO 8601/,
			);
		},
	);

	it.each([202_601_311_200, 253_402_300_799_000, 20_261_331_120_000])(
		'is a number of milliseconds, also far away: %i',
		(value) => {
			expect(convert('date', value)).toBe(value);
		},
	);

	it.each<[string, unknown, number]>([
		['a Date', new Date(1769860800000), 1769860800000],
		['a Date before 1970', new Date(-1), -1],
		['milliseconds', 1769860800000, 1769860800000],
		['parts of a millisecond, as Convex has them', 1769860800000.25, 1769860800000.25],
		["Luxon's DateTime", NOW, NOW.toMillis()],
	])('%s becomes milliseconds', (_what, value, milliseconds) => {
		expect(convert('date', value)).toBe(milliseconds);
	});

	it.each<[unknown, string]>([
		['2026-01-31', "text ('2026-01-31')"],
		['', "text ('')"],
		[Number.NaN, "a number ('NaN')"],
		[Number.POSITIVE_INFINITY, "a number ('Infinity')"],
		[8_640_000_000_000_001, "a number ('8640000000000001')"],
		[-9007199254740992, "a number ('-9007199254740992')"],
		[NOW.diff(NOW.minus(17)), 'a Duration object'],
		[{ valueOf: () => 17 }, 'an object'],
		[null, 'null'],
		[undefined, 'missing'],
		[true, 'a boolean'],
		[1n, 'a bigint'],
		[{}, 'an object'],
		[[1769860800000], 'an array'],
		[{ valueOf: 1 }, 'an object'],
		[Object.create(null), 'an object'],
	])('is not %p', (value, words) => {
		expectRefusal(
			() => convert('date', value),
			`'Arguments': 'count' is ${words}, not a date`,
			/^Use an ISO 8601 date such as 2026-01-31T12:00:00Z\.$/,
		);
	});

	it.each([new Date(Number.NaN), NOW.setZone('nowhere')])('is not an invalid one', (value) => {
		expectRefusal(
			() => convert('date', value),
			"'Arguments': 'count' is an invalid date",
			/^Check where it comes from\.$/,
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
			`'Arguments': 'count' is ${words}, not an object`,
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
			`'Arguments': 'count' is ${words}, not an array`,
			/^Write JSON such as \["a", "b"\]\.$/,
		);
	});
});

describe.each(['object', 'array'] as const)('broken JSON for an %s', (type) => {
	it('is refused with its place', () => {
		expectRefusal(
			() => convert(type, '["a",\n b]'),
			"'Arguments': 'count' is not valid JSON: invalid symbol at line 2, column 2",
			/^Check quotes, commas and brackets\./,
		);
	});

	it.each(['', ' '])('%j is refused as empty', (text) => {
		expectRefusal(
			() => convert(type, text),
			"'Arguments': 'count' is empty",
			/^Write JSON, or leave it out\.$/,
		);
	});
});

describe('the words for a value that does not fit', () => {
	it('quote no more than its first 40 characters', () => {
		const failure = mismatch(SUBJECT, 'x'.repeat(41), 'a date', 'Help.');
		expect(failure.message).toBe(`'Arguments': 'count' is text ('${'x'.repeat(40)}…'), not a date`);
		expect(failure.description).toBe('Help.');
		expect(failureOf(() => convert('number', 'x'.repeat(40))).message).toContain(
			`('${'x'.repeat(40)}')`,
		);
	});

	it.each<ArgumentType>(['number', 'int64', 'boolean'])(
		'name an invalid date, of which n8n makes a text: %s',
		(type) => {
			const { message } = failureOf(() => convert(type, 'Invalid DateTime'));
			expect(message).toBe(`${SUBJECT} is an invalid date`);
		},
	);
});

describe('the name of a type', () => {
	it.each([
		...['auto', 'string', 'id', 'number', 'boolean', 'int64', 'bytes', 'date'],
		...['object', 'array', 'null'],
	])('%s is known', (type) => {
		expect(isArgumentType(type)).toBe(true);
	});

	it.each(['', 'String', 'money', 'binary', 'toString', '__proto__'])('%j is unknown', (type) => {
		expect(isArgumentType(type)).toBe(false);
	});
});
