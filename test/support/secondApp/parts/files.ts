import {
	actionGeneric as action,
	mutationGeneric as mutation,
	queryGeneric as query,
} from 'convex/server';
import { v } from 'convex/values';

/** The component's own files, which the app does not see. */
export const uploadUrl = mutation({
	args: {},
	handler: async (ctx) => await ctx.storage.generateUploadUrl(),
});

export const url = query({
	args: { storageId: v.string() },
	handler: async (ctx, { storageId }) => await ctx.storage.getUrl(storageId),
});

export const store = action({
	args: { text: v.string() },
	handler: async (ctx, { text }) => await ctx.storage.store(new Blob([text])),
});

/** The same for many texts. */
export const storeMany = action({
	args: { texts: v.array(v.string()) },
	handler: async (ctx, { texts }) => {
		for (const text of texts) await ctx.storage.store(new Blob([text]));
		return texts;
	},
});

export const count = query({
	args: {},
	handler: async (ctx) => (await ctx.db.system.query('_storage').collect()).length,
});
