import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import {
	declaredFields,
	fieldsOfDocuments,
	type TableFields,
} from '../../../../nodes/Convex/convex/documents/tableFields';
import { describeValidator } from '../../../../nodes/Convex/convex/values/validator';

/** A schema as Convex's own library exports it, in the text that the deployment keeps. */
function exported(schema: object): string {
	return (schema as { export: () => string }).export();
}

const SCHEMA = exported(
	defineSchema({
		tasks: defineTable({ title: v.string(), count: v.optional(v.int64()) }),
		shapes: defineTable(
			v.union(
				v.object({ kind: v.literal('circle'), radius: v.number() }),
				v.object({ kind: v.literal('square'), side: v.number(), name: v.optional(v.string()) }),
			),
		),
		anything: defineTable(v.any()),
	}),
);

function shown(fields: TableFields | undefined) {
	return [...(fields?.fields ?? [])].map(
		([name, { validator, optional }]) =>
			`${name}${optional ? '?' : ''}: ${describeValidator(validator)}`,
	);
}

describe('the fields that a schema declares', () => {
	it('are those of the table, with their types', () => {
		const fields = declaredFields({ active: SCHEMA }, 'tasks');
		expect(fields?.source).toBe('schema');
		expect(shown(fields)).toEqual(['title: string', 'count?: int64']);
	});

	it('are those of all types of documents, optional where one of them lacks the field', () => {
		expect(shown(declaredFields({ active: SCHEMA }, 'shapes'))).toEqual([
			'kind: "circle" or "square"',
			'radius?: number',
			'side?: number',
			'name?: string',
		]);
	});

	it.each([
		['a table that may hold anything', SCHEMA, 'anything'],
		['a table that is not in it', SCHEMA, 'tsaks'],
		['a text that is no schema', '{"tables":', 'tasks'],
		['an answer of another form', '{"tables":{"tasks":[]}}', 'tasks'],
		['a list of other things', '{"tables":[null,7,{"tableName":"tasks"}]}', 'tasks'],
		['a table with the name of a built-in', SCHEMA, 'constructor'],
	])('are not known of %s', (_what, schema, table) => {
		expect(declaredFields({ active: schema }, table)).toBeUndefined();
	});

	it('are not enforced where the schema says so', () => {
		const schema = exported(
			defineSchema({ tasks: defineTable({ title: v.string() }) }, { schemaValidation: false }),
		);
		expect(declaredFields({ active: schema }, 'tasks')?.source).toBe('loose');
	});
});

describe('the fields of documents', () => {
	it('are all that any of them has, with their types, and never required', () => {
		const fields = fieldsOfDocuments([
			{ _id: 'a', _creationTime: 1, name: 'Ada', age: 36, big: { $integer: 'KgAAAAAAAAA=' } },
			{ _id: 'b', _creationTime: 2, name: null, data: { $bytes: '' }, list: [1], nested: { a: 1 } },
		]);
		expect(fields.source).toBe('documents');
		expect(shown(fields)).toEqual([
			'name?: string or null',
			'age?: number',
			'big?: int64',
			'data?: bytes',
			'list?: array of any',
			'nested?: record',
		]);
	});

	it('may be anything where all that are known are null', () => {
		const fields = fieldsOfDocuments([
			{ _id: 'a', _creationTime: 1, note: null },
			{ _id: 'b', _creationTime: 2, note: null },
		]);
		expect(shown(fields)).toEqual(['note?: any']);
	});

	it('are nothing where there are no documents', () => {
		expect(fieldsOfDocuments([]).source).toBe('nothing');
		expect(fieldsOfDocuments([{ _id: 'a', _creationTime: 1 }, 'broken', null]).source).toBe(
			'nothing',
		);
	});
});
