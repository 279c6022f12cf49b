import { v } from 'convex/values';
import { mutation, query } from './_generated/server';

/** Where a client may send a file within the hour. */
export const generateUploadUrl = mutation({
	args: {},
	returns: v.string(),
	handler: async (ctx) => await ctx.storage.generateUploadUrl(),
});

/** Remembers an uploaded file under a name. */
export const save = mutation({
	args: { storageId: v.id('_storage'), name: v.string() },
	handler: async (ctx, args) => await ctx.db.insert('uploads', args),
});

export const list = query({
	args: {},
	handler: async (ctx) => {
		const uploads = await ctx.db.query('uploads').collect();
		return await Promise.all(
			uploads.map(async ({ name, storageId }) => {
				const file = await ctx.db.system.get(storageId);
				return {
					name,
					storageId,
					url: await ctx.storage.getUrl(storageId),
					size: file?.size ?? null,
					contentType: file?.contentType ?? null,
					sha256: file?.sha256 ?? null,
				};
			}),
		);
	},
});

/** Where the file can be read, or null when it is deleted. */
export const url = query({
	args: { storageId: v.id('_storage') },
	returns: v.union(v.string(), v.null()),
	handler: async (ctx, { storageId }) => await ctx.storage.getUrl(storageId),
});

/** Deletes the file, and what was remembered of it. */
export const remove = mutation({
	args: { storageId: v.id('_storage') },
	returns: v.null(),
	handler: async (ctx, { storageId }) => {
		const remembered = await ctx.db
			.query('uploads')
			.withIndex('by_storage_id', (range) => range.eq('storageId', storageId))
			.collect();
		for (const { _id } of remembered) await ctx.db.delete(_id);
		await ctx.storage.delete(storageId);
		return null;
	},
});
