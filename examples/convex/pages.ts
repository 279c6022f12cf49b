import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { ConvexError, v, type Value } from 'convex/values';
import type { QueryCtx } from './_generated/server';
import { mutation, query } from './_generated/server';

/** One answer: for a cursor, and for an end cursor if one is named. */
const scriptedPage = v.object({
	cursor: v.union(v.string(), v.null()),
	endCursor: v.optional(v.string()),
	/** The cursor is invalid, each time. */
	invalid: v.optional(v.boolean()),
	page: v.optional(v.array(v.any())),
	isDone: v.optional(v.boolean()),
	continueCursor: v.optional(v.string()),
	splitCursor: v.optional(v.union(v.string(), v.null())),
	pageStatus: v.optional(
		v.union(v.literal('SplitRecommended'), v.literal('SplitRequired'), v.null()),
	),
});

/**
 * Gives the pages of a script: the one written for the cursor and end cursor that are asked for. With
 * `list`, its cursors become invalid, as of now, with each `pages:invalidateCursors` of that list.
 */
export const scripted = query({
	args: {
		paginationOpts: paginationOptsValidator,
		script: v.array(scriptedPage),
		list: v.optional(v.string()),
	},
	returns: paginationResultValidator(v.any()),
	handler: async (ctx, { paginationOpts, script, list }) => {
		const edition = list === undefined ? undefined : `${await editionOf(ctx, list)}/`;
		const wrap = (cursor: string) => `${edition ?? ''}${cursor}`;
		const unwrap = (cursor: string) => {
			if (edition === undefined) return cursor;
			if (!cursor.startsWith(edition)) throw invalidCursor();
			return cursor.slice(edition.length);
		};
		const cursor = paginationOpts.cursor === null ? null : unwrap(paginationOpts.cursor);
		const endCursor = paginationOpts.endCursor ? unwrap(paginationOpts.endCursor) : undefined;
		const found = script.find((one) => one.cursor === cursor && one.endCursor === endCursor);
		if (found === undefined) throw new Error(`no page is written for ${cursor} to ${endCursor}`);
		if (found.invalid) throw invalidCursor();
		const { page = [], isDone = false, continueCursor = '', splitCursor, pageStatus } = found;
		return {
			page,
			isDone,
			continueCursor: wrap(continueCursor),
			...(splitCursor !== undefined && {
				splitCursor: splitCursor === null ? null : wrap(splitCursor),
			}),
			...(pageStatus !== undefined && { pageStatus }),
		};
	},
});

/** A page of the documents of the group that the board names: with another name it is another list. */
export const ofChosenGroup = query({
	args: { board: v.string(), paginationOpts: paginationOptsValidator },
	handler: async (ctx, { board, paginationOpts }) => {
		const group = String(await valueOn(ctx, board));
		return await ctx.db
			.query('documents')
			.withIndex('by_group', (q) => q.eq('group', group))
			.paginate(paginationOpts);
	},
});

/** Fails as a page does whose cursor is of another list, as long as the board says so. */
export const readChosenCursor = query({
	args: { board: v.string() },
	handler: async (ctx, { board }) => {
		const chosen = await valueOn(ctx, board);
		if (chosen === 'invalid') throw invalidCursor();
		return chosen;
	},
});

export const invalidateCursors = mutation({
	args: { list: v.string() },
	returns: v.null(),
	handler: async (ctx, { list }) => {
		await ctx.db.insert('invalidations', { list });
		return null;
	},
});

async function editionOf(ctx: QueryCtx, list: string): Promise<number> {
	const invalidations = await ctx.db
		.query('invalidations')
		.withIndex('by_list', (q) => q.eq('list', list))
		.collect();
	return invalidations.length;
}

async function valueOn(ctx: QueryCtx, name: string): Promise<Value> {
	const board = await ctx.db
		.query('boards')
		.withIndex('by_name', (q) => q.eq('name', name))
		.unique();
	return (board?.value ?? null) as Value;
}

/** As Convex itself throws it from `paginate()`. */
function invalidCursor(): ConvexError<{ isConvexSystemError: true; paginationError: string }> {
	return new ConvexError({ isConvexSystemError: true, paginationError: 'InvalidCursor' });
}
