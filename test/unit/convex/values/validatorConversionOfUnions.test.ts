import type { Validator } from '../../../../nodes/Convex/convex/values/validator';
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

const convert = (validator: Validator, value: unknown) => convertValue(validator, value, () => 7);

const STRING: Validator = { type: 'string' };
const NUMBER: Validator = { type: 'number' };
const INT64: Validator = { type: 'int64' };
const NULL: Validator = { type: 'null' };
const BOOLEAN: Validator = { type: 'boolean' };
const BYTES: Validator = { type: 'bytes' };

const DATE_TEXT = '1970-01-01T00:00:00.005Z';

describe('a value for a union', () => {
	const A = objectOf({ kind: literal('a'), count: INT64 });
	const B = objectOf({ kind: literal('b'), count: NUMBER });

	it.each<[how: string, value: unknown, converted: unknown, members: Validator[]]>([
		['text stays text', '42', '42', [INT64, NUMBER, STRING]],
		['a number stays one', 42, 42, [INT64, STRING, NUMBER]],
		['true stays true', true, true, [STRING, BOOLEAN]],
		['null stays null', null, null, [STRING, NULL]],
		['a bigint stays one', 1n, 1n, [STRING, INT64]],
		['a date text stays text', '2026-01-31', '2026-01-31', [NUMBER, STRING]],
		['JSON text stays text', '[1]', '[1]', [arrayOf(NUMBER), STRING]],
		['a literal stays one', '1', '1', [NUMBER, literal('1')]],
		['an array goes to the array that it fits', ['1'], ['1'], [arrayOf(INT64), arrayOf(STRING)]],
		['an encoded value is passed on', { $bytes: 'AA==' }, { $bytes: 'AA==' }, [STRING, BYTES]],
		['what is inside a union in it counts', '1', '1', [INT64, unionOf(NULL, STRING)]],
		['anything stays where any may be', '1', '1', [INT64, { type: 'any' }]],
		['text becomes what comes first', '42', 42n, [INT64, NUMBER]],
		['text becomes what comes first', '42', 42, [NULL, NUMBER, INT64]],
		['what one member refuses goes to the next', '1.5', 1.5, [INT64, NUMBER]],
		['a date becomes milliseconds', new Date(5), 5, [STRING, NULL, NUMBER]],
		['a date becomes text where no number may be', new Date(5), DATE_TEXT, [NULL, STRING]],
		['JSON text becomes an array', '["1"]', [1n], [NULL, arrayOf(INT64)]],
		['the text of a literal becomes it', '2', 2n, [literal(1n), literal(2n)]],
		['a number becomes an int64', { n: 1 }, { n: 1n }, [NULL, objectOf({ n: INT64 })]],
		['an object goes by its literal', { kind: 'b', count: '1' }, { kind: 'b', count: 1 }, [A, B]],
		['an object goes by its literal', { kind: 'a', count: '1' }, { kind: 'a', count: 1n }, [B, A]],
		[
			'an object goes by its fields',
			{ b: '1' },
			{ b: 1n },
			[objectOf({ a: STRING }), objectOf({ b: INT64 })],
		],
	])('%s: %p becomes %p', (_how, value, converted, members) => {
		expect(convert(unionOf(...members), value)).toEqual(converted);
	});

	it.each<[words: string, value: unknown, members: Validator[]]>([
		["text ('x'), not number or int64 or null", 'x', [NUMBER, INT64, NULL]],
		['text (\'c\'), not "a" or "b"', 'c', [literal('a'), unionOf(literal('b'))]],
		[
			'an object, not ID of tasks or array of ID of tasks',
			{},
			[idOf('tasks'), arrayOf(idOf('tasks'))],
		],
		['null, not string or int64', null, [STRING, INT64]],
		[
			'an object, not object {a} or object {b}',
			{ a: 1, b: '1' },
			[objectOf({ a: STRING }), objectOf({ b: INT64 })],
		],
	])('is refused where no member takes it: %s', (words, value, members) => {
		expectRefusal(
			() => convert(unionOf(...members), value),
			`${VALUE_SUBJECT} is ${words}`,
			/^None of these types takes this value\.$/,
		);
	});

	it.each<[words: string, value: unknown]>([
		['value.kind\' is text (\'c\'), not "a" or "b"', { kind: 'c', count: 1 }],
		["value' lacks 'kind', which the function requires", { count: 1 }],
		["value' has 'more', which the function does not take", { kind: 'a', count: 1, more: 2 }],
		["value' lacks 'count', which the function requires", { kind: 'b' }],
	])('that is one of several objects is refused for what is wrong in it: %s', (words, value) => {
		expect(failureOf(() => convert(unionOf(A, B, NULL), value)).message).toBe(
			`'Arguments': '${words}`,
		);
	});

	it('is without what is empty and only another object has where a literal says which it is', () => {
		const one = objectOf({ kind: literal('one'), a: NUMBER });
		const other = objectOf({ kind: literal('other'), b: NUMBER, c: STRING });
		const convertAny = (value: unknown) => convert(unionOf(one, other), value);
		const given = { kind: 'one', a: '1' };
		expect(convertAny({ ...given, b: null, c: '' })).toEqual({ kind: 'one', a: 1 });
		// What is empty stays where it fits.
		const kept = { kind: 'other', b: 1, c: '' };
		expect(convertAny({ ...kept, a: '', b: '1' })).toEqual(kept);
		expect(failureOf(() => convertAny({ ...given, d: '' })).message).toMatch(/ has 'd', which/);
	});

	it.each<[how: string, value: unknown, members: Validator[]]>([
		[
			'null of another object',
			{ a: 'x', b: null },
			[objectOf({ a: STRING }), objectOf({ b: unionOf(NULL, NUMBER), c: NUMBER })],
		],
		[
			'null, and something is missing',
			{ id: 1, title: null },
			[objectOf({ id: NUMBER }), objectOf({ id: NUMBER, title: unionOf(STRING, NULL), n: NUMBER })],
		],
		[
			'empty text of another object',
			{ title: 'T', due: '' },
			[
				objectOf({ title: STRING }),
				objectOf({ title: optional(STRING), due: unionOf(NUMBER, NULL) }),
			],
		],
		[
			'null of another object with the same literal',
			{ kind: 'a', x: 1, y: null },
			[
				objectOf({ kind: literal('a'), x: NUMBER }),
				objectOf({ kind: literal('a'), y: NUMBER }),
				objectOf({ kind: literal('b') }),
			],
		],
		[
			'no literal, which a record does not need',
			{ x: '5', y: 'a' },
			[objectOf({ kind: literal('a') }), recordOf(STRING, NUMBER)],
		],
		[
			'no literal, which neither an object nor a record needs',
			{ x: '5', y: 'a' },
			[objectOf({ kind: optional(literal('a')) }), recordOf(STRING, NUMBER)],
		],
	])('is not cut down to the object that comes first: %s', (_how, value, members) => {
		const failure = failureOf(() => convert(unionOf(...members), value));
		expect(failure.message).toMatch(/^'Arguments': 'value' is an object, not object /);
		expect(failure.description).toBe('None of these types takes this value.');
	});

	it.each<[text: string, words: string]>([
		['{"kind": "a", count: 1}', "' is not valid JSON: invalid symbol at line 1, column 15"],
		[
			'{"kind": "a", "count": 9007199254740993}',
			".count' is a whole number beyond 2^53, which a number would round",
		],
	])('is refused for the fault of a JSON text: %s', (text, words) => {
		const failure = failureOf(() => convert(unionOf(A, B, NULL), text));
		expect(failure.message).toBe(`'Arguments': 'value${words}`);
	});

	it.each<[words: string, value: unknown, member: Validator]>([
		["value' is text ('x'), not a number", 'x', NUMBER],
		[
			"value' is a whole number beyond 2^53, which a number would round",
			'9007199254740993',
			NUMBER,
		],
		["value.count' is text ('x'), not a number", { kind: 'b', count: 'x' }, B],
		[
			"value[1].count' is null, not a number",
			[
				{ kind: 'b', count: 1 },
				{ kind: 'b', count: null },
			],
			arrayOf(B),
		],
	])('is refused for what one type takes beside null: %s', (words, value, member) => {
		for (const members of [
			[member, NULL],
			[NULL, unionOf(member)],
		]) {
			expect(failureOf(() => convert(unionOf(...members), value)).message).toBe(
				`'Arguments': '${words}`,
			);
		}
	});

	it.each([
		['converted', 7],
		['refused', undefined],
	])('is met once by the member that is meant, however deep: %s', (_what, milliseconds) => {
		let asked = 0;
		const parseDate = () => {
			asked += 1;
			return milliseconds;
		};
		let validator = unionOf(NUMBER);
		let value: unknown = '2026-01-31';
		let expected: unknown = milliseconds;
		for (let level = 0; level < 20; level++) {
			const kinds = ['a', 'b', 'c'].map((kind) =>
				objectOf({ data: validator, kind: literal(kind), [`of${kind}`]: optional(NUMBER) }),
			);
			validator = unionOf(NULL, ...kinds);
			// As a row has it, with the cells of others.
			value = { data: value, kind: 'c', ofa: null };
			expected = { data: expected, kind: 'c' };
		}
		const convertAll = () => convertValue(validator, value, parseDate);
		if (milliseconds === undefined) expect(convertAll).toThrow(/data/);
		else expect(convertAll()).toEqual(expected);
		expect(asked).toBe(1);
	});

	it('keeps the order of the fields, whichever distinguish the members', () => {
		const validator = unionOf(A, objectOf({ data: arrayOf(INT64), kind: literal('d') }));
		const converted = convert(validator, { kind: 'd', data: ['1'] });
		expect(JSON.stringify(Object.keys(Object(converted)))).toBe('["data","kind"]');
	});

	it('of objects may tell them apart by a name that every object inherits', () => {
		const byConstructor = (tag: string) => objectOf({ constructor: literal(tag), x: NUMBER });
		const union = unionOf(byConstructor('a'), byConstructor('b'));
		expect(failureOf(() => convert(union, { x: 1 })).message).toContain("lacks 'constructor'");
	});

	it('of objects is no encoded int64, which looks like one', () => {
		const { message } = failureOf(() => convert(unionOf(A, B), { $integer: 'BQAAAAAAAAA=' }));
		expect(message).not.toContain("lacks 'kind'");
	});

	it('that does not exist is refused', () => {
		expect(failureOf(() => convert(unionOf(), 'x')).message).toMatch(
			/^'Arguments': 'value' is text/,
		);
	});

	it('is not taken for refused when something else fails', () => {
		const broken = () => {
			throw new TypeError('no such time zone');
		};
		expect(() => convertValue(unionOf(NUMBER, NULL), '2026-01-31', broken)).toThrow(
			new TypeError('no such time zone'),
		);
	});
});
