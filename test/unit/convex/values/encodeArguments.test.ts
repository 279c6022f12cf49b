/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { runInNewContext } from 'node:vm';
import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { quote } from '../../../../nodes/Convex/convex/values/quote';
import { expectRefusal, failureOf } from '../../refusal';

const SOURCE = "'Arguments (JSON)'";

/** A value as it is sent, in the place of one argument. */
const encoded = (value: unknown) => encodeArguments(SOURCE, { value }).value;
const sent = (value: unknown) => JSON.stringify(encodeArguments(SOURCE, { value }));

/** An object as an expression makes it: of another realm than the node. */
const foreign: unknown = runInNewContext("({ name: 'Ada', tags: ['a'] })");

class Task {
	readonly name = 'a';
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
		['a class that says so', Object.assign(new Task(), { toJSON: () => 'task a' }), 'task a'],
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

	it('a field that is undefined does not make an encoded value another object', () => {
		expect(encoded({ $bytes: 'AA==', x: undefined })).toEqual({ $bytes: 'AA==' });
	});

	it('leave the values they are made of as they were', () => {
		const args = { a: [1n, { b: undefined }] };
		encodeArguments(SOURCE, args);
		expect(args).toStrictEqual({ a: [1n, { b: undefined }] });
	});
});

const encode = (args: unknown) => () => encodeArguments(SOURCE, args);

/** A tower of objects or arrays, as high as asked for. */
const objects = (levels: number): unknown => (levels === 0 ? 1 : { a: objects(levels - 1) });
const arrays = (levels: number): unknown => (levels === 0 ? 1 : [arrays(levels - 1)]);
const fields = (count: number) =>
	Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]));

describe('arguments that are no object', () => {
	it.each([
		[null, 'null'],
		['{}', 'text'],
		[[[{}]], 'an array'],
		[new Date(0), 'a Date object'],
	])('are refused: %p', (args, kind) => {
		expectRefusal(
			encode(args),
			`'Arguments (JSON)' is ${kind}, not an object`,
			/^A Convex function takes one object with named arguments, .* Use \{\} for a function without/,
		);
	});
});

describe("the limits of Convex's values", () => {
	// The list of arguments and the object in it are the first two of 64 levels.
	const deepest = 62;

	it('64 levels are sent, of objects or arrays', () => {
		expect(encode({ a: objects(deepest) })()).toEqual({ a: objects(deepest) });
		expect(encode({ a: arrays(deepest) })()).toEqual({ a: arrays(deepest) });
	});

	it.each([
		['objects', objects],
		['arrays', arrays],
	])('65 levels of %s are refused', (_what, tower) => {
		const failure = failureOf(encode({ a: tower(deepest + 1) }));
		expect(failure.message).toMatch(/^'Arguments \(JSON\)': 'a.+' is nested more than 64 levels/);
		expect(failure.description).toMatch(
			/^For an argument, Convex counts the list of arguments and .* flatter data/,
		);
	});

	it('also an empty object is a level', () => {
		const tower = (levels: number): unknown => (levels === 1 ? {} : [tower(levels - 1)]);
		expect(encode({ a: tower(deepest) })()).toEqual({ a: tower(deepest) });
		expect(failureOf(encode({ a: tower(deepest + 1) })).message).toMatch(/nested more than 64/);
	});

	it('text, numbers, int64s, bytes and dates are no level', () => {
		const tower = (levels: number, leaf: unknown): unknown =>
			levels === 0 ? leaf : [tower(levels - 1, leaf)];
		const integer = { $integer: 'KgAAAAAAAAA=' };
		for (const leaf of [
			'text',
			1,
			1n,
			Number.NaN,
			new Uint8Array([1]),
			null,
			new Date(0),
			integer,
		]) {
			expect(encode({ a: tower(deepest, leaf) })).not.toThrow();
		}
	});

	it('an object that contains itself is refused', () => {
		const loop: Record<string, unknown> = {};
		loop.self = loop;
		expect(failureOf(encode(loop)).message).toMatch(/'self\.self.* is nested more than 64 levels/);
	});

	it('8,192 elements are sent, one more is refused', () => {
		expect(encode({ list: Array(8192).fill(0) })().list).toHaveLength(8192);
		expectRefusal(
			encode({ a: { list: Array(8193).fill(0) } }),
			"'Arguments (JSON)': 'a.list' has 8193 elements",
			/^An array holds at most 8,192\.$/,
		);
	});

	it('1,024 fields are sent, one more is refused', () => {
		expect(Object.keys(encode(fields(1024))())).toHaveLength(1024);
		expectRefusal(
			encode(fields(1025)),
			"'Arguments (JSON)' has 1025 fields",
			/^An object holds at most 1,024\.$/,
		);
		expectRefusal(
			encode({ a: [fields(1025)] }),
			"'Arguments (JSON)': 'a[0]' has 1025 fields",
			/^An object holds at most 1,024\.$/,
		);
	});

	it('fields that are left out do not count', () => {
		expect(encode({ ...fields(1024), more: undefined })).not.toThrow();
	});

	it.each([9223372036854775808n, -9223372036854775809n, 2n ** 70n])(
		'the bigint %s is out of range',
		(value) => {
			expectRefusal(
				encode({ count: value }),
				"'Arguments (JSON)': 'count' is out of range",
				/^An int64 lies between -9223372036854775808 and 9223372036854775807\.$/,
			);
		},
	);
});

describe('a field name that Convex does not take', () => {
	it.each([
		['$where', "has a name that starts with '$'", /^Convex reserves such names\. Rename the field/],
		['$', "has a name that starts with '$'", /Rename the field, or leave it out/],
		['größe', 'has a name with characters other than ASCII letters, digits and signs', /^Rename/],
		['a\tb', 'has a name with characters other than ASCII letters, digits and signs', /^Rename/],
		['\u007f', 'has a name with characters other than ASCII letters, digits and signs', /^Rename/],
		['x'.repeat(1025), 'has a name of more than 1,024 characters', /^Rename the field\.$/],
	])('%j is refused at any place', (name, what, help) => {
		expectRefusal(encode({ [name]: 1 }), `'Arguments (JSON)': ${quote(name)} ${what}`, help);
		expectRefusal(
			encode({ user: [{ [name]: 1 }] }),
			`'Arguments (JSON)': ${quote(`user[0].${name}`)} ${what}`,
			help,
		);
	});

	it('an empty name is refused', () => {
		expectRefusal(encode({ '': 1 }), "'Arguments (JSON)' has an empty name", /^Give every field/);
		expectRefusal(
			encode({ user: { '': 1 } }),
			"'Arguments (JSON)': 'user.' has an empty name",
			/^Give every field a name\.$/,
		);
	});

	it.each([
		['beside other fields', { a: { $integer: 'KgAAAAAAAAA=', unit: 'm' } }, 'a.$integer'],
		['as the arguments themselves', { $integer: 'KgAAAAAAAAA=' }, '$integer'],
		['of a type that Convex no longer has', { a: { $set: [] } }, 'a.$set'],
		['of a value that only the deployment knows', { a: { $commitTs: null } }, 'a.$commitTs'],
	])('an encoded value is refused %s', (_what, args, place) => {
		expectRefusal(
			encode(args),
			`'Arguments (JSON)': '${place}' has a name that starts with '$'`,
			/^Convex reserves such names\./,
		);
	});
});

describe('an encoded value that Convex cannot decode', () => {
	it.each([
		['an int64 of too few bytes', { $integer: 'Kg==' }, '$integer'],
		['an int64 in digits', { $integer: '42' }, '$integer'],
		['an int64 that is a number', { $integer: 42 }, '$integer'],
		['an int64 of eight bytes that are no base64', { $integer: '!!!!!!!!!!!=' }, '$integer'],
		['a number of nothing', { $float: null }, '$float'],
		['a number that JSON can say', { $float: 'AAAAAAAA+D8=' }, '$float'],
		['bytes in a list', { $bytes: [1, 2] }, '$bytes'],
		['bytes with a line break', { $bytes: 'YWJj\n' }, '$bytes'],
	])('%s is refused', (_what, value, type) => {
		expectRefusal(
			encode({ user: { tags: [value] } }),
			`'Arguments (JSON)': 'user.tags[0]' has a '${type}' that Convex cannot decode`,
			/^'\$integer' and '\$float' take 8 bytes in base64 .*'\$bytes' takes base64\.$/,
		);
	});
});

describe('a value that JSON would silently replace by null', () => {
	it('an invalid date is refused', () => {
		expectRefusal(
			encode({ at: new Date(Number.NaN) }),
			"'Arguments (JSON)': 'at' is an invalid date",
			/^Check where it comes from\.$/,
		);
	});

	it('an invalid date that n8n made a text of is refused', () => {
		expectRefusal(
			encode({ task: { at: 'Invalid DateTime' } }),
			"'Arguments (JSON)': 'task.at' is an invalid date",
			/^Check where it comes from\.$/,
		);
	});

	it('a gap in an array is refused, and an element that is undefined', () => {
		// eslint-disable-next-line no-sparse-arrays -- the gap is what is tested
		const withGap = [1, , 3];
		for (const list of [withGap, [1, undefined]]) {
			expectRefusal(
				encode({ list }),
				"'Arguments (JSON)': 'list[1]' is missing",
				/^The expression gives nothing here: check that what it refers to is there, or have it give null\.$/,
			);
		}
	});
});

describe('a value that Convex does not know', () => {
	it.each([
		['a function', () => 1, 'a function'],
		['a symbol', Symbol('a'), 'a symbol'],
		['a Map', new Map([['a', 1]]), 'a Map object'],
		['a Set', new Set([1]), 'a Set object'],
		['a regular expression', /a/, 'a RegExp object'],
		['an instance of a class', new Task(), 'a Task object'],
	])('%s is refused', (_what, value, kind) => {
		expectRefusal(
			encode({ user: { tags: ['a', 'b', 'c', value] } }),
			`'Arguments (JSON)': 'user.tags[3]' is ${kind}`,
			/^Convex has no such type\.$/,
		);
	});

	it.each([
		['an embedding', new Float32Array([0.5]), 'a Float32Array object'],
		['whole numbers', new Uint16Array([1]), 'a Uint16Array object'],
		['whole numbers with a sign', new Int32Array([1]), 'an Int32Array object'],
	])('%s is not stored as the bytes that it is kept in', (_what, value, kind) => {
		expectRefusal(
			encode({ embedding: value }),
			`'Arguments (JSON)': 'embedding' is ${kind}`,
			/Array\.from/,
		);
	});

	it.each(['\ud83d', 'cut \ud83d', '\udc4b wave', '\udc4b\ud83d'])(
		'the text %j is refused for its half of a character',
		(text) => {
			expectRefusal(
				encode({ user: { names: [{ last: text }] } }),
				"'Arguments (JSON)': 'user.names[0].last' contains half of a Unicode character",
				/^The text was probably cut in the middle of an emoji\. Cut it elsewhere, or apply \.toWell/,
			);
		},
	);
});
