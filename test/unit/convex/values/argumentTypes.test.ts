import {
	convertArgument,
	isArgumentType,
	mismatch,
	type ArgumentType,
} from '../../../../nodes/Convex/convex/values/argumentTypes';
import { expectRefusal, failureOf } from '../../refusal';

const SUBJECT = "'Arguments': 'count'";
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
		...asText('infinity', '-INFINITY', 'nan', '+NaN', '١٢', '12n', '12px'),
		[true, 'a boolean'],
		[null, 'null'],
		[undefined, 'missing'],
		[1n, 'a bigint'],
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

describe('the words for a value that does not fit', () => {
	it('quote no more than its first 40 characters', () => {
		const failure = mismatch(SUBJECT, 'x'.repeat(41), 'a date', 'Help.');
		expect(failure.message).toBe(`'Arguments': 'count' is text ('${'x'.repeat(40)}…'), not a date`);
		expect(failure.description).toBe('Help.');
		expect(failureOf(() => convert('number', 'x'.repeat(40))).message).toContain(
			`('${'x'.repeat(40)}')`,
		);
	});
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

it('a number that is too large for a float is refused', () => {
	expect(() => convertArgument('n', 'number', '1e400')).toThrow(/not a number/);
	expect(convertArgument('n', 'number', '-Infinity')).toBe(Number.NEGATIVE_INFINITY);
});

it.each([{ valueOf: 1 }, Object.create(null)])('%j is no date', (value) => {
	expect(failureOf(() => convertArgument('d', 'date', value)).message).toMatch(/not a date$/);
});
