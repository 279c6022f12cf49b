import {
	mutationGeneric as mutation,
	paginationOptsValidator,
	queryGeneric as query,
} from 'convex/server';
import { v } from 'convex/values';

/** Of the dashboard's page of files: npm-packages/system-udfs/convex/_system/frontend/fileStorageV2.ts. */
export const FILE_FUNCTIONS_MODULE = '_system/frontend/fileStorageV2';

/** The files of the app itself are served; those of a component are not. */
const componentId = v.optional(v.union(v.string(), v.null()));

/** Files with their URLs, the newest first unless asked otherwise. */
const fileMetadata = query({
	args: {
		paginationOpts: paginationOptsValidator,
		filters: v.optional(
			v.object({
				minCreationTime: v.optional(v.number()),
				maxCreationTime: v.optional(v.number()),
				order: v.optional(v.union(v.literal('asc'), v.literal('desc'))),
			}),
		),
		componentId,
	},
	handler: async (ctx, { paginationOpts, filters = {} }) => {
		const { minCreationTime, maxCreationTime, order = 'desc' } = filters;
		const files = ctx.db.system.query('_storage').filter((q) => {
			const bounds = [
				...(minCreationTime === undefined
					? []
					: [q.gte(q.field('_creationTime'), minCreationTime)]),
				...(maxCreationTime === undefined
					? []
					: [q.lte(q.field('_creationTime'), maxCreationTime)]),
			];
			return q.and(...bounds);
		});
		const page = await files.order(order).paginate(paginationOpts);
		const withUrls = page.page.map(async (file) => {
			return { ...file, url: await ctx.storage.getUrl(file._id) };
		});
		return { ...page, page: await Promise.all(withUrls) };
	},
});

const getFile = query({
	args: { storageId: v.string(), componentId },
	handler: async (ctx, { storageId }) => {
		// The ID of anything else is that of no file (`maskPublicSystem` of _system/secretSystemTables.ts).
		const id = ctx.db.system.normalizeId('_storage', storageId);
		const file = id === null ? null : await ctx.db.system.get(id);
		return file === null ? null : { ...file, url: await ctx.storage.getUrl(file._id) };
	},
});

const numFiles = query({
	args: { componentId },
	handler: async (ctx) => (await ctx.db.system.query('_storage').collect()).length,
});

const deleteFile = mutation({
	args: { storageId: v.id('_storage'), componentId },
	handler: async (ctx, { storageId }) => await ctx.storage.delete(storageId),
});

const deleteFiles = mutation({
	args: { storageIds: v.array(v.id('_storage')), componentId },
	handler: async (ctx, { storageIds }) => {
		for (const storageId of storageIds) await ctx.storage.delete(storageId);
	},
});

const generateUploadUrl = mutation({
	args: { componentId },
	handler: async (ctx) => await ctx.storage.generateUploadUrl(),
});

/** As a module of the app: their failures and transactions are those of any function. */
export const FILE_FUNCTIONS = {
	fileMetadata,
	getFile,
	numFiles,
	deleteFile,
	deleteFiles,
	generateUploadUrl,
};
