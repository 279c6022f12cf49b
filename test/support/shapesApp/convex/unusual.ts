import {
	actionGeneric as action,
	mutationGeneric as mutation,
	paginationOptsValidator,
	queryGeneric as query,
} from 'convex/server';
import { v } from 'convex/values';

/** Functions whose arguments are unusual, and give them back. */

export const listed = query({ args: { list: v.array(v.string()) }, handler: (_ctx, args) => args });

const paginated = { paginationOpts: paginationOptsValidator };

export const migrate = mutation({
	args: paginated,
	handler: (_ctx, args) => Promise.resolve(args),
});
export const migrateInAction = action({
	args: paginated,
	handler: (_ctx, args) => Promise.resolve(args),
});
export const migrateNothing = mutation({
	args: {},
	handler: (_ctx, args) => Promise.resolve(args),
});

export const page = query({
	args: { ...paginated, values: v.optional(v.array(v.string())) },
	handler: async (ctx, { paginationOpts }) => await ctx.db.query('shapes').paginate(paginationOpts),
});

export const user = query({
	args: { user: v.object({ name: v.string(), nick: v.string() }), number: v.optional(v.number()) },
	handler: (_ctx, args) => args,
});

export const kinds = mutation({
	args: {
		rows: v.array(
			v.union(
				v.object({ kind: v.literal('a'), n: v.int64() }),
				v.object({ kind: v.literal('b'), s: v.string() }),
			),
		),
		big: v.optional(v.int64()),
	},
	handler: (_ctx, args) => Promise.resolve(args.rows),
});
