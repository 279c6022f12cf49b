import {
	actionGeneric as action,
	componentsGeneric,
	makeFunctionReference,
	mutationGeneric as mutation,
	queryGeneric as query,
} from 'convex/server';
import { v } from 'convex/values';

const { parts } = componentsGeneric();
const components = parts as unknown as {
	files: {
		uploadUrl: ReturnType<typeof makeFunctionReference<'mutation', Record<string, never>, string>>;
		url: ReturnType<typeof makeFunctionReference<'query', { storageId: string }, string | null>>;
		store: ReturnType<typeof makeFunctionReference<'action', { text: string }, string>>;
	};
};

const anyId = { storageId: v.any() };

export const uploadUrl = mutation({
	args: {},
	handler: async (ctx) => await ctx.storage.generateUploadUrl(),
});

export const url = query({
	args: anyId,
	handler: async (ctx, { storageId }) => await ctx.storage.getUrl(storageId),
});

/** What the function sees of a file before and after it deletes it, and then it may fail. */
export const removeAndLook = mutation({
	args: { ...anyId, fail: v.boolean() },
	handler: async (ctx, { storageId, fail }) => {
		const before = await ctx.storage.getUrl(storageId);
		await ctx.storage.delete(storageId);
		const after = await ctx.storage.getUrl(storageId);
		if (fail) throw new Error('changed its mind');
		return { before: before !== null, after: after !== null };
	},
});

export const remove = mutation({
	args: anyId,
	handler: async (ctx, { storageId }) => await ctx.storage.delete(storageId),
});

export const documents = query({
	args: {},
	handler: async (ctx) => await ctx.db.system.query('_storage').collect(),
});

/** `getMetadata` is there, and only left out of the newer types. */
export const metadata = query({
	args: anyId,
	handler: async (ctx, { storageId }) => await ctx.storage.getMetadata(storageId),
});

export const store = action({
	args: {
		content: v.bytes(),
		contentType: v.optional(v.string()),
		sha256: v.optional(v.string()),
	},
	handler: async (ctx, { content, contentType, sha256 }) => {
		const options = { ...(contentType !== undefined && { type: contentType }) };
		return await ctx.storage.store(
			new Blob([content], options),
			...(sha256 === undefined ? [] : [{ sha256 }]),
		);
	},
});

export const storeText = action({
	args: {},
	handler: async (ctx) => await ctx.storage.store('text' as unknown as Blob),
});

export const read = action({
	args: anyId,
	handler: async (ctx, { storageId }) => {
		const blob = await ctx.storage.get(storageId);
		return blob === null ? null : { type: blob.type, content: await blob.arrayBuffer() };
	},
});

export const removeInAction = action({
	args: anyId,
	handler: async (ctx, { storageId }) => await ctx.storage.delete(storageId),
});

export const uploadUrlOfPart = mutation({
	args: {},
	handler: async (ctx) => await ctx.runMutation(components.files.uploadUrl, {}),
});

export const urlOfPart = query({
	args: { storageId: v.string() },
	handler: async (ctx, args) => await ctx.runQuery(components.files.url, args),
});

export const storeInPart = action({
	args: { text: v.string() },
	handler: async (ctx, args) => await ctx.runAction(components.files.store, args),
});
