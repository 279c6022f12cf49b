import { tryToParseDateTime } from 'n8n-workflow';
import {
	describeValidator,
	parseValidator,
	type Validator,
} from '../../../../nodes/Convex/convex/values/validator';
import { fitsAsItIs } from '../../../../nodes/Convex/convex/values/validatorConversion';
import { expectRefusal, failureOf } from '../../refusal';
import {
	arrayOf,
	convertValue,
	idOf,
	literal,
	objectOf,
	optional,
	recordOf,
	unionOf,
	VALUE_SUBJECT,
} from './validators';

const DATE = '2026-01-31T12:00:00Z';
const MILLISECONDS = 1769860800000;

/** Knows one date only. */
const parseDate = (text: string) => (text === DATE ? MILLISECONDS : undefined);
const convert = (validator: Validator, value: unknown) => convertValue(validator, value, parseDate);

type SimpleType = 'null' | 'string' | 'number' | 'boolean' | 'int64' | 'bytes';

class Task {
	readonly name = 'a';
}

describe('any', () => {
	it.each([null, false, 0, '', '42', '{}', 1n])('leaves %p as it is', (value) => {
		expect(convert({ type: 'any' }, value)).toBe(value);
	});

	it('leaves an object the very same', () => {
		const value = { a: [new Date(0)] };
		expect(convert({ type: 'any' }, value)).toBe(value);
	});
});

describe('a value for a simple type', () => {
	it.each<[SimpleType, value: unknown, converted: unknown]>([
		['string', ' 42 ', ' 42 '],
		['string', '', ''],
		['string', '2026-01-31', '2026-01-31'],
		['string', 42, '42'],
		['string', true, 'true'],
		['string', new Date(0), '1970-01-01T00:00:00.000Z'],
		['null', null, null],
		['number', 1.5, 1.5],
		['number', Number.NaN, Number.NaN],
		['number', -0, -0],
		['number', ' 1.5e3 ', 1500],
		['number', '-Infinity', Number.NEGATIVE_INFINITY],
		['number', '2026', 2026],
		['number', new Date(5), 5],
		['number', DATE, MILLISECONDS],
		['boolean', true, true],
		['boolean', ' False ', false],
		['int64', 42n, 42n],
		['int64', 42, 42n],
		['int64', '-9223372036854775808', -9223372036854775808n],
	])('%s: %p becomes %p', (type, value, converted) => {
		expect(convert({ type }, value)).toEqual(converted);
	});

	it('of a document is its ID without blanks', () => {
		expect(convert(idOf('tasks'), ' jd7abc\n')).toBe('jd7abc');
	});

	it('of bytes is base64, or bytes that stay the very same', () => {
		const bytes = new Uint8Array([1, 2, 255]);
		expect(convert({ type: 'bytes' }, bytes)).toBe(bytes);
		expect(convert({ type: 'bytes' }, 'AQL/')).toEqual(Buffer.from(bytes));
	});

	it('of a number or a text may be a date as expressions make it', () => {
		const luxon = tryToParseDateTime(DATE, 'UTC');
		expect(convert({ type: 'number' }, luxon)).toBe(MILLISECONDS);
		expect(convert({ type: 'string' }, luxon)).toBe(luxon.toISO());
	});

	it.each<[Validator, unknown]>([
		[{ type: 'string' }, {}],
		[{ type: 'number' }, '9007199254740993'],
		[{ type: 'int64' }, 1.5],
		[{ type: 'bytes' }, '!'],
		[{ type: 'array', element: { type: 'number' } }, '[9007199254740993]'],
		[{ type: 'object', fields: new Map() }, '{"a":9007199254740993}'],
	])('is refused without advice to choose its type or how it is given: %j', (validator, value) => {
		const { description } = failureOf(() => convert(validator, value));
		expect(description).not.toMatch(/[Cc]hoose|'Using Function Arguments'/);
	});

	it.each<[SimpleType, value: unknown]>([
		['int64', { $integer: 'KgAAAAAAAAA=' }],
		['number', { $float: 'AAAAAAAA+H8=' }],
		['bytes', { $bytes: 'AQL/' }],
		// Checked where arguments are encoded.
		['int64', { $integer: 'oops' }],
	])('that is encoded is passed on: %s %j', (type, value) => {
		expect(convert({ type }, value)).toBe(value);
	});

	it.each<[words: string, Validator, unknown]>([
		["text (''), not null", { type: 'null' }, ''],
		["a number ('0'), not null", { type: 'null' }, 0],
		['null, not text', { type: 'string' }, null],
		['an object, not text', { type: 'string' }, { $integer: 'KgAAAAAAAAA=' }],
		["text (' '), not a document ID", idOf('tasks'), ' '],
		["text ('2026-02-31'), not a number", { type: 'number' }, '2026-02-31'],
		["text ('tomorrow'), not a number", { type: 'number' }, 'tomorrow'],
		['null, not a number', { type: 'number' }, null],
		['an object, not a number', { type: 'number' }, { $integer: 'a', more: 1 }],
		['an invalid date', { type: 'number' }, new Date(Number.NaN)],
		["a number ('1'), not true or false", { type: 'boolean' }, 1],
		["a number ('1.5'), not a whole number", { type: 'int64' }, 1.5],
		["text ('1.0'), not a whole number", { type: 'int64' }, '1.0'],
		["a number ('1'), not base64 text", { type: 'bytes' }, 1],
	])('is refused: %s', (words, validator, value) => {
		expectRefusal(() => convert(validator, value), `${VALUE_SUBJECT} is ${words}`, /\.$/);
	});
});

describe('a text for a number', () => {
	it.each(['2026-01-31T12:00:00Z', '2026-01', '1999-99'])('that looks like a date: %j', (text) => {
		const asked: string[] = [];
		const converted = convertValue({ type: 'number' }, text, (date) => {
			asked.push(date);
			return 7;
		});
		expect([converted, asked]).toEqual([7, [text]]);
	});

	it.each(['11/1/2026', '31.01.2026', '1-11-26'])('that is a date of unclear order: %j', (text) => {
		expect(() => convertValue({ type: 'number' }, text, () => undefined)).toThrow(
			expect.objectContaining({
				description: 'Write a date as 2026-11-30. A number is digits with a point.',
			}),
		);
	});

	it('that is a date which is in no calendar', () => {
		expect(() => convertValue({ type: 'number' }, '2026-02-30', () => undefined)).toThrow(
			expect.objectContaining({
				description: 'There is no such day or time. A number is digits with a point.',
			}),
		);
	});

	it.each(['42', '-1', '20260131', '1e5'])('that is one is never taken for a date: %j', (text) => {
		const converted = convertValue({ type: 'number' }, text, () => 7);
		expect(converted).toBe(Number(text));
	});
});

describe('a value for a literal', () => {
	it.each([
		['a', 'a'],
		['', ''],
		[1.5, 1.5],
		[true, true],
		[42n, 42n],
		// As a form or an expression has them.
		[' 1.5 ', 1.5],
		['true', true],
		['false\n', false],
		['42', 42n],
		[42, 42n],
		[-1, -1n],
	])('%p becomes %p', (value, expected) => {
		expect(convert(literal(expected), value)).toBe(expected);
	});

	it.each([
		['text (\'A\'), not "a"', 'A', 'a'],
		['text (\' a\'), not "a"', ' a', 'a'],
		['a number (\'1\'), not "1"', 1, '1'],
		["a number ('1'), not true", 1, true],
		["a number ('2'), not 1", 2, 1],
		["a number ('42.5'), not 42n", 42.5, 42n],
		["a number ('41'), not 42n", 41, 42n],
		["text ('42n'), not 42n", '42n', 42n],
		['null, not false', null, false],
		['an array, not "a"', ['a'], 'a'],
	])('is refused: %s', (words, value, expected) => {
		expectRefusal(
			() => convert(literal(expected), value),
			`${VALUE_SUBJECT} is ${words}`,
			/^Use exactly this value\.$/,
		);
	});
});

describe('whether a value fits as it is', () => {
	const fields = objectOf({ a: { type: 'int64' }, b: optional({ type: 'string' }) });
	const bytes = new Uint8Array([1]);

	it.each<[type: string, Validator, fits: unknown[], doNotFit: unknown[]]>([
		['any', { type: 'any' }, [null, 0, '', {}, [], 1n], []],
		['null', { type: 'null' }, [null], [undefined, '', 0, false, {}]],
		['string', { type: 'string' }, ['', '42'], [null, 42, undefined, ['a']]],
		['id', idOf('tasks'), ['jd7abc'], [null, 42, { _id: 'jd7abc' }]],
		['number', { type: 'number' }, [0, Number.NaN, -1.5], ['1', 1n, null, new Date(0)]],
		['boolean', { type: 'boolean' }, [true, false], ['true', 0, null]],
		['int64', { type: 'int64' }, [1n, { $integer: 'KgAAAAAAAAA=' }], [1, '1', { $bytes: '' }, {}]],
		['bytes', { type: 'bytes' }, [bytes, Buffer.from('a'), { $bytes: 'AA==' }], ['AA==', [1], {}]],
		['"a"', literal('a'), ['a'], ['A', ' a', null]],
		['1', literal(1), [1], ['1', 1n, true]],
		['1n', literal(1n), [1n], ['1', 1]],
		['array', arrayOf({ type: 'int64' }), [[], [1n, 2n]], [[1n, 2], '[]', { length: 0 }, null]],
		[
			'record',
			recordOf({ type: 'string' }, { type: 'int64' }),
			[{}, { a: 1n, b: 2n }],
			[{ a: 1n, b: 2 }, [], '{}', null, new Task()],
		],
		[
			'object',
			fields,
			[{ a: 1n }, { a: 1n, b: '' }, { a: 1n, b: undefined }],
			[{}, { a: 1 }, { a: 1n, b: null }, { a: 1n, c: 1 }, { a: undefined }, '{}', null, []],
		],
		[
			'union',
			unionOf({ type: 'null' }, unionOf(fields, { type: 'int64' })),
			[null, 1n, { a: 1n }],
			['1', {}, 1, undefined],
		],
		['empty union', unionOf(), [], [null, '', {}]],
	])('%s', (_type, validator, fits, doNotFit) => {
		expect(fits.filter((value) => !fitsAsItIs(validator, value))).toEqual([]);
		expect(doNotFit.filter((value) => fitsAsItIs(validator, value))).toEqual([]);
	});
});

describe('conversion by a validator', () => {
	const convert = (json: unknown, value: unknown) =>
		convertValue(parseValidator(json), value, () => undefined);
	const union = (...value: object[]) => ({ type: 'union', value });
	const object = (...names: string[]) => ({
		type: 'object',
		value: Object.fromEntries(
			names.map((name) => [name, { fieldType: { type: 'string' }, optional: false }]),
		),
	});
	const one = { type: 'literal', value: { $integer: 'AQAAAAAAAAA=' } };
	const id = { type: 'id', tableName: 'tasks' };

	it.each(['', ' x '])('leaves the text %j alone where text may be, beside an ID', (value) => {
		expect(convert(union(id, { type: 'string' }), value)).toBe(value);
	});

	it.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5])('%d is no int64 literal', (value) => {
		expect(failureOf(() => convert(one, value)).message).toMatch(/not 1n$/);
		expect(failureOf(() => convert(union(one, { type: 'null' }), value)).message).toMatch(/not 1n/);
	});

	it('tries the next member of a union when a literal cannot be decoded', () => {
		expect(() => convert(one, { $integer: 'AAA=' })).toThrow(/is an object, not 1n/);
	});

	it('keeps all digits of a text where int64 is a choice', () => {
		const choice = union({ type: 'number' }, { type: 'bigint' });
		expect(convert(choice, '9007199254740993')).toBe(9007199254740993n);
	});

	it('takes an encoded int64 for a literal', () => {
		expect(convert(one, { $integer: 'AQAAAAAAAAA=' })).toBe(1n);
	});

	it('takes names of built-ins for fields like any other', () => {
		expect(() => convert(object('toString'), {})).toThrow(/lacks 'toString'/);
		expect(fitsAsItIs(parseValidator(object('constructor')), {})).toBe(false);
	});

	it('names a field with a dollar sign as it is', () => {
		const failure = failureOf(() => convert({ type: 'array', value: { type: 'null' } }, [1]));
		expect(failure.message).toMatch(/'value\[0\]'/);
		const record = {
			type: 'record',
			keys: { type: 'string' },
			values: { fieldType: { type: 'number' }, optional: false },
		};
		expect(failureOf(() => convert(record, { 'a$&b': 'x' })).message).toMatch(/'value\.a\$&b'/);
		expect(convert(record, { a: 1, b: undefined })).toEqual({ a: 1 });
	});

	it.each([
		[{ type: 'int64' }, { $bytes: 'aGk=' }],
		[{ type: 'boolean' }, { $integer: 'AQAAAAAAAAA=' }],
	])('refuses for %j the encoding of another type', (json, value) => {
		const validator = json.type === 'int64' ? { type: 'bigint' } : json;
		expect(() => convert(validator, value)).toThrow(/is an object, not/);
	});

	it('does not call an array a date', () => {
		expect(() => convert({ type: 'number' }, [1])).toThrow(/is an array, not a number/);
	});

	it('knows literals that JSON lacks', () => {
		const json = { type: 'literal', value: { $float: 'AAAAAAAA+H8=' } };
		expect(convert(json, Number.NaN)).toBeNaN();
		expect(describeValidator(parseValidator(json))).toBe('NaN');
	});
});
