import { parseDocumentPage, type DocumentPage } from '../../convex/documents/documentPage';
import {
	declaredFields,
	fieldsOfDocuments,
	UNKNOWN_FIELDS,
	type TableFields,
} from '../../convex/documents/tableFields';
import type { Table } from '../../convex/documents/tables';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { inComponent, lookUp, type CallSystem } from './readTables';

/** So many documents show what a table without a schema has. */
const SAMPLE_SIZE = 100;

/**
 * What a table takes: by its schema, else, for a form, by the documents that were created last.
 *
 * @throws ConvexFailure where Convex does not answer
 */
export async function readTableFields(
	call: CallSystem,
	table: Table,
	isForm: boolean,
): Promise<TableFields> {
	const schemas = await lookUp(call, SYSTEM_FUNCTIONS.readSchema, inComponent(table.componentId));
	const declared = declaredFields(schemas, table.name);
	if (declared !== undefined || !isForm) return declared ?? UNKNOWN_FIELDS;
	const { documents } = await readNewest(call, table, SAMPLE_SIZE, null);
	return fieldsOfDocuments(documents);
}

/**
 * A page of a table, the newest documents first.
 *
 * @throws ConvexFailure where Convex does not answer
 */
export async function readNewest(
	call: CallSystem,
	{ name, componentId }: Table,
	numItems: number,
	cursor: string | null,
): Promise<DocumentPage> {
	const page = await lookUp(call, SYSTEM_FUNCTIONS.listDocuments, {
		...inComponent(componentId),
		table: name,
		filters: null,
		paginationOpts: { numItems, cursor },
	});
	return parseDocumentPage(page, []);
}
