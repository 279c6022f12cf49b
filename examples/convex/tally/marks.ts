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

export const count = query({
	args: {},
	returns: v.number(),
	handler: async (ctx) => (await ctx.db.query('marks').collect()).length,
});
