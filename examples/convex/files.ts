import { v } from 'convex/values';
import { mutation } from './_generated/server';

export const save = mutation({
	args: { name: v.string(), content: v.bytes() },
	handler: async (ctx, args) => {
		await ctx.db.insert('files', args);
		return { name: args.name, size: args.content.byteLength };
	},
});
