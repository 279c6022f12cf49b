import type { JSONValue } from 'convex/values';

/** What a feed is of. */
export interface FeedSelection {
	/** The component that the tables are in; undefined for the app itself. */
	componentPath: string | undefined;
	tables: readonly string[];
	/** Fields that documents come without. */
	excludedFields: readonly ExcludedField[];
}

/** A field at the top of documents. */
export interface ExcludedField {
	/** Undefined for all tables. */
	table: string | undefined;
	field: string;
}

/** The component in the words of the feed, where the app itself has an empty name. */
export function componentOf({ componentPath }: Pick<FeedSelection, 'componentPath'>): string {
	return componentPath ?? '';
}

/**
 * What is asked for: of components, tables and fields everything is left out that is not named
 * (convex-backend crates/common/src/types/streaming_export/selection.rs).
 */
export function selectionJson(selection: FeedSelection): JSONValue {
	const tables = selection.tables.map((table) => [table, fieldsJson(selection, table)] as const);
	return {
		_other: 'excluded',
		[componentOf(selection)]: { _other: 'excluded', ...Object.fromEntries(tables) },
	};
}

function fieldsJson({ excludedFields }: FeedSelection, table: string): JSONValue {
	const fields = excludedFields
		.filter((excluded) => isOfTable(excluded, table))
		.map(({ field }) => [field, 'excluded'] as const);
	return { _other: 'included', ...Object.fromEntries(fields) };
}

export function isOfTable(excluded: ExcludedField, table: string): boolean {
	return excluded.table === undefined || excluded.table === table;
}
