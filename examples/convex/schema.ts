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
	additions: defineTable({ name: v.string(), key: v.string() }).index('by_name', ['name']),
	credits: defineTable({
		account: v.string(),
		amount: v.number(),
		balance: v.number(),
		key: v.string(),
	})
		.index('by_key', ['key'])
		.index('by_account', ['account']),
	documents: defineTable({ group: v.string(), number: v.number() }).index('by_group', ['group']),
	invalidations: defineTable({ list: v.string() }).index('by_list', ['list']),
	files: defineTable({ name: v.string(), content: v.bytes() }),
	orders: defineTable({
		orderId: v.string(),
		email: v.string(),
		total: v.number(),
		announced: v.boolean(),
		paidAt: v.optional(v.number()),
	})
		.index('by_order_id', ['orderId'])
		.index('by_announced', ['announced'])
		.index('by_paid_at', ['paidAt']),
	boards: defineTable({ name: v.string(), value: v.any() }).index('by_name', ['name']),
	ledgers: defineTable({
		name: v.string(),
		number: v.number(),
		revision: v.number(),
		count: v.number(),
		sum: v.number(),
	}).index('by_name', ['name']),
	entries: defineTable({
		ledger: v.string(),
		number: v.number(),
		revision: v.number(),
	}).index('by_ledger', ['ledger', 'number']),
	uploads: defineTable({ storageId: v.id('_storage'), name: v.string() }).index('by_storage_id', [
		'storageId',
	]),
	workflows: defineTable({
		customer: v.string(),
		status: v.union(v.literal('running'), v.literal('done'), v.literal('failed')),
		steps: v.array(v.object({ name: v.string(), isDone: v.boolean() })),
		result: v.optional(v.string()),
	}),
	reports: defineTable({ text: v.string(), open: v.number(), done: v.number() }),
});
