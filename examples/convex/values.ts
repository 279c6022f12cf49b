import { v, type Value } from 'convex/values';
import { mutation, query } from './_generated/server';

/** The type a value has when it arrives in a function, in Convex's words. */
function typeOf(value: Value): string {
	if (value === null) return 'null';
	if (typeof value === 'bigint') return 'int64';
	if (typeof value === 'number') return Object.is(value, -0) ? 'negative zero' : 'float64';
	if (value instanceof ArrayBuffer) return 'bytes';
	if (Array.isArray(value)) return 'array';
	return typeof value;
}

export const echo = query({
	args: { value: v.any() },
	handler: async (_ctx, { value }) => value as Value,
});

export const echoMutation = mutation({
	args: { value: v.any() },
	handler: async (_ctx, { value }) => value as Value,
});

export const describe = query({
	args: { value: v.any() },
	handler: async (_ctx, { value }) => ({ type: typeOf(value), value: value as Value }),
});

/** Has no validator: takes whatever comes and names what came. */
export const describeAll = query(async (_ctx, args: Record<string, Value>) =>
	Object.fromEntries(Object.entries(args).map(([name, value]) => [name, typeOf(value)])),
);

/** Takes a list of anything, with something beside it, and gives the list, or what is asked for. */
export const echoList = query({
	args: { values: v.array(v.any()), result: v.optional(v.any()) },
	handler: async (_ctx, { values, result }) => (result ?? values) as Value,
});

/** Arguments of every kind that take a list, and some that take none. */
export const lists = query({
	args: {
		anything: v.optional(v.any()),
		ids: v.optional(v.array(v.id('tasks'))),
		nullable: v.optional(v.union(v.null(), v.array(v.string()))),
		rows: v.optional(
			v.array(
				v.object({ big: v.int64(), at: v.optional(v.number()), note: v.optional(v.string()) }),
			),
		),
		several: v.optional(v.union(v.array(v.int64()), v.array(v.string()))),
		total: v.optional(v.int64()),
		text: v.optional(v.string()),
	},
	handler: async (_ctx, args) => args,
});

export const typed = query({
	args: {
		text: v.string(),
		number: v.number(),
		flag: v.boolean(),
		big: v.int64(),
		bytes: v.bytes(),
		nothing: v.null(),
		list: v.array(v.string()),
		object: v.object({ inner: v.number() }),
		record: v.optional(v.record(v.string(), v.number())),
		literal: v.optional(v.union(v.literal('a'), v.literal(2), v.literal(3n))),
	},
	handler: async (_ctx, args) => args,
});

/** One argument of every kind of validator, for the form that n8n makes of them. */
export const everyKind = query({
	args: {
		text: v.string(),
		number: v.number(),
		flag: v.boolean(),
		big: v.int64(),
		bytes: v.bytes(),
		task: v.id('tasks'),
		choice: v.union(v.literal('low'), v.literal('high')),
		exactly: v.literal(3n),
		object: v.object({ inner: v.number(), big: v.optional(v.int64()) }),
		list: v.array(v.int64()),
		record: v.record(v.string(), v.number()),
		anything: v.any(),
		nullable: v.union(v.string(), v.null()),
		shapes: v.union(
			v.object({ kind: v.literal('circle'), radius: v.number() }),
			v.object({ kind: v.literal('square'), side: v.int64() }),
		),
		mixed: v.union(v.int64(), v.string()),
		note: v.optional(v.string()),
		limit: v.optional(v.union(v.number(), v.null())),
	},
	handler: async (_ctx, args) => args,
});
