import { paginationOptsValidator, type GenericDocument } from 'convex/server';
import { v, type Value } from 'convex/values';
import type { SystemFunction } from '../systemFunctions';
import { conditionOf, hasTypes, valueErrors } from './fieldFilters';
import {
	isTypeClause,
	parseFilters,
	type FilterError,
	type FilterExpression,
	type ValueClause,
} from './filterExpression';
import { tableQuery, type TableReader } from './tableFunction';
import { indexesOf, readByIndex, readBySearch, type Reading } from './tableIndexes';
import type { Schema } from '../appSource';

/** Of a page, whatever the caller asks for: system-udfs/convex/_system/paginationLimits.ts. */
const LIMITS = { maximumRowsRead: 10_000, maximumBytesRead: 5_000_000 };

/** A page of a table's documents: system-udfs/convex/_system/frontend/paginatedTableDocuments.ts. */
export const paginatedTableDocuments: SystemFunction = tableQuery(
	{
		paginationOpts: paginationOptsValidator,
		table: v.string(),
		filters: v.union(v.string(), v.null()),
	},
	async (db, { paginationOpts, table, filters }, { app, componentPath }) => {
		const expression = parseFilters(filters);
		const errors = valueErrors(expression?.clauses ?? []);
		if (errors.length > 0) return pageOf(errors);
		const enabled = (expression?.clauses ?? []).filter((clause) => clause.enabled !== false);
		const values = enabled.filter((clause): clause is ValueClause => !isTypeClause(clause));

		const query = queryOf(db, table, expression, app.schemaOf(componentPath));
		if ('error' in query) return pageOf([query]);
		const single = singleId(expression, values);
		if (single !== undefined) return pageOf(await documentOf(db, table, single));

		const filtered = values.length === 0 ? query : query.filter((q) => conditionOf(q, values));
		const { page, ...rest } = await filtered.paginate({ ...paginationOpts, ...LIMITS });
		const types = enabled.filter(isTypeClause);
		const documents = page.filter((document) => hasTypes(document, types, app.tableOfId));
		return { page: documents, ...rest } as unknown as Value;
	},
);

/** The whole answer. Errors take the place of documents, too. */
function pageOf(page: Array<FilterError | GenericDocument>): Value {
	return { page: page as Value[], isDone: true, continueCursor: '' };
}

function queryOf(
	db: TableReader,
	table: string,
	expression: FilterExpression | undefined,
	schema: Schema | null,
): Reading | FilterError {
	const order = expression?.order ?? 'desc';
	const index = expression?.index;
	if (index === undefined) return db.query(table).order(order) as Reading;
	const indexes = indexesOf(schema, table);
	return 'search' in index
		? readBySearch(db, { table, index, order }, indexes)
		: readByIndex(db, { table, index, order }, indexes);
}

/** The value of the only filter when that asks for one id; `null` for one that can be none. */
function singleId(
	expression: FilterExpression | undefined,
	[only, ...others]: ValueClause[],
): string | null | undefined {
	const index = expression?.index;
	const readsIndex =
		index !== undefined && ('search' in index || index.clauses.some(({ enabled }) => enabled));
	if (readsIndex || others.length > 0 || only?.field !== '_id' || only.op !== 'eq') {
		return undefined;
	}
	return typeof only.value === 'string' ? only.value : null;
}

async function documentOf(
	db: TableReader,
	table: string,
	id: string | null,
): Promise<GenericDocument[]> {
	const normalized = id === null ? null : db.normalizeId(table, id);
	const document = normalized === null ? null : await db.get(normalized);
	return document === null ? [] : [document];
}
