import type { JSONValue } from 'convex/values';
import { missingDocument, type FoundDocument } from '../../convex/documents/documentId';
import { ConvexFailure } from '../../convex/failure';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { MAX_ARRAY_LENGTH } from '../../convex/values/encodeArguments';
import { inComponent, lookUp } from '../../transport/http/readTables';
import type { OpenTable } from './tableAccess';

interface Wanted {
	id: string;
	tableName: string;
}

/**
 * Looks documents up by id, in their own table only. What other functions of Convex do with an id of
 * another table is done to that table, so what is changed or deleted is looked up first.
 *
 * @returns for each id its document in the encoded format, or why there is none
 * @throws ConvexFailure where Convex does not answer
 */
export async function findDocuments(
	open: OpenTable,
	ids: readonly string[],
): Promise<FoundDocument[]> {
	const { name } = open.table;
	const documents = await documentsAt(
		open,
		ids.map((id) => ({ id, tableName: name })),
	);
	const missing = ids.filter((_, index) => isMissing(documents[index]));
	const actualTables = missing.length === 0 ? new Map() : await tablesOf(open, missing);
	return ids.map((id, index) => {
		const document = documents[index] ?? null;
		return document === null
			? { status: 'missing', failure: missingDocument(id, name, actualTables.get(id)) }
			: { status: 'found', document };
	});
}

/** The tables that have documents with these ids. Of very many, only the first are looked for. */
async function tablesOf(
	open: OpenTable,
	ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
	const others = open.tables.filter((name) => name !== open.table.name);
	const wanted = ids
		.flatMap((id) => others.map((tableName) => ({ id, tableName })))
		.slice(0, MAX_ARRAY_LENGTH);
	const documents = await documentsAt(open, wanted);
	const found = wanted.filter((_, index) => !isMissing(documents[index]));
	return new Map(found.map(({ id, tableName }) => [id, tableName]));
}

async function documentsAt({ table, call }: OpenTable, wanted: Wanted[]): Promise<JSONValue[]> {
	const args = {
		...inComponent(table.componentId),
		ids: wanted.map(({ id, tableName }) => ({ id, tableName })),
	};
	const found = await lookUp(call, SYSTEM_FUNCTIONS.findDocuments, args);
	if (Array.isArray(found) && found.length === wanted.length) return found;
	throw new ConvexFailure(
		'The documents could not be looked up: the answer is not a list with one entry for each ID',
		'This version of Convex looks them up in another way. Call a function of your own instead.',
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
	);
}

function isMissing(document: JSONValue | undefined): boolean {
	return document === undefined || document === null;
}
