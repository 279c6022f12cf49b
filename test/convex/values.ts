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
