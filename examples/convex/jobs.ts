import { v } from 'convex/values';
import { internal } from './_generated/api';
import { internalAction, internalMutation, internalQuery } from './_generated/server';

export const tick = internalMutation({
	args: { name: v.string() },
	handler: async (ctx, { name }) => {
		await ctx.db.insert('counters', { name, count: 1 });
		return 'ticked';
	},
});

export const status = internalQuery({ args: {}, handler: async () => 'idle' });

export const runAll = internalAction({
	args: {},
	handler: async (ctx): Promise<string> =>
		await ctx.runMutation(internal.jobs.tick, { name: 'all jobs' }),
});
