/* eslint-disable no-console -- log lines of a Convex function are what is tested */
import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { ConvexError, v } from 'convex/values';
import { mutation, query } from './_generated/server';

export const create = mutation({
	args: { title: v.string(), priority: v.optional(v.number()), dueAt: v.optional(v.number()) },
	returns: v.id('tasks'),
	handler: async (ctx, args) => {
		if (args.title.trim() === '') {
			throw new ConvexError({
				code: 'EMPTY_TITLE',
				message: 'A task needs a title',
				field: 'title',
			});
		}
		console.log('creating', args.title);
		return await ctx.db.insert('tasks', { ...args, status: 'open' });
	},
});

/** Creates all of these tasks, or none of them. */
export const createMany = mutation({
	args: {
		tasks: v.array(
			v.object({
				title: v.string(),
				priority: v.optional(v.number()),
				dueAt: v.optional(v.number()),
			}),
		),
		status: v.optional(v.union(v.literal('open'), v.literal('done'))),
	},
	returns: v.array(v.id('tasks')),
	handler: async (ctx, { tasks, status = 'open' }) => {
		const untitled = tasks.findIndex(({ title }) => title.trim() === '');
		if (untitled >= 0) {
			throw new ConvexError({ code: 'EMPTY_TITLE', message: 'A task needs a title', untitled });
		}
		console.log('creating', tasks.length, 'tasks');
		return await Promise.all(
			tasks.map(async (task) => await ctx.db.insert('tasks', { ...task, status })),
		);
	},
});

export const list = query({
	args: { status: v.optional(v.union(v.literal('open'), v.literal('done'))) },
	handler: async (ctx, { status }) => {
		if (status === undefined) return await ctx.db.query('tasks').collect();
		return await ctx.db
			.query('tasks')
			.withIndex('by_status', (q) => q.eq('status', status))
			.collect();
	},
});

export const page = query({
	args: { paginationOpts: paginationOptsValidator },
	returns: paginationResultValidator(v.any()),
	handler: async (ctx, { paginationOpts }) =>
		await ctx.db.query('tasks').order('asc').paginate(paginationOpts),
});

export const get = query({
	args: { id: v.id('tasks') },
	handler: async (ctx, { id }) => await ctx.db.get(id),
});

export const complete = mutation({
	args: { id: v.id('tasks') },
	returns: v.null(),
	handler: async (ctx, { id }) => {
		await ctx.db.patch(id, { status: 'done' });
		return null;
	},
});
