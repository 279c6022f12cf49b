import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';

export default defineSchema({
	tasks: defineTable({
		title: v.string(),
		status: v.union(v.literal('open'), v.literal('done')),
		priority: v.optional(v.number()),
		dueAt: v.optional(v.number()),
	}).index('by_status', ['status']),
	counters: defineTable({ name: v.string(), count: v.number() }).index('by_name', ['name']),
	files: defineTable({ name: v.string(), content: v.bytes() }),
	orders: defineTable({
		orderId: v.string(),
		email: v.string(),
		total: v.number(),
		announced: v.boolean(),
	})
		.index('by_order_id', ['orderId'])
		.index('by_announced', ['announced']),
	boards: defineTable({ name: v.string(), value: v.any() }).index('by_name', ['name']),
	reports: defineTable({ text: v.string(), open: v.number(), done: v.number() }),
});
