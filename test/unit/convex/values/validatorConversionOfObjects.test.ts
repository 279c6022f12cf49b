import type { FieldValidator, Validator } from '../../../../nodes/Convex/convex/values/validator';
import { convertFields } from '../../../../nodes/Convex/convex/values/validatorConversion';
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
} from './validators';

const SOURCE = "'Arguments'";
const parseDate = () => 7;
const convert = (validator: Validator, value: unknown) => convertValue(validator, value, parseDate);
const convertArguments = (fields: Parameters<typeof objectOf>[0], value: unknown) =>
	convertFields(SOURCE, objectOf(fields), value, parseDate);

const STRING: Validator = { type: 'string' };
const NUMBER: Validator = { type: 'number' };
const INT64: Validator = { type: 'int64' };
const NULL: Validator = { type: 'null' };

describe('the arguments', () => {
	it('are converted one by one, and no other field is made up', () => {
		const fields = {
			count: INT64,
			at: NUMBER,
			tags: arrayOf(STRING),
			user: objectOf({ age: INT64, name: optional(STRING) }),
			limit: optional(NUMBER),
		};
		const value = {
			count: '42',
			at: '2026-01-31',
			tags: '["a", 1]',
			user: { age: 36 },
			limit: undefined,
		};
		const converted = convertArguments(fields, value);
		expect(converted).toStrictEqual({
			count: 42n,
			at: 7,
			tags: ['a', '1'],
			user: { age: 36n },
		});
		expect(value.user).toEqual({ age: 36 });
	});

	it('come in the order of the signature', () => {
		const fields = { b: STRING, a: STRING };
		expect(Object.keys(convertArguments(fields, { a: '1', b: '2' }))).toEqual(['b', 'a']);
	});

	const choice = optional(unionOf(literal('a'), literal('b')));

	it.each<[kind: string, field: FieldValidator]>([
		['string', optional(STRING)],
		['number', optional(NUMBER)],
		['int64', optional(INT64)],
		['boolean', optional({ type: 'boolean' })],
		['bytes', optional({ type: 'bytes' })],
		['ID', optional(idOf('tasks'))],
		['literal', optional(literal('a'))],
		['choice', choice],
		['array', optional(arrayOf(STRING))],
		['object', optional(objectOf({}))],
		['record', optional(recordOf(STRING, STRING))],
		['union', optional(unionOf(NUMBER, objectOf({})))],
	])('that are optional are not given where a row has nothing: %s', (_kind, field) => {
		const fields = {
			a: field,
			nested: objectOf({ b: field }),
			list: arrayOf(objectOf({ b: field })),
		};
		const nothing = (value: unknown) => ({ a: value, nested: { b: value }, list: [{ b: value }] });
		const left = { nested: {}, list: [{}] };
		expect(convertArguments(fields, nothing(null))).toStrictEqual(left);
		const takesText = field.validator.type === 'string';
		expect(convertArguments(fields, nothing(''))).toStrictEqual(takesText ? nothing('') : left);
	});

	it.each<[kind: string, field: FieldValidator, value: unknown]>([
		['any', optional({ type: 'any' }), null],
		['any', optional({ type: 'any' }), ''],
		['null', optional(NULL), null],
		['a union with null', optional(unionOf(NUMBER, NULL)), null],
		['a union with text', optional(unionOf(NUMBER, STRING)), ''],
		['an empty literal', optional(literal('')), ''],
	])('that are optional are given where they take it: %s', (_kind, field, value) => {
		expect(convertArguments({ a: field }, { a: value })).toStrictEqual({ a: value });
	});

	it.each([
		['null, not text', STRING, null],
		["text (''), not a number", NUMBER, ''],
	])('that are required are not left out: %s', (words, field, value) => {
		expect(failureOf(() => convertArguments({ a: field }, { a: value })).message).toBe(
			`'Arguments': 'a' is ${words}`,
		);
	});

	it('may be none', () => {
		expect(convertArguments({}, {})).toEqual({});
		expect(convertArguments({ a: optional(STRING) }, { a: undefined })).toStrictEqual({});
	});

	it('may have fields that are called as what objects have by themselves', () => {
		const value: unknown = JSON.parse('{"__proto__": 1, "constructor": 2}');
		const fields = { ['__proto__']: INT64, constructor: INT64 };
		expect(Object.entries(convertArguments(fields, value))).toEqual([
			['__proto__', 1n],
			['constructor', 2n],
		]);
	});

	it.each<[lacks: string, type: string, fields: Parameters<typeof objectOf>[0], value: unknown]>([
		["'Arguments' lacks 'a'", 'string', { a: STRING }, {}],
		["'Arguments' lacks 'a'", 'ID of tasks', { a: idOf('tasks') }, { a: undefined }],
		[
			"'Arguments': 'a' lacks 'b'",
			'"x" or null',
			{ a: objectOf({ b: unionOf(literal('x'), NULL) }) },
			{ a: {} },
		],
		[
			"'Arguments': 'a[1].b' lacks 'c'",
			'any',
			{ a: arrayOf(objectOf({ b: objectOf({ c: { type: 'any' } }) })) },
			{ a: [{ b: { c: 1 } }, { b: {} }] },
		],
	])('%s, which is %s', (lacks, type, fields, value) => {
		const failure = failureOf(() => convertArguments(fields, value));
		expect(failure.message).toBe(`${lacks}, which the function requires`);
		const howEmpty: Record<string, string> = {
			string:
				" An empty field of a form counts as missing; for empty text, use the expression {{ '' }} there.",
			any: " An empty field of a form counts as missing; for null, use the expression {{ null }} there, for empty text {{ '' }}.",
		};
		expect(failure.description).toBe(`It has to be: ${type}.${howEmpty[type] ?? ''}`);
		expect(failure.details).toEqual({ kind: 'input', retryable: false, outcome: 'notExecuted' });
	});

	it.each<[has: string, takes: string, fields: Parameters<typeof objectOf>[0], value: unknown]>([
		["'Arguments' has 'c'", 'a, b', { a: STRING, b: optional(STRING) }, { a: '', c: null }],
		["'Arguments' has 'A'", 'a', { a: optional(STRING) }, { A: '' }],
		["'Arguments' has 'a'", 'nothing', {}, { a: 1 }],
		["'Arguments': 'a' has 'c'", 'b', { a: objectOf({ b: optional(STRING) }) }, { a: { c: 1 } }],
	])('%s, but the function takes %s', (has, takes, fields, value) => {
		expectRefusal(
			() => convertArguments(fields, value),
			`${has}, which the function does not take`,
			new RegExp(`^It takes: ${takes}\\. If the function was changed, refresh the list`),
		);
	});

	it('that are undefined are not there, whether the function takes them or not', () => {
		expect(convertArguments({ a: STRING }, { a: 'x', b: undefined })).toStrictEqual({ a: 'x' });
	});

	it.each<[place: string, fields: Parameters<typeof objectOf>[0], value: unknown]>([
		['a', { a: INT64 }, { a: 'x' }],
		['a[1]', { a: arrayOf(INT64) }, { a: [1, 'x'] }],
		['a[0][1]', { a: arrayOf(arrayOf(INT64)) }, { a: [[1, 'x']] }],
		['a.b', { a: objectOf({ b: INT64 }) }, { a: { b: 'x' } }],
		['a.b', { a: recordOf(STRING, INT64) }, { a: { b: 'x' } }],
		[
			'a[0].b.c',
			{ a: arrayOf(recordOf(STRING, objectOf({ c: INT64 }))) },
			{ a: [{ b: { c: 'x' } }] },
		],
		["it's", { "it's": INT64 }, { "it's": 'x' }],
	])('name the place that does not fit: %s', (place, fields, value) => {
		expectRefusal(
			() => convertArguments(fields, value),
			`'Arguments': '${place}' is text ('x'), not a whole number`,
			/^Write digits only/,
		);
	});

	it('name the first place that does not fit', () => {
		expect(
			failureOf(() => convertArguments({ b: INT64, a: INT64 }, { a: 'x', b: 'y' })).message,
		).toBe("'Arguments': 'b' is text ('y'), not a whole number");
	});

	it('of an item are named so', () => {
		const args = objectOf({ a: objectOf({ b: INT64 }) });
		const convertItem = () => convertFields('The input item', args, { a: { b: 'x' } }, parseDate);
		expect(failureOf(convertItem).message).toMatch(/^The input item: 'a\.b' is text/);
	});
});

describe('an object, array or record', () => {
	it('may be JSON text, in each other too', () => {
		expect(convert(objectOf({ a: INT64 }), '{"a": "1"}')).toEqual({ a: 1n });
		expect(convert(arrayOf(objectOf({ a: INT64 })), ['{"a": 1}'])).toEqual([{ a: 1n }]);
		expect(convert(recordOf(STRING, arrayOf(INT64)), '{"a": "[1]"}')).toEqual({ a: [1n] });
	});

	it('may be empty', () => {
		expect(convert(objectOf({}), {})).toEqual({});
		expect(convert(arrayOf(INT64), [])).toEqual([]);
		expect(convert(recordOf(STRING, INT64), '{}')).toEqual({});
	});

	it('is converted to a new one, the given one stays', () => {
		const array = ['1'];
		const record = { a: '1' };
		expect([convert(arrayOf(INT64), array), array]).toEqual([[1n], ['1']]);
		expect([convert(recordOf(STRING, INT64), record), record]).toEqual([{ a: 1n }, { a: '1' }]);
	});

	it('may come from an expression', () => {
		const foreign: unknown = structuredClone({ list: [{ a: '1' }] });
		const validator = recordOf(STRING, arrayOf(objectOf({ a: INT64 })));
		expect(convert(validator, foreign)).toEqual({ list: [{ a: 1n }] });
	});

	it('may be a record with any names', () => {
		const value: unknown = JSON.parse('{"__proto__": 1, "größe": 2}');
		expect(Object.entries(Object(convert(recordOf(STRING, INT64), value)))).toEqual([
			['__proto__', 1n],
			['größe', 2n],
		]);
	});

	it.each<[words: string, Validator, unknown]>([
		['null, not an object', objectOf({}), null],
		['an array, not an object', objectOf({}), []],
		['an array, not an object', recordOf(STRING, STRING), '["a"]'],
		['a Map object, not an object', recordOf(STRING, STRING), new Map()],
		['an object, not an array', arrayOf(STRING), { length: 0 }],
		["a number ('5'), not an array", arrayOf(STRING), 5],
		['empty', objectOf({}), ' '],
		['not valid JSON: close bracket expected at line 1, column 2', arrayOf(STRING), '['],
	])('is refused: %s', (words, validator, value) => {
		expect(failureOf(() => convert(validator, value)).message).toMatch(
			new RegExp(`^'Arguments': 'value' is ${words.replace(/[()]/g, '\\$&')}`),
		);
	});
});
