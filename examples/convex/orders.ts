import { ConvexError, v } from 'convex/values';
import { action, mutation, query } from './_generated/server';

/** Creates an order, or changes the one with this number: sending the same order twice does no harm. */
export const upsert = mutation({
	args: { orderId: v.string(), email: v.string(), total: v.number() },
	returns: v.id('orders'),
	handler: async (ctx, order) => {
		if (order.total < 0) {
			throw new ConvexError({ code: 'NEGATIVE_TOTAL', message: 'A total cannot be negative' });
		}
		const existing = await ctx.db
			.query('orders')
			.withIndex('by_order_id', (q) => q.eq('orderId', order.orderId))
			.unique();
		if (existing === null) return await ctx.db.insert('orders', { ...order, announced: false });
		await ctx.db.patch(existing._id, order);
		return existing._id;
	},
});

export const list = query({
	args: {},
	returns: v.array(v.any()),
	handler: async (ctx) => await ctx.db.query('orders').collect(),
});

export const listUnannounced = query({
	args: {},
	handler: async (ctx) =>
		await ctx.db
			.query('orders')
			.withIndex('by_announced', (q) => q.eq('announced', false))
			.collect(),
});

export const markAnnounced = mutation({
	args: { id: v.id('orders') },
	returns: v.null(),
	handler: async (ctx, { id }) => {
		await ctx.db.patch(id, { announced: true });
		return null;
	},
});

export const markPaid = mutation({
	args: { id: v.id('orders') },
	returns: v.null(),
	handler: async (ctx, { id }) => {
		await ctx.db.patch(id, { paidAt: Date.now() });
		return null;
	},
});

/** The orders that were paid last: a list that is watched should not grow without end. */
export const listPaid = query({
	args: {},
	handler: async (ctx) =>
		await ctx.db
			.query('orders')
			.withIndex('by_paid_at', (q) => q.gt('paidAt', 0))
			.order('desc')
			.take(200),
});

/** Stands for an action that asks another service about a customer. */
export const lookUpCustomer = action({
	args: { email: v.string() },
	handler: async (_ctx, { email }) => {
		const domain = email.split('@')[1] ?? '';
		return { domain, company: domain.replace(/\.\w+$/, ''), isBusiness: domain !== 'mail.test' };
	},
});
