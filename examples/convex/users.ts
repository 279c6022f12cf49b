import { action, mutation, query } from './_generated/server';

export const whoami = query({
	args: {},
	handler: async (ctx) => await ctx.auth.getUserIdentity(),
});

export const whoCalls = action({
	args: {},
	handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? 'nobody',
});

/** Notes who called, in the order of the calls. */
export const sign = mutation({
	args: {},
	handler: async (ctx) => {
		const identity = await ctx.auth.getUserIdentity();
		const key = identity?.subject ?? 'nobody';
		await ctx.db.insert('additions', { name: 'signatures', key });
		return key;
	},
});
