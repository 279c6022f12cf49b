import { mutationGeneric as mutation, queryGeneric as query } from 'convex/server';
import { v } from 'convex/values';

export const add = mutation({
	args: { label: v.string() },
	returns: v.null(),
	handler: async (ctx, { label }) => {
		await ctx.db.insert('marks', { label });
		return null;
	},
});

/** Adds many, and gives them back. */
export const addMany = mutation({
	args: { keys: v.array(v.string()) },
	returns: v.array(v.string()),
	handler: async (ctx, { keys }) => {
		for (const label of keys) await ctx.db.insert('marks', { label });
		return keys;
	},
});

export const count = query({
	args: {},
	returns: v.number(),
	handler: async (ctx) => (await ctx.db.query('marks').collect()).length,
});
