import { queryGeneric as query } from 'convex/server';

export const whoami = query(
	async (ctx) => (await ctx.auth.getUserIdentity())?.tokenIdentifier ?? null,
);
