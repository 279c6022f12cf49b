import type { JSONValue } from 'convex/values';
import { inputFailure, type ConvexFailure } from '../failure';
import { describeType, isPlainObject } from '../values/plainObject';
import { listed, quote, shortened } from '../values/quote';

/** Of the app itself or of a component, as its system functions are told. */
export interface Table {
	name: string;
	/** Undefined for the app itself. */
	componentId: string | undefined;
}

/** Convex lists this many tables at most (system-udfs/convex/_system/frontend/getTableMapping.ts). */
const MAX_LISTED_TABLES = 1000;

/** Names of tables: convex-backend crates/convex/sync_types/src/identifier.rs. */
const TABLE_NAME = /^[A-Za-z]\w{0,63}$/;

const NAME_HELP =
	'Choose the table from the list, or write its name as in convex/schema.ts, e.g. tasks.';

/**
 * A table that a user names.
 *
 * @param subject the parameter in a sentence
 * @throws ConvexFailure (`input`) for what is no name of a table, and for the tables of Convex itself
 */
export function parseTableName(value: unknown, subject = "'Table'"): string {
	if (typeof value !== 'string') {
		throw inputFailure(`${subject} is ${describeType(value)}, not the name of a table`, NAME_HELP);
	}
	const name = value.trim();
	if (name === '') throw inputFailure(`No table is chosen in ${subject}`, NAME_HELP);
	if (name.startsWith('_')) {
		throw inputFailure(
			`${subject} names a table of Convex itself (${quote(name)})`,
			"Names that begin with '_' are of Convex itself, and only the app's own tables can be used here. Files have a 'Resource' of their own.",
		);
	}
	if (TABLE_NAME.test(name)) return name;
	throw inputFailure(`${subject} is not the name of a table (${quote(name)})`, NAME_HELP);
}

/**
 * The app's own tables among those that `getTableMapping` lists by number. It lists two tables of
 * Convex itself as well.
 *
 * @returns undefined for an answer of another form
 */
export function parseTableNames(value: JSONValue): string[] | undefined {
	if (!isPlainObject(value) || Array.isArray(value)) return undefined;
	const names = Object.values(value);
	if (!names.every((name) => typeof name === 'string')) return undefined;
	return names.filter((name) => !name.startsWith('_')).sort((a, b) => a.localeCompare(b, 'en'));
}

/**
 * Without this check a typing mistake reads as a table without documents, and creates a table where
 * something is written.
 *
 * @throws ConvexFailure (`input`) for a table that is not there
 */
export function checkTableExists(
	name: string,
	tables: readonly string[],
	componentPath: string | undefined,
): void {
	if (tables.includes(name)) return;
	throw unknownTable(name, tables, componentPath);
}

function unknownTable(
	name: string,
	tables: readonly string[],
	componentPath: string | undefined,
): ConvexFailure {
	const where =
		componentPath === undefined ? 'The deployment' : `The component ${quote(componentPath)}`;
	const names =
		tables.length === 0
			? 'It has no tables yet.'
			: `Its tables are: ${listed(tables, ', ', shortened)}.`;
	// Two of the listed tables are Convex's own.
	const isCut = tables.length >= MAX_LISTED_TABLES - 2;
	return inputFailure(
		`${where} has no table ${quote(name)}${isCut ? ` among the first ${MAX_LISTED_TABLES} that Convex lists` : ''}`,
		`${names} A table comes with the schema that is deployed, or with its first document.`,
		'tableNotFound',
	);
}
