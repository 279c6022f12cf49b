import { v } from 'convex/values';
import {
	alternativesOf,
	describeValidator,
	parseValidator,
	requiredFirst,
	type Validator,
} from '../../../../nodes/Convex/convex/values/validator';
import { arrayOf, idOf, literal, objectOf, optional, recordOf, unionOf } from './validators';

/** What a builder of convex/values says to the deployment. */
const written = (builder: object): unknown => {
	if ('json' in builder) return builder.json;
	throw new Error('Expected a builder that writes JSON');
};

describe('the JSON of a validator', () => {
	it.each<[json: unknown, Validator]>([
		[{ type: 'any' }, { type: 'any' }],
		[{ type: 'null' }, { type: 'null' }],
		[{ type: 'string' }, { type: 'string' }],
		[{ type: 'number' }, { type: 'number' }],
		[{ type: 'boolean' }, { type: 'boolean' }],
		[{ type: 'bytes' }, { type: 'bytes' }],
		[{ type: 'bigint' }, { type: 'int64' }],
		[{ type: 'commitTs' }, { type: 'int64' }],
		[
			{ type: 'id', tableName: 'tasks' },
			{ type: 'id', tableName: 'tasks' },
		],
		[
			{ type: 'array', value: { type: 'bigint' } },
			{ type: 'array', element: { type: 'int64' } },
		],
		[
			{
				type: 'record',
				keys: { type: 'id', tableName: 'tasks' },
				values: { fieldType: { type: 'number' }, optional: false },
			},
			{ type: 'record', key: { type: 'id', tableName: 'tasks' }, value: { type: 'number' } },
		],
		[
			{ type: 'union', value: [{ type: 'string' }, { type: 'bigint' }] },
			{ type: 'union', members: [{ type: 'string' }, { type: 'int64' }] },
		],
		[
			{ type: 'union', value: [] },
			{ type: 'union', members: [] },
		],
		[
			{
				type: 'object',
				value: {
					body: { fieldType: { type: 'string' }, optional: false },
					count: { fieldType: { type: 'bigint' }, optional: true },
				},
			},
			objectOf({ body: { type: 'string' }, count: optional({ type: 'int64' }) }),
		],
		[{ type: 'object', value: {} }, objectOf({})],
	])('%j is read', (json, validator) => {
		expect(parseValidator(json)).toEqual(validator);
	});

	it.each([
		['a', 'a'],
		['', ''],
		[1.5, 1.5],
		[0, 0],
		[true, true],
		[false, false],
		[{ $integer: 'KgAAAAAAAAA=' }, 42n],
		[{ $integer: '//////////8=' }, -1n],
		[{ $float: 'AAAAAAAA8H8=' }, Number.POSITIVE_INFINITY],
		[{ $float: 'AAAAAAAAAIA=' }, -0],
	])('of the literal %j is its value', (value, expected) => {
		expect(parseValidator({ type: 'literal', value })).toEqual(literal(expected));
	});

	it('is read in the form the builders of convex/values write', () => {
		const json = written(
			v.object({
				author: v.id('users'),
				at: v.optional(v.number()),
				seen: v.record(v.id('users'), v.array(v.int64())),
				kind: v.union(v.literal('a'), v.literal(1n), v.literal(true), v.null()),
				never: v.union(),
				file: v.optional(v.nullable(v.bytes())),
				done: v.boolean(),
				version: v.commitTs(),
				nested: v.object({ text: v.string(), more: v.optional(v.any()) }),
			}),
		);
		expect(parseValidator(json)).toEqual(
			objectOf({
				author: idOf('users'),
				at: optional({ type: 'number' }),
				seen: recordOf(idOf('users'), arrayOf({ type: 'int64' })),
				kind: unionOf(literal('a'), literal(1n), literal(true), { type: 'null' }),
				never: unionOf(),
				file: optional(unionOf({ type: 'bytes' }, { type: 'null' })),
				done: { type: 'boolean' },
				version: { type: 'int64' },
				nested: objectOf({ text: { type: 'string' }, more: optional({ type: 'any' }) }),
			}),
		);
	});

	it('keeps the order of the fields', () => {
		const json = written(v.object({ z: v.any(), a: v.any(), m: v.any() }));
		const validator = parseValidator(json);
		expect(validator.type === 'object' && [...validator.fields.keys()]).toEqual(['z', 'a', 'm']);
	});

	it('may have fields that are called as what objects have by themselves', () => {
		const json: unknown = JSON.parse(
			'{"type":"object","value":{"__proto__":{"fieldType":{"type":"null"},"optional":true}}}',
		);
		const validator = parseValidator(json);
		expect(validator.type === 'object' && [...validator.fields]).toEqual([
			['__proto__', { validator: { type: 'null' }, optional: true }],
		]);
	});
});

describe('what a later version of Convex may write', () => {
	it.each([
		[undefined],
		[null],
		['string'],
		[[{ type: 'string' }]],
		[{}],
		[{ type: null }],
		[{ type: 'decimal' }],
		[{ type: 'toString' }],
		[{ type: 'int64' }],
		[{ type: 'literal' }],
		[{ type: 'literal', value: null }],
		[{ type: 'literal', value: ['a'] }],
		[{ type: 'literal', value: { a: 1 } }],
		[{ type: 'literal', value: { $bytes: 'AA==' } }],
	])('%j is taken as any', (json) => {
		expect(parseValidator(json)).toEqual({ type: 'any' });
	});

	it.each<[json: unknown, Validator]>([
		[{ type: 'array' }, arrayOf({ type: 'any' })],
		[{ type: 'array', value: { type: 'set' } }, arrayOf({ type: 'any' })],
		[{ type: 'record' }, recordOf({ type: 'any' }, { type: 'any' })],
		[{ type: 'union' }, unionOf()],
		[
			{ type: 'union', value: [{ type: 'null' }, { type: 'decimal' }] },
			unionOf({ type: 'null' }, { type: 'any' }),
		],
		[{ type: 'object' }, objectOf({})],
		[
			{ type: 'object', value: { a: { fieldType: { type: 'decimal' }, optional: true }, b: 1 } },
			objectOf({ a: optional({ type: 'any' }), b: { type: 'any' } }),
		],
		[
			{ type: 'object', value: { a: { fieldType: { type: 'null' } } } },
			objectOf({ a: { type: 'null' } }),
		],
	])('%j is read as far as it is known', (json, validator) => {
		expect(parseValidator(json)).toEqual(validator);
	});
});

describe('the fields for people', () => {
	it('are the required ones first, and else in their order', () => {
		const { fields } = objectOf({
			limit: optional({ type: 'number' }),
			to: { type: 'string' },
			cc: optional({ type: 'string' }),
			body: { type: 'string' },
		});
		expect(requiredFirst(fields)).toEqual([
			['to', { validator: { type: 'string' }, optional: false }],
			['body', { validator: { type: 'string' }, optional: false }],
			['limit', { validator: { type: 'number' }, optional: true }],
			['cc', { validator: { type: 'string' }, optional: true }],
		]);
		expect([...fields.keys()]).toEqual(['limit', 'to', 'cc', 'body']);
	});

	it('may be none', () => {
		expect(requiredFirst(new Map())).toEqual([]);
	});
});

describe('the words for a type', () => {
	it.each<[words: string, Validator]>([
		['any', { type: 'any' }],
		['null', { type: 'null' }],
		['string', { type: 'string' }],
		['number', { type: 'number' }],
		['boolean', { type: 'boolean' }],
		['int64', { type: 'int64' }],
		['bytes', { type: 'bytes' }],
		['ID of tasks', idOf('tasks')],
		['"a \\"b\\""', literal('a "b"')],
		['1.5', literal(1.5)],
		['false', literal(false)],
		['42n', literal(42n)],
		['array of number', arrayOf({ type: 'number' })],
		['array of array of ID of tasks', arrayOf(arrayOf(idOf('tasks')))],
		['record', recordOf({ type: 'string' }, { type: 'number' })],
		['object {a}', objectOf({ a: { type: 'string' } })],
		['"a" or 1n or null', unionOf(literal('a'), literal(1n), { type: 'null' })],
		[
			'string or number or null',
			unionOf({ type: 'string' }, unionOf({ type: 'number' }, { type: 'null' })),
		],
	])('are: %s', (words, validator) => {
		expect(describeValidator(validator)).toBe(words);
	});
});

describe('the alternatives', () => {
	it('of a union are its members, those of unions in it too', () => {
		const tags = arrayOf(unionOf({ type: 'string' }, { type: 'null' }));
		expect(
			alternativesOf(unionOf(literal('a'), unionOf(unionOf({ type: 'number' }), tags), idOf('t'))),
		).toEqual([literal('a'), { type: 'number' }, tags, idOf('t')]);
	});

	it('of an empty union are none', () => {
		expect(alternativesOf(unionOf(unionOf(), unionOf()))).toEqual([]);
	});

	it('of anything else are itself', () => {
		expect(alternativesOf({ type: 'string' })).toEqual([{ type: 'string' }]);
	});
});
