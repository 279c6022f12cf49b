import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { mutation, query } from './_generated/server';

const DEFAULT_GROUP = 'all';
const group = v.optional(v.string());

/** Adds this many documents to a group, numbered on from those it has; returns how many it has then. */
export const fill = mutation({
	args: { count: v.number(), group },
	returns: v.number(),
	handler: async (ctx, { count, group: name = DEFAULT_GROUP }) => {
		const existing = await ctx.db
			.query('documents')
			.withIndex('by_group', (q) => q.eq('group', name))
			.collect();
		const first = 1 + Math.max(0, ...existing.map(({ number }) => number));
		for (let number = first; number < first + count; number++) {
			await ctx.db.insert('documents', { group: name, number });
		}
		return existing.length + count;
	},
});

export const remove = mutation({
	args: { numbers: v.array(v.number()), group },
	returns: v.null(),
	handler: async (ctx, { numbers, group: name = DEFAULT_GROUP }) => {
		const documents = await ctx.db
			.query('documents')
			.withIndex('by_group', (q) => q.eq('group', name))
			.collect();
		for (const { _id, number } of documents) {
			if (numbers.includes(number)) await ctx.db.delete(_id);
		}
		return null;
	},
});

export const count = query({
	args: { group },
	returns: v.number(),
	handler: async (ctx, { group: name = DEFAULT_GROUP }) => {
		const documents = await ctx.db
			.query('documents')
			.withIndex('by_group', (q) => q.eq('group', name))
			.collect();
		return documents.length;
	},
});

/** The documents of a group in the order they were added, or only each nth. */
export const page = query({
	args: {
		paginationOpts: paginationOptsValidator,
		group,
		multiplesOf: v.optional(v.number()),
	},
	returns: paginationResultValidator(v.any()),
	handler: async (ctx, { paginationOpts, group: name = DEFAULT_GROUP, multiplesOf = 1 }) =>
		await ctx.db
			.query('documents')
			.withIndex('by_group', (q) => q.eq('group', name))
			.filter((q) => q.eq(q.mod(q.field('number'), multiplesOf), 0))
			.paginate(paginationOpts),
});
