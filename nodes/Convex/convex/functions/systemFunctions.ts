import type { FunctionPath } from './functionPath';

/** A function of Convex itself, which its dashboard and its command line call. */
export interface SystemFunction {
	operation: 'query' | 'mutation';
	path: FunctionPath;
	/** Whether a second call changes nothing that the first one did not, so that its answer may be lost. */
	isRepeatable?: boolean;
	/** What a key needs for it, if not what its operation tells: to view data, or to write it. */
	permission?: string;
	/** What it is for, in a sentence: "… does not offer a way to list the tables". */
	purpose: string;
	/** What a user does where a version of Convex lacks it. */
	instead: string;
}

const IMPORT_INSTEAD = 'Import with `npx convex import`, or by a mutation of your own.';

/**
 * The one table of the system functions that this package calls. They are undocumented, so what stands
 * here was read in their source (get-convex/convex-backend at 94a42c3 of 2026-08-21,
 * npm-packages/system-udfs/convex/_system) on 2026-11-29, and a version of Convex may lack them.
 */
export const SYSTEM_FUNCTIONS = {
	addDocuments: {
		operation: 'mutation',
		path: { module: '_system/frontend/addDocument', name: 'default' },
		purpose: 'create documents',
		instead: 'Create them with a mutation of your own (ctx.db.insert).',
	},
	deleteDocuments: {
		operation: 'mutation',
		path: { module: '_system/frontend/deleteDocuments', name: 'default' },
		purpose: 'delete documents',
		instead: 'Delete them with a mutation of your own (ctx.db.delete).',
	},
	patchDocuments: {
		operation: 'mutation',
		path: { module: '_system/frontend/patchDocumentsFields', name: 'default' },
		purpose: 'change fields of a document',
		instead: 'Change them with a mutation of your own (ctx.db.patch).',
	},
	replaceDocument: {
		operation: 'mutation',
		path: { module: '_system/frontend/replaceDocument', name: 'default' },
		purpose: 'replace a document',
		instead: 'Replace it with a mutation of your own (ctx.db.replace).',
	},
	findDocuments: {
		operation: 'query',
		path: { module: '_system/frontend/listById', name: 'default' },
		purpose: 'look up documents by ID',
		instead: 'Read them with a query of your own (ctx.db.get).',
	},
	listDocuments: {
		operation: 'query',
		path: { module: '_system/frontend/paginatedTableDocuments', name: 'default' },
		purpose: 'list the documents of a table',
		instead: "Read them with a paginated query of your own, and switch on 'Pagination'.",
	},
	listTables: {
		operation: 'query',
		path: { module: '_system/frontend/getTableMapping', name: 'default' },
		purpose: 'list its tables',
		instead: 'Call a function of your own.',
	},
	readSchema: {
		operation: 'query',
		path: { module: '_system/frontend/getSchemas', name: 'default' },
		purpose: 'show its schema',
		instead: 'Call a function of your own.',
	},
	listImports: {
		operation: 'query',
		path: { module: '_system/cli/queryImport', name: 'list' },
		permission: 'deployment:backups:view',
		purpose: 'list its imports',
		instead: IMPORT_INSTEAD,
	},
	listIndexes: {
		operation: 'query',
		path: { module: '_system/frontend/indexes', name: 'default' },
		purpose: 'list the indexes of a table',
		instead: IMPORT_INSTEAD,
	},
	readImport: {
		operation: 'query',
		path: { module: '_system/cli/queryImport', name: 'default' },
		permission: 'deployment:backups:view',
		purpose: 'say how an import goes',
		instead: IMPORT_INSTEAD,
	},
	deleteFile: {
		operation: 'mutation',
		path: { module: '_system/frontend/fileStorageV2', name: 'deleteFile' },
		purpose: 'delete a file',
		instead: 'Delete it with a mutation of your own (ctx.storage.delete).',
	},
	generateUploadUrl: {
		operation: 'mutation',
		path: { module: '_system/frontend/fileStorageV2', name: 'generateUploadUrl' },
		isRepeatable: true,
		purpose: 'give an upload URL',
		instead: "Set 'Upload URL From' to 'Function', with a mutation of your own.",
	},
	getFile: {
		operation: 'query',
		path: { module: '_system/frontend/fileStorageV2', name: 'getFile' },
		purpose: 'look up a file',
		instead: 'Read it with a query of your own (ctx.db.system.get, ctx.storage.getUrl).',
	},
	listFiles: {
		operation: 'query',
		path: { module: '_system/frontend/fileStorageV2', name: 'fileMetadata' },
		purpose: 'list its files',
		instead: "List them with a query of your own (ctx.db.system.query('_storage')).",
	},
	listFunctions: {
		operation: 'query',
		path: { module: '_system/cli/modules', name: 'apiSpec' },
		purpose: 'list its functions',
		instead: "Choose the function 'By Path'.",
	},
	listComponents: {
		operation: 'query',
		path: { module: '_system/frontend/components', name: 'list' },
		purpose: 'list its components',
		instead: "Choose the function 'By Path'.",
	},
} as const satisfies Record<string, SystemFunction>;
