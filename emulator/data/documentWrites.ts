/* eslint-disable @n8n/community-nodes/require-node-api-error -- runs in Node, not in n8n */
import { ConvexError, v, type GenericId, type Value } from 'convex/values';
import type { SystemFunction } from '../systemFunctions';
import { inBackendWords } from '../transactionLimits';
import { tableMutation } from './tableFunction';
import { UNSET_PLACEHOLDER } from './unsetPlaceholder';

/** MAX_IMPORT_COUNT of frontend/addDocument.ts, MAX_DOCUMENT_DELETIONS of frontend/deleteDocuments.ts. */
const MAX_DOCUMENTS = 4096;

const failure = (error: string) => ({ success: false, error });
const SUCCESS = { success: true };

/** `addDocument`: makes the table where there is none, and tells no ids. */
const addDocument = tableMutation(
	{ table: v.string(), documents: v.array(v.any()) },
	async (db, { table, documents }) => {
		if (documents.length > MAX_DOCUMENTS) {
			return failure(`Can’t import more than ${MAX_DOCUMENTS} documents at once.`);
		}
		await rethrowing(async () => {
			for (const document of documents) await db.insert(table, document);
		});
		return SUCCESS;
	},
);

/** `patchDocumentsFields`: `table` counts only where there are no `ids`. */
const patchDocumentsFields = tableMutation(
	{ table: v.string(), fields: v.any(), ids: v.optional(v.array(v.string())) },
	async (db, { table, fields, ids }) => {
		const documents =
			ids === undefined
				? await db.query(table).collect()
				: await Promise.all(ids.map(async (id) => await db.get(id as GenericId<string>)));
		await rethrowing(async () => {
			const patch = Object.fromEntries(
				Object.entries<Value>(fields).map(([name, value]) => [
					name,
					value === UNSET_PLACEHOLDER ? undefined : value,
				]),
			);
			for (const document of documents) {
				if (document === null) throw new Error("Cannot read properties of null (reading '_id')");
				await db.patch(document._id as GenericId<string>, patch);
			}
		});
		return SUCCESS;
	},
);

/** `replaceDocument`: of any table. */
const replaceDocument = tableMutation(
	{ id: v.string(), document: v.any() },
	async (db, { id, document }) => {
		if ((await db.get(id as GenericId<string>)) === null) {
			return failure('Document does not exist.');
		}
		await rethrowing(async () => await db.replace(id as GenericId<string>, document));
		return SUCCESS;
	},
);

/** `deleteDocuments`: of any tables, whatever `tableName` says. */
const deleteDocuments = tableMutation(
	{ toDelete: v.array(v.object({ id: v.string(), tableName: v.string() })) },
	async (db, { toDelete }) => {
		if (toDelete.length > MAX_DOCUMENTS) {
			return failure(
				`You can't delete more than ${MAX_DOCUMENTS}. Try selecting fewer documents instead..`,
			);
		}
		for (const { id } of toDelete) await db.delete(id as GenericId<string>);
		return SUCCESS;
	},
);

/** A ConvexError keeps the schema's text in production, too. */
async function rethrowing(write: () => Promise<void>): Promise<void> {
	try {
		await write();
	} catch (thrown) {
		throw new ConvexError(
			inBackendWords(thrown instanceof Error ? thrown.message : String(thrown)),
		);
	}
}

/** The system functions that change documents, by path: npm-packages/system-udfs/convex/_system/frontend. */
export const WRITING_FUNCTIONS: ReadonlyMap<string, SystemFunction> = new Map([
	['_system/frontend/addDocument', addDocument],
	['_system/frontend/patchDocumentsFields', patchDocumentsFields],
	['_system/frontend/replaceDocument', replaceDocument],
	['_system/frontend/deleteDocuments', deleteDocuments],
]);
