/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Convex, not in n8n */
import { v } from 'convex/values';
import { action, mutation, query } from './_generated/server';

export const increment = mutation({
	args: { name: v.string() },
	returns: v.number(),
	handler: async (ctx, { name }) => {
		const counter = await ctx.db
			.query('counters')
			.withIndex('by_name', (q) => q.eq('name', name))
			.unique();
		if (counter === null) {
			await ctx.db.insert('counters', { name, count: 1 });
			return 1;
		}
		await ctx.db.patch(counter._id, { count: counter.count + 1 });
		return counter.count + 1;
	},
});

/** Notes that it ran, with a key of the caller's. Run twice with one key, it notes that twice. */
export const add = mutation({
	args: { name: v.string(), key: v.string() },
	returns: v.string(),
	handler: async (ctx, addition) => {
		await ctx.db.insert('additions', addition);
		return addition.key;
	},
});

/** The same for many keys, all of them or none. */
export const addMany = mutation({
	args: { name: v.string(), keys: v.array(v.string()) },
	returns: v.array(v.string()),
	handler: async (ctx, { name, keys }) => {
		for (const key of keys) await ctx.db.insert('additions', { name, key });
		return keys;
	},
});

/** The keys that were added, in the order of their mutations. */
export const additions = query({
	args: { name: v.string() },
	returns: v.array(v.string()),
	handler: async (ctx, { name }) => {
		const added = await ctx.db
			.query('additions')
			.withIndex('by_name', (q) => q.eq('name', name))
			.collect();
		return added.map(({ key }) => key);
	},
});

/** Counts, and then returns a value that looks like a failed item of n8n. */
export const incrementWithErrorField = mutation({
	args: { name: v.string() },
	handler: async (ctx, { name }) => {
		await ctx.db.insert('counters', { name: `${name} (error field)`, count: 1 });
		return { error: 'not a failure', message: 'just a value' };
	},
});

export const get = query({
	args: { name: v.string() },
	handler: async (ctx, { name }) => {
		const counters = await ctx.db
			.query('counters')
			.withIndex('by_name', (q) => q.eq('name', name))
			.collect();
		return counters.reduce((sum, { count }) => sum + count, 0);
	},
});

export const wait = action({
	args: { ms: v.number() },
	handler: async (_ctx, { ms }) => {
		await new Promise((resolve) => setTimeout(resolve, ms));
		return ms;
	},
});

/** Does nothing but run. */
export const note = action({
	args: { key: v.string() },
	handler: async (_ctx, { key }) => key,
});

/** The same for many keys. */
export const noteMany = action({
	args: { keys: v.array(v.string()), name: v.optional(v.string()) },
	handler: async (_ctx, { keys }) => keys,
});
