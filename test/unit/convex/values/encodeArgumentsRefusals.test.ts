import { quote } from '../../../../nodes/Convex/convex/values/quote';
import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { expectRefusal, failureOf } from '../../refusal';

const SOURCE = "'Arguments (JSON)'";
const encode = (args: unknown) => () => encodeArguments(SOURCE, args);

/** A tower of objects or arrays, as high as asked for. */
const objects = (levels: number): unknown => (levels === 0 ? 1 : { a: objects(levels - 1) });
const arrays = (levels: number): unknown => (levels === 0 ? 1 : [arrays(levels - 1)]);
const fields = (count: number) =>
	Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]));

class Task {
	readonly name = 'a';
}

describe('arguments that are no object', () => {
	it.each([
		[null, 'null'],
		[undefined, 'missing'],
		['{}', 'text'],
		[5, 'a number'],
		[true, 'a boolean'],
		[[[{}]], 'an array'],
		[new Date(0), 'a Date object'],
		[new Map(), 'a Map object'],
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

	it('text, numbers, int64s and bytes are no level', () => {
		const tower = (levels: number, leaf: unknown): unknown =>
			levels === 0 ? leaf : [tower(levels - 1, leaf)];
		for (const leaf of ['text', 1, 1n, Number.NaN, new Uint8Array([1]), null]) {
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
		['$', "has a name that starts with '$'", /leave it out \('Fields to Send' → 'All Except'\)/],
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
		['an int64 without padding', { $integer: 'KgAAAAAAAAA' }, '$integer'],
		['an int64 of nothing', { $integer: '' }, '$integer'],
		['a number in digits', { $float: '1.5' }, '$float'],
		['a number that JSON can say', { $float: 'AAAAAAAA+D8=' }, '$float'],
		['bytes without padding', { $bytes: 'YQ' }, '$bytes'],
		['bytes with a line break', { $bytes: 'YWJj\n' }, '$bytes'],
	])('%s is refused', (_what, value, type) => {
		expectRefusal(
			encode({ user: { tags: [value] } }),
			`'Arguments (JSON)': 'user.tags[0]' has a '${type}' that Convex cannot decode`,
			/^'\$integer' and '\$float' take 8 bytes in base64 .*'\$bytes' takes base64\.$/,
		);
	});

	it.each([
		{ $integer: 42 },
		{ $float: null },
		{ $bytes: [1, 2] },
		{ $bytes: '!!!!' },
		{ $bytes: 'AA A' },
		{ $bytes: 'AA==AAAA' },
		{ $bytes: 'A===' },
		{ $integer: '!!!!!!!!!!!=' },
	])('%j is refused as it is no base64 of its type', (value) => {
		expectRefusal(
			encode({ a: value }),
			`'Arguments (JSON)': 'a' has a '${Object.keys(value)[0]}' that Convex cannot decode`,
			/^'\$integer' and '\$float' take 8 bytes in base64/,
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

	it('a gap in an array is refused', () => {
		expectRefusal(
			// eslint-disable-next-line no-sparse-arrays -- the gap is what is tested
			encode({ list: [1, , 3] }),
			"'Arguments (JSON)': 'list[1]' is missing",
			/^The expression gives nothing here: check that what it refers to is there, or have it give null\.$/,
		);
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

	it('an element that is undefined is refused, as a list has no gaps', () => {
		expect(failureOf(encode({ list: [1, undefined] })).message).toBe(
			"'Arguments (JSON)': 'list[1]' is missing",
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
