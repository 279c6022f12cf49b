import {
	makeFunctionReference,
	mutationGeneric as mutation,
	queryGeneric as query,
} from 'convex/server';
import { v } from 'convex/values';

export const cancelAll = mutation(async (ctx) => {
	for (const { _id } of await ctx.db.system.query('_scheduled_functions').collect()) {
		await ctx.scheduler.cancel(_id);
	}
});

/** Schedules a function that cancels all that are scheduled, itself too. */
export const scheduleCancelAll = mutation(
	async (ctx) =>
		await ctx.scheduler.runAfter(0, makeFunctionReference<'mutation'>('jobs:cancelAll')),
);

export const state = query({
	args: { id: v.id('_scheduled_functions') },
	returns: v.union(v.string(), v.null()),
	handler: async (ctx, { id }) => (await ctx.db.system.get(id))?.state.kind ?? null,
});

/** Reads a scheduled function as if it were a document of the app. */
export const getAsOwn = query({
	args: { id: v.id('_scheduled_functions') },
	handler: async (ctx, { id }) => await ctx.db.get(id),
});
