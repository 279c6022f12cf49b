import { isOfTable, type ExcludedField, type FeedSelection } from '../../convex/feed/feedSelection';
import {
	fieldsOfDocuments,
	SYSTEM_FIELDS,
	type TableFields,
} from '../../convex/documents/tableFields';
import { checkTableExists, type Table } from '../../convex/documents/tables';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { listed, quote, shortened } from '../../convex/values/quote';
import { EXCLUDED_FIELDS } from '../../parameters/feed/feedTables';
import { readNewest, readTableFields } from '../../transport/http/readTableFields';
import { readTables, type CallSystem } from '../../transport/http/readTables';

/** So many documents show what a table has whose schema says nothing of it. */
const SAMPLE_SIZE = 100;

/** What is known of a table's fields. */
interface KnownFields {
	names: ReadonlySet<string>;
	/** Whether no document of the table has any other. */
	isWhole: boolean;
}

/**
 * Checks the names that a user gave. Convex takes any, so that a mistyped table never changes, and a
 * mistyped field is not left out.
 *
 * @returns the tables, with where they are
 * @throws ConvexFailure (`input`) naming the table or the field that is not there
 */
export async function checkSelection(
	call: CallSystem,
	{ componentPath, tables, excludedFields }: FeedSelection,
): Promise<Table[]> {
	const { componentId, names } = await readTables(call, componentPath);
	for (const name of tables) checkTableExists(name, names, componentPath);
	const found = tables.map((name) => ({ name, componentId }));
	if (excludedFields.length === 0) return found;
	const known = new Map<string, KnownFields>();
	for (const table of found) {
		const isConcerned = excludedFields.some((excluded) => isOfTable(excluded, table.name));
		if (isConcerned) known.set(table.name, await knownFields(call, table));
	}
	for (const excluded of excludedFields) checkField(excluded, known);
	return found;
}

async function knownFields(call: CallSystem, table: Table): Promise<KnownFields> {
	const declared = await readTableFields(call, table, false);
	if (declared.source === 'schema') return { names: namesOf(declared), isWhole: true };
	const { documents, nextCursor } = await readNewest(call, table, SAMPLE_SIZE, null);
	const names = new Set([...namesOf(declared), ...namesOf(fieldsOfDocuments(documents))]);
	return { names, isWhole: nextCursor === undefined && documents.length > 0 };
}

function namesOf({ fields }: TableFields): Set<string> {
	return new Set(fields.keys());
}

function checkField(excluded: ExcludedField, tables: ReadonlyMap<string, KnownFields>): void {
	const { field } = excluded;
	const concerned = [...tables].filter(([table]) => isOfTable(excluded, table));
	// Of a table that is not chosen: it would be taken for the name of a field, and nothing left out.
	const isForeign = excluded.table === undefined && field.includes('.');
	const mayHave = ({ names, isWhole }: KnownFields) => names.has(field) || (!isWhole && !isForeign);
	if (SYSTEM_FIELDS.has(field) || concerned.some(([, known]) => mayHave(known))) return;
	throw unknownField(field, concerned);
}

function unknownField(field: string, tables: Array<[string, KnownFields]>): ConvexFailure {
	const [only] = tables.length === 1 ? tables : [];
	const where =
		only === undefined ? 'None of the tables has' : `The table ${quote(only[0])} has no`;
	const fields = tables.flatMap(([table, { names }]) =>
		[...names].map((name) => `${table}.${name}`),
	);
	return inputFailure(
		`'${EXCLUDED_FIELDS.displayName}': ${where} ${only === undefined ? 'a field' : 'field'} ${quote(field)}`,
		fields.length === 0
			? 'The documents have no fields that can be left out.'
			: `Fields at the top of a document can be left out: ${listed(fields, ', ', shortened)}.`,
	);
}
