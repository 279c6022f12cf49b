/* eslint-disable no-console -- log lines of a Convex function are what is tested */
import { ConvexError, v } from 'convex/values';
import { api } from './_generated/api';
import { action, mutation, query } from './_generated/server';

export const throwError = query({
	args: { message: v.optional(v.string()) },
	handler: async (_ctx, { message }): Promise<null> => {
		console.warn('about to throw');
		throw new Error(message ?? 'boom');
	},
});

export const throwConvexError = query({
	args: { data: v.any() },
	handler: async (_ctx, { data }): Promise<null> => {
		throw new ConvexError(data);
	},
});

export const refuse = mutation({
	args: { data: v.any() },
	handler: async (_ctx, { data }) => {
		throw new ConvexError(data);
	},
});

export const writeThenThrow = mutation({
	args: { name: v.string() },
	handler: async (ctx, { name }) => {
		await ctx.db.insert('counters', { name, count: 1 });
		throw new Error('thrown after a write');
	},
});

export const actThenThrow = action({
	args: { name: v.string() },
	handler: async (ctx, { name }) => {
		await ctx.runMutation(api.counters.increment, { name });
		throw new Error('thrown after a mutation');
	},
});

/** Writes, and then returns what its validator refuses: the write is rolled back. */
export const badReturn = mutation({
	args: { name: v.string() },
	returns: v.number(),
	handler: async (ctx, { name }) => {
		await ctx.db.insert('counters', { name, count: 1 });
		return 'not a number' as unknown as number;
	},
});

/** Fails as long as something was counted an odd number of times. */
export const throwWhenOdd = query({
	args: { name: v.string() },
	handler: async (ctx, { name }) => {
		const counters = await ctx.db
			.query('counters')
			.withIndex('by_name', (q) => q.eq('name', name))
			.collect();
		const count = counters.reduce((sum, counter) => sum + counter.count, 0);
		if (count % 2 === 1) throw new ConvexError({ code: 'ODD', count });
		return count;
	},
});

/** Calls a mutation that calls a query, which throws an error, or a ConvexError with the data given. */
export const throwDeep = action({
	args: { data: v.optional(v.any()) },
	handler: async (ctx, args): Promise<null> => await ctx.runMutation(api.failures.passOn, args),
});

export const passOn = mutation({
	args: { data: v.optional(v.any()) },
	handler: async (ctx, { data }): Promise<null> =>
		data === undefined
			? await ctx.runQuery(api.failures.throwError, { message: 'kaboom' })
			: await ctx.runQuery(api.failures.throwConvexError, { data }),
});

/** Calls a function with arguments that it does not take. */
export const passOnWrongly = action({
	args: {},
	handler: async (ctx): Promise<null> =>
		await ctx.runQuery(api.failures.throwError, { message: 7 as unknown as string }),
});
