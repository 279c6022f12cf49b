import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';

export const circle = v.object({ kind: v.literal('circle'), r: v.number() });

export const square = v.object({
	kind: v.literal('square'),
	side: v.number(),
	note: v.optional(v.string()),
});

/** An app with a table whose documents are of several kinds. */
export default defineSchema({ shapes: defineTable(v.union(circle, square)) });
