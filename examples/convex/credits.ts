import { v } from 'convex/values';
import { mutation, query, type QueryCtx } from './_generated/server';

/**
 * Adds to an account, once for each key, and returns the balance after it. Called again with a key,
 * it changes nothing and returns what it returned before.
 */
export const add = mutation({
	args: { account: v.string(), amount: v.number(), key: v.string() },
	returns: v.number(),
	handler: async (ctx, { account, amount, key }) => {
		const earlier = await ctx.db
			.query('credits')
			.withIndex('by_key', (q) => q.eq('key', key))
			.unique();
		if (earlier !== null) return earlier.balance;
		const balance = (await balanceOf(ctx, account)) + amount;
		await ctx.db.insert('credits', { account, amount, balance, key });
		return balance;
	},
});

export const balance = query({
	args: { account: v.string() },
	returns: v.number(),
	handler: async (ctx, { account }) => await balanceOf(ctx, account),
});

async function balanceOf(ctx: QueryCtx, account: string): Promise<number> {
	const last = await ctx.db
		.query('credits')
		.withIndex('by_account', (q) => q.eq('account', account))
		.order('desc')
		.first();
	return last?.balance ?? 0;
}
