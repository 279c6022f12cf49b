import { defineSchema, defineTable, queryGeneric } from 'convex/server';
import { v, type PropertyValidators } from 'convex/values';
import { refusedModule, refusedSchema } from '../../../emulator/deployable';

const handler = () => null;

const taking = (args: PropertyValidators) => ({ list: queryGeneric({ args, handler }) });

describe('a module that Convex does not deploy', () => {
	it('has a function whose arguments are no object', () => {
		const args = v.union(v.object({ a: v.number() }), v.object({ b: v.number() }));
		const module = { sum: 1, list: queryGeneric({ args, handler }) };
		expect(refusedModule(module)).toBe('list: Args validator must be an object or any');
	});

	it.each<[name: string, why: string]>([
		['a.b', "Identifier a.b has invalid character '.'"],
		['2nd', "Invalid first character '2' in 2nd"],
		['größe', "Identifier größe has invalid character 'ö'"],
		['', 'Identifier cannot be empty'],
		['__', 'Identifier __ cannot have exclusively underscores'],
		['a'.repeat(65), 'Identifier is too long (65 > maximum 64)'],
	])('names a field %j, at any depth, in arguments, results and tables', (name, why) => {
		const field = v.object({ [name]: v.number() });
		for (const args of [{ [name]: v.number() }, { rows: v.array(v.union(v.null(), field)) }]) {
			expect(refusedModule(taking(args))).toContain(`list: ${why}`);
		}
		const module = { add: queryGeneric({ args: {}, returns: field, handler: () => ({}) }) };
		expect(refusedModule(module)).toContain(`add: ${why}`);
		const schema = defineSchema({ rows: defineTable({ cells: v.record(v.string(), field) }) });
		expect(refusedSchema(exported(schema))).toContain(`table rows: ${why}`);
	});
});

it('a module and a schema with names that Convex takes can be deployed', () => {
	const field = v.optional(v.object({ _private: v.any(), [`${'a'.repeat(64)}`]: v.id('rows') }));
	expect(refusedModule(taking({ field }))).toBeUndefined();
	expect(refusedModule({ list: queryGeneric(handler), other: 5 })).toBeUndefined();
	const schema = defineSchema({ rows: defineTable({ field }), any: defineTable(v.any()) });
	expect(refusedSchema(exported(schema))).toBeUndefined();
});

function exported(schema: object): string {
	return (schema as { export: () => string }).export();
}
