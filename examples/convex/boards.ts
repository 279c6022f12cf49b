import { v, type Value } from 'convex/values';
import { mutation, query } from './_generated/server';

/** Puts any value on a board, in the place of the one that is there. */
export const put = mutation({
	args: { name: v.string(), value: v.any() },
	returns: v.null(),
	handler: async (ctx, { name, value }) => {
		const board = await ctx.db
			.query('boards')
			.withIndex('by_name', (q) => q.eq('name', name))
			.unique();
		if (board === null) await ctx.db.insert('boards', { name, value: value as Value });
		else await ctx.db.patch(board._id, { value: value as Value });
		return null;
	},
});

export const read = query({
	args: { name: v.string() },
	handler: async (ctx, { name }) => {
		const board = await ctx.db
			.query('boards')
			.withIndex('by_name', (q) => q.eq('name', name))
			.unique();
		return (board?.value ?? null) as Value;
	},
});
