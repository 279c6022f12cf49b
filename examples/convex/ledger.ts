import { v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { mutation, query, type MutationCtx, type QueryCtx } from './_generated/server';

/**
 * A list of numbered entries, and in front of them what is in it: as of which change, how many
 * entries, and the sum of number times revision of all of them. Whoever was told of each change to
 * the list can tell by that whether one is missing.
 */
const change = { ledger: v.string(), number: v.number(), key: v.string() };

/** Adds the entry with this number, or changes it; returns the list's revision. */
export const write = mutation({
	args: change,
	returns: v.number(),
	handler: async (ctx, { ledger: name, number }) => {
		const ledger = await readLedger(ctx, name);
		const entry = await readEntry(ctx, name, number);
		const revision = ledger.revision + 1;
		if (entry === null) await ctx.db.insert('entries', { ledger: name, number, revision });
		else await ctx.db.patch(entry._id, { revision });
		await keep(ctx, ledger, revision, {
			count: entry === null ? 1 : 0,
			sum: number * (revision - (entry?.revision ?? 0)),
		});
		return revision;
	},
});

/** Removes the entry with this number, if it is there; returns the list's revision. */
export const remove = mutation({
	args: change,
	returns: v.number(),
	handler: async (ctx, { ledger: name, number }) => {
		const ledger = await findLedger(ctx, name);
		const entry = await readEntry(ctx, name, number);
		if (ledger === null || entry === null) return ledger?.revision ?? 0;
		const revision = ledger.revision + 1;
		await ctx.db.delete(entry._id);
		await keep(ctx, ledger, revision, { count: -1, sum: -number * entry.revision });
		return revision;
	},
});

/** The ledger itself, as number 0, and its entries. */
export const list = query({
	args: { ledger: v.string() },
	returns: v.array(v.any()),
	handler: async (ctx, { ledger: name }) => {
		const entries = await ctx.db
			.query('entries')
			.withIndex('by_ledger', (q) => q.eq('ledger', name))
			.collect();
		const ledger = await findLedger(ctx, name);
		return ledger === null ? [] : [ledger, ...entries];
	},
});

/** The ledger without its entries; null before the first change. */
export const head = query({
	args: { ledger: v.string() },
	returns: v.union(
		v.null(),
		v.object({ revision: v.number(), count: v.number(), sum: v.number() }),
	),
	handler: async (ctx, { ledger: name }) => {
		const ledger = await findLedger(ctx, name);
		if (ledger === null) return null;
		const { revision, count, sum } = ledger;
		return { revision, count, sum };
	},
});

async function findLedger(ctx: QueryCtx, name: string) {
	return await ctx.db
		.query('ledgers')
		.withIndex('by_name', (q) => q.eq('name', name))
		.unique();
}

async function readLedger(ctx: MutationCtx, name: string): Promise<Doc<'ledgers'>> {
	const found = await findLedger(ctx, name);
	if (found !== null) return found;
	const id = await ctx.db.insert('ledgers', { name, number: 0, revision: 0, count: 0, sum: 0 });
	const made = await ctx.db.get(id);
	if (made === null) throw new Error('the ledger is not there');
	return made;
}

async function readEntry(ctx: QueryCtx, name: string, number: number) {
	return await ctx.db
		.query('entries')
		.withIndex('by_ledger', (q) => q.eq('ledger', name).eq('number', number))
		.unique();
}

async function keep(
	ctx: MutationCtx,
	{ _id, count, sum }: Doc<'ledgers'>,
	revision: number,
	difference: { count: number; sum: number },
): Promise<void> {
	await ctx.db.patch(_id, {
		revision,
		count: count + difference.count,
		sum: sum + difference.sum,
	});
}
