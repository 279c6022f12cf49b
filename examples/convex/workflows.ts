import { v } from 'convex/values';
import { internal } from './_generated/api';
import { internalMutation, mutation, query } from './_generated/server';

/** Stands for the time that real work takes. */
const STEP_MS = 300;

/** Starts a workflow that goes on by itself; its document says how far it is. */
export const start = mutation({
	args: { customer: v.string(), steps: v.optional(v.array(v.string())) },
	returns: v.id('workflows'),
	handler: async (ctx, { customer, steps = ['collect', 'render', 'send'] }) => {
		const id = await ctx.db.insert('workflows', {
			customer,
			status: 'running',
			steps: steps.map((name) => ({ name, isDone: false })),
		});
		await ctx.scheduler.runAfter(STEP_MS, internal.workflows.advance, { id });
		return id;
	},
});

/** Does the next step, and has the one behind it done later. A step called `fail` fails. */
export const advance = internalMutation({
	args: { id: v.id('workflows') },
	returns: v.null(),
	handler: async (ctx, { id }) => {
		const workflow = await ctx.db.get(id);
		const next = workflow?.steps.findIndex(({ isDone }) => !isDone) ?? -1;
		if (workflow === null || next < 0) return null;
		if (workflow.steps[next]?.name === 'fail') {
			await ctx.db.patch(id, { status: 'failed' });
			return null;
		}
		const steps = workflow.steps.map((step, index) =>
			index === next ? { ...step, isDone: true } : step,
		);
		const isLast = next === steps.length - 1;
		await ctx.db.patch(id, {
			steps,
			...(isLast && { status: 'done' as const, result: `Report for ${workflow.customer}` }),
		});
		if (!isLast) await ctx.scheduler.runAfter(STEP_MS, internal.workflows.advance, { id });
		return null;
	},
});

/** What the node waits for: null for a workflow that is not there. */
export const get = query({
	args: { id: v.id('workflows') },
	handler: async (ctx, { id }) => await ctx.db.get(id),
});
