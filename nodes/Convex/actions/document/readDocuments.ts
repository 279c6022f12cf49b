import type { JSONValue } from 'convex/values';
import {
	comparesType,
	CREATION_TIME_INDEX,
	encodeQuery,
	ID_INDEX,
	type TableIndex,
} from '../../convex/documents/documentFilter';
import { endlessPages, parseDocumentPage } from '../../convex/documents/documentPage';
import { findIndex, parseIndexes } from '../../convex/documents/tableIndexes';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import type { DocumentList } from '../../parameters/document/documentList';
import { inComponent } from '../../transport/http/readTables';
import type { OpenTable } from './tableAccess';

/**
 * How many documents are asked for at first where only some of a page may be wanted, and how many times more
 * with each page that follows. All of a page are read, and billed, but a request takes its time, too.
 */
const FIRST_SPARSE_PAGE = 16;
const SPARSE_PAGE_GROWTH = 8;

/**
 * Reads documents of a table, page by page. A page ends where Convex has read 10,000 documents or 5 MB
 * (system-udfs/convex/_system/paginationLimits.ts), whether its filters let many through or none: so
 * one that is short, or empty, is not the last.
 *
 * @param pageSize how many documents to ask for in one request
 * @returns them in the encoded format
 * @throws ConvexFailure of a page that could not be read: then there are none
 */
export async function readDocuments(
	{ table, call }: OpenTable,
	list: DocumentList,
	pageSize: number,
): Promise<JSONValue[]> {
	const index = await indexOf({ table, call }, list.indexName);
	const { text, filters } = encodeQuery({ ...list, index });
	const isSparse = list.filters.some(comparesType);
	const documents: JSONValue[] = [];
	const cursors = new Set<string>();
	let cursor: string | null = null;
	let sparsePage = FIRST_SPARSE_PAGE;
	for (;;) {
		const missing = list.limit - documents.length;
		// Of a page, few may be of these types: to ask for no more than are missing would be a request each.
		const wanted = isSparse ? Math.max(missing, sparsePage) : missing;
		const numItems = Math.min(pageSize, wanted);
		sparsePage *= SPARSE_PAGE_GROWTH;
		const result = await call(SYSTEM_FUNCTIONS.listDocuments, {
			...inComponent(table.componentId),
			table: table.name,
			filters: text,
			paginationOpts: { numItems, cursor },
		});
		if (result.status === 'failure') throw result.failure;
		const page = parseDocumentPage(result.value, filters);
		for (const document of page.documents.slice(0, missing)) documents.push(document);
		if (page.nextCursor === undefined || documents.length >= list.limit) return documents;
		if (cursors.has(page.nextCursor)) throw endlessPages();
		cursors.add(page.nextCursor);
		cursor = page.nextCursor;
	}
}

/** Those that every table has need no look at the schema. */
async function indexOf(
	{ table, call }: Pick<OpenTable, 'table' | 'call'>,
	name: string | undefined,
): Promise<TableIndex> {
	const common = [CREATION_TIME_INDEX, ID_INDEX].find((index) => index.name === name);
	if (name === undefined) return CREATION_TIME_INDEX;
	if (common !== undefined) return common;
	const result = await call(SYSTEM_FUNCTIONS.readSchema, inComponent(table.componentId));
	if (result.status === 'failure') throw result.failure;
	return findIndex(parseIndexes(result.value, table.name), name, table.name);
}
