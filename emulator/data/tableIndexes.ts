import type { GenericDocument, OrderedQuery, GenericTableInfo } from 'convex/server';
import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { Schema } from '../appSource';
import type { FilterError, IndexChoice, SearchChoice } from './filterExpression';
import type { TableReader } from './tableFunction';
import { UNSET_PLACEHOLDER } from './unsetPlaceholder';

type TableIndex =
	| { kind: 'database'; name: string; fields: string[] }
	| { kind: 'search'; name: string; searchField: string; filterFields: string[] };

/** The table as `schema.export()` writes it. */
interface ExportedTable {
	tableName: string;
	indexes: Array<{ indexDescriptor: string; fields: string[] }>;
	searchIndexes: Array<{ indexDescriptor: string; searchField: string; filterFields: string[] }>;
}

/** The schema in text, as the backend keeps it. */
export function schemaText(schema: Schema): string {
	return (schema as unknown as { export: () => string }).export();
}

/** The indexes of the active schema, and those that every table has. */
export function indexesOf(schema: Schema | null, table: string): TableIndex[] {
	const { tables }: { tables: ExportedTable[] } =
		schema === null ? { tables: [] } : JSON.parse(schemaText(schema));
	const found = tables.find(({ tableName }) => tableName === table);
	return [
		...(found?.indexes ?? []).map(({ indexDescriptor, fields }) => ({
			kind: 'database' as const,
			name: indexDescriptor,
			fields,
		})),
		...(found?.searchIndexes ?? []).map(({ indexDescriptor, searchField, filterFields }) => ({
			kind: 'search' as const,
			name: indexDescriptor,
			searchField,
			filterFields,
		})),
		{ kind: 'database', name: 'by_creation_time', fields: ['_creationTime'] },
		{ kind: 'database', name: 'by_id', fields: ['_id'] },
	];
}

export type Reading = OrderedQuery<GenericTableInfo & { document: GenericDocument }>;

/** A query by an index, or what is wrong with the choice (`validateIndexFilter` of lib/filters.ts). */
export function readByIndex(
	db: TableReader,
	{ table, index, order }: { table: string; index: IndexChoice; order: 'asc' | 'desc' },
	indexes: TableIndex[],
): Reading | FilterError {
	const { name, clauses } = index;
	const chosen = indexes.find((one) => one.name === name);
	if (chosen === undefined) return indexError(`Index ${name} does not exist.`);
	if (chosen.kind === 'search') {
		return indexError(
			`Index ${name} is a search index, but the query is trying to use it as a database index.`,
		);
	}
	const { fields } = chosen;
	if (clauses.length > fields.length) {
		return indexError(
			`Index ${name} has ${fields.length} fields, but the query has ${clauses.length} clauses.`,
		);
	}
	const enabled = clauses.findIndex((clause) => !clause.enabled);
	const used = enabled === -1 ? clauses : clauses.slice(0, enabled);
	if (clauses.slice(used.length).some((clause) => clause.enabled)) {
		return indexError(
			'Invalid index filter selection: found an enabled clause after an disabled clause.',
		);
	}
	if (enabled !== -1 && used.slice(0, -1).some(({ type }) => type === 'indexRange')) {
		return indexError(
			'Invalid index filter selection: found a range filter after a non-range filter.',
		);
	}
	return db
		.query(table)
		.withIndex(name, (q) => rangeOf(q as unknown as RangeBuilder, used, fields) as never)
		.order(order);
}

/** What convex/server's range builder can do at run time. */
type RangeBuilder = Record<
	'eq' | 'gt' | 'gte' | 'lt' | 'lte',
	(field: string, value: Value | undefined) => RangeBuilder
>;

function rangeOf(q: RangeBuilder, clauses: IndexChoice['clauses'], fields: string[]): RangeBuilder {
	let range = q;
	for (const [position, clause] of clauses.entries()) {
		const field = fields[position] ?? '';
		if (clause.type === 'indexEq') {
			range = range.eq(field, valueOf(clause.value));
			continue;
		}
		if (position !== clauses.length - 1) throw new Error('Index range not supported');
		const { lowerOp, lowerValue, upperOp, upperValue } = clause;
		if (lowerOp !== undefined) range = range[lowerOp](field, valueOf(lowerValue));
		if (upperOp !== undefined) range = range[upperOp](field, valueOf(upperValue));
	}
	return range;
}

/** A query by a search index, or what is wrong with it (`validateSearchIndexFilter`). */
export function readBySearch(
	db: TableReader,
	{ table, index, order }: { table: string; index: SearchChoice; order: 'asc' | 'desc' },
	indexes: TableIndex[],
): Reading | FilterError {
	const { name, search, clauses } = index;
	const chosen = indexes.find((one) => one.name === name);
	if (chosen === undefined) return indexError(`Index ${name} does not exist.`);
	if (chosen.kind === 'database') {
		return indexError(
			`Index ${name} is not a search index, but the query is trying to use it as search index.`,
		);
	}
	if (order !== 'asc') {
		return indexError(`Trying to query search index \`${name}\` in descending order.`);
	}
	const problem = searchError(name, clauses, chosen.filterFields);
	if (problem !== undefined) return problem;
	const used = clauses.filter(({ enabled }) => enabled);
	return db
		.query(table)
		.withSearchIndex(name, (q) =>
			used.reduce(
				(builder, { field, value }) => builder.eq(field as never, valueOf(value) as never),
				q.search(chosen.searchField as never, search),
			),
		);
}

function searchError(
	name: string,
	clauses: SearchChoice['clauses'],
	filterFields: string[],
): FilterError | undefined {
	for (const [filter, { field, enabled }] of clauses.entries()) {
		if (!enabled) continue;
		if (!filterFields.includes(field)) {
			const error = `Invalid index filter selection: found a filter for field \`${field}\` which is not part of the filter fields of the search index \`${name}\`.`;
			return { filter, error };
		}
		if (clauses.filter((other) => other.enabled && other.field === field).length > 1) {
			return {
				filter,
				error: `Invalid filter: there are multiple filters for field \`${field}\`.`,
			};
		}
	}
	return undefined;
}

function valueOf(value: JSONValue | undefined): Value | undefined {
	return value === undefined || value === UNSET_PLACEHOLDER ? undefined : jsonToConvex(value);
}

function indexError(error: string): FilterError {
	return { error, filter: -1 };
}
