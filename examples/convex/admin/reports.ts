import { v } from 'convex/values';
import { api } from '../_generated/api';
import { action, mutation, query } from '../_generated/server';

export const save = mutation({
	args: { text: v.string(), open: v.number(), done: v.number() },
	handler: async (ctx, report) => await ctx.db.insert('reports', report),
});

export const latest = query({
	args: {},
	handler: async (ctx) => await ctx.db.query('reports').order('desc').first(),
});

/** Reads with a query and writes with a mutation, as an action does. */
export const summarize = action({
	args: { heading: v.string() },
	handler: async (ctx, { heading }): Promise<string> => {
		const tasks = await ctx.runQuery(api.tasks.list, {});
		const done = tasks.filter((task) => task.status === 'done').length;
		const open = tasks.length - done;
		const text = `${heading}: ${open} open, ${done} done`;
		await ctx.runMutation(api.admin.reports.save, { text, open, done });
		return text;
	},
});
