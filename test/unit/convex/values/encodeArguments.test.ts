/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { runInNewContext } from 'node:vm';
import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { describeType, isPlainObject } from '../../../../nodes/Convex/convex/values/plainObject';

const SOURCE = "'Arguments (JSON)'";

/** A value as it is sent, in the place of one argument. */
const encoded = (value: unknown) => encodeArguments(SOURCE, { value }).value;
const sent = (value: unknown) => JSON.stringify(encodeArguments(SOURCE, { value }));

/** An object as an expression makes it: of another realm than the node. */
const foreign: unknown = runInNewContext("({ name: 'Ada', tags: ['a'] })");

class Task {
	constructor(readonly name: string) {}
}

describe('arguments', () => {
	it('are sent as they are where JSON can say them', () => {
		const args = {
			nothing: null,
			yes: true,
			no: false,
			text: 'Grüße 👋',
			emptyText: '',
			digits: '42',
			whole: 42,
			negative: -1.5,
			tiny: 5e-324,
			huge: 1.7976931348623157e308,
			list: [1, [], ['a', [null]]],
			object: { a: { b: {} } },
		};
		expect(encodeArguments(SOURCE, args)).toEqual(args);
		expect(JSON.parse(JSON.stringify(encodeArguments(SOURCE, args)))).toEqual(args);
	});

	it('may be none', () => {
		expect(encodeArguments(SOURCE, {})).toEqual({});
	});

	it.each([
		[0n, 'AAAAAAAAAAA='],
		[1n, 'AQAAAAAAAAA='],
		[42n, 'KgAAAAAAAAA='],
		[-1n, '//////////8='],
		[9007199254740993n, 'AQAAAAAAIAA='],
		[9223372036854775807n, '/////////38='],
		[-9223372036854775808n, 'AAAAAAAAAIA='],
	])('the bigint %s is an int64', (value, base64) => {
		expect(encoded(value)).toEqual({ $integer: base64 });
	});

	it.each([
		[Number.NaN, 'AAAAAAAA+H8='],
		[Number.POSITIVE_INFINITY, 'AAAAAAAA8H8='],
		[Number.NEGATIVE_INFINITY, 'AAAAAAAA8P8='],
		[-0, 'AAAAAAAAAIA='],
	])('the number %s is none of JSON', (value, base64) => {
		expect(encoded(value)).toEqual({ $float: base64 });
	});

	it('the number 0 is one of JSON', () => {
		expect(sent(0)).toBe('{"value":0}');
	});

	it.each([
		['an ArrayBuffer', new Uint8Array([1, 2, 255]).buffer, 'AQL/'],
		['a Uint8Array', new Uint8Array([1, 2, 255]), 'AQL/'],
		['a part of a larger buffer', new Uint8Array([9, 9, 1, 2, 255, 9]).subarray(2, 5), 'AQL/'],
		['a Buffer, which shares its memory with others', Buffer.from('héllo'), 'aMOpbGxv'],
		['a DataView', new DataView(new Uint8Array([9, 1, 2, 255]).buffer, 1), 'AQL/'],
		['wider numbers, byte by byte', new Uint16Array([1]), 'AQA='],
		['no bytes', new Uint8Array(0), ''],
	])('%s is bytes', (_what, value, base64) => {
		expect(encoded(value)).toEqual({ $bytes: base64 });
	});

	it('bytes of a megabyte arrive whole', () => {
		const bytes = Buffer.alloc(1_000_003, 'convex');
		expect(encoded(bytes)).toEqual({ $bytes: bytes.toString('base64') });
	});

	it('special values are encoded in any place', () => {
		expect(
			encodeArguments(SOURCE, { a: [{ b: 1n }, [new Uint8Array([1])]], c: { d: -0 } }),
		).toEqual({
			a: [{ b: { $integer: 'AQAAAAAAAAA=' } }, [{ $bytes: 'AQ==' }]],
			c: { d: { $float: 'AAAAAAAAAIA=' } },
		});
	});

	it.each([
		{ $integer: 'KgAAAAAAAAA=' },
		{ $integer: '//////////8=' },
		{ $bytes: 'AQL/' },
		{ $bytes: '' },
		{ $float: 'AAAAAAAA+H8=' },
		{ $float: 'AAAAAAAA8H8=' },
		{ $float: 'AAAAAAAAAIA=' },
	])('%j, encoded already, is sent as it is', (value) => {
		expect(encoded(value)).toEqual(value);
		expect(encoded([{ value }])).toEqual([{ value }]);
	});

	it('a field that is undefined is left out, in any place', () => {
		expect(sent(undefined)).toBe('{}');
		expect(sent({ a: undefined, b: [{ c: undefined, d: null }] })).toBe(
			'{"value":{"b":[{"d":null}]}}',
		);
	});

	it.each([
		['a date', new Date(Date.UTC(2026, 0, 31, 12)), '2026-01-31T12:00:00.000Z'],
		['a class that says so', Object.assign(new Task('a'), { toJSON: () => 'task a' }), 'task a'],
		['an object that says so', { toJSON: () => ({ n: 1n }) }, { n: { $integer: 'AQAAAAAAAAA=' } }],
		['a field called toJSON', { toJSON: 'no' }, { toJSON: 'no' }],
	])('%s is sent as its own JSON', (_what, value, expected) => {
		expect(encoded(value)).toEqual(expected);
		expect(encoded([{ value }])).toEqual([{ value: expected }]);
	});

	it('a field called __proto__ is data like any other', () => {
		const text = '{"__proto__":{"__proto__":{"admin":true}},"a":[{"__proto__":1}]}';
		const args = encodeArguments(SOURCE, JSON.parse(text));
		expect(JSON.stringify(args)).toBe(text);
		expect(args.admin).toBeUndefined();
	});

	it.each(['_id', 'a b', '1', '-', '.', '~', ' ', 'a$', 'constructor', 'x'.repeat(1024)])(
		'the field name %j is one of Convex',
		(name) => {
			expect(encodeArguments(SOURCE, { [name]: 1 })).toEqual({ [name]: 1 });
		},
	);

	it('an object of another realm or without a prototype is an object', () => {
		expect(foreign instanceof Object).toBe(false);
		expect(encoded(foreign)).toEqual({ name: 'Ada', tags: ['a'] });
		expect(encodeArguments(SOURCE, Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
	});

	it('leave the values they are made of as they were', () => {
		const args = { a: [1n, { b: undefined }] };
		encodeArguments(SOURCE, args);
		expect(args).toStrictEqual({ a: [1n, { b: undefined }] });
	});
});

describe('a plain object', () => {
	it.each([[{}], [{ a: 1 }], [Object.create(null)], [foreign], [JSON.parse('{"__proto__":1}')]])(
		'%j is one',
		(value) => {
			expect(isPlainObject(value)).toBe(true);
		},
	);

	it.each([
		null,
		undefined,
		'text',
		1,
		[[]],
		new Date(0),
		new Map(),
		new Task('a'),
		Buffer.from('a'),
		() => ({}),
	])('%p is none', (value) => {
		expect(isPlainObject(value)).toBe(false);
	});
});

describe('the kind of a value in words', () => {
	it.each([
		[null, 'null'],
		[undefined, 'missing'],
		['', 'text'],
		[[], 'an array'],
		[{}, 'an object'],
		[Object.create(null), 'an object'],
		[foreign, 'an object'],
		[1, 'a number'],
		[1n, 'a bigint'],
		[true, 'a boolean'],
		[() => 1, 'a function'],
		[Symbol('a'), 'a symbol'],
		[new Map(), 'a Map object'],
		[new Task('a'), 'a Task object'],
	])('%p is %s', (value, words) => {
		expect(describeType(value)).toBe(words);
	});
});

it('a date and an encoded value may stand on the deepest level', () => {
	const deep = (levels: number, leaf: unknown): unknown =>
		levels === 0 ? leaf : { a: deep(levels - 1, leaf) };
	for (const leaf of [new Date(0), { $integer: 'KgAAAAAAAAA=' }, 42n]) {
		expect(() => encodeArguments('args', { a: deep(62, leaf) })).not.toThrow();
	}
	expect(() => encodeArguments('args', { a: deep(62, {}) })).toThrow(/more than 64 levels/);
});

it('a field that is undefined does not make an encoded value another object', () => {
	expect(encodeArguments('args', { a: { $bytes: 'AA==', x: undefined } })).toEqual({
		a: { $bytes: 'AA==' },
	});
});
