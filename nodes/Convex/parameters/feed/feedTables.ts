import type { ILoadOptionsFunctions, INodeProperties } from 'n8n-workflow';
import type { ExcludedField } from '../../convex/feed/feedSelection';
import { parseTableName } from '../../convex/documents/tables';
import { inputFailure } from '../../convex/failure';
import { withoutEmptyNames } from '../../convex/values/names';
import { describeType } from '../../convex/values/plainObject';
import { quote } from '../../convex/values/quote';
import { hasExpression } from '../expressions';
import type { ParameterReader } from '../parameterReader';

export const TABLES: INodeProperties = {
	displayName: 'Table Names or IDs',
	name: 'tables',
	type: 'multiOptions',
	default: [],
	required: true,
	description:
		'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	typeOptions: { loadOptionsMethod: 'getTables', loadOptionsDependsOn: ['options.componentPath'] },
};

export const EXCLUDED_FIELDS: INodeProperties = {
	displayName: 'Excluded Field Names or IDs',
	name: 'excludedFields',
	type: 'multiOptions',
	default: [],
	description:
		'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	typeOptions: {
		loadOptionsMethod: 'getTableFields',
		loadOptionsDependsOn: ['tables', 'options.componentPath'],
	},
};

const TABLES_SUBJECT = `'${TABLES.displayName}'`;
const FIELDS_SUBJECT = `'${EXCLUDED_FIELDS.displayName}'`;

/** @throws ConvexFailure (`input`) naming the parameter */
export function readTableNames(source: ParameterReader): string[] {
	const areComputed = hasExpression(source.stored(TABLES.name));
	return tablesOf(source.getNodeParameter(TABLES.name, 0, []), areComputed);
}

function tablesOf(value: unknown, areComputed: boolean): string[] {
	const names = listOf(value, TABLES_SUBJECT, areComputed);
	if (names.length > 0) return names.map((name) => parseTableName(name, TABLES_SUBJECT));
	throw inputFailure(
		`No table is chosen in ${TABLES_SUBJECT}`,
		'Choose at least one from the list, or use an expression that gives their names, e.g. {{ ["tasks", "users"] }}.',
	);
}

/**
 * Names such as `users.email` mean a field of one table, and `email` that of all which have it.
 *
 * @throws ConvexFailure (`input`) naming the parameter
 */
export function readExcludedFields(
	source: ParameterReader,
	tables: readonly string[],
): ExcludedField[] {
	const stored: unknown = source.getNodeParameter(EXCLUDED_FIELDS.name, 0, []);
	const areComputed = hasExpression(source.stored(EXCLUDED_FIELDS.name));
	const names = listOf(stored, FIELDS_SUBJECT, areComputed);
	const isNone = Array.isArray(stored) && stored.length === 0 && !areComputed;
	if (names.length === 0 && !isNone) throw nothingExcluded();
	return names.map((name) => {
		const [, table, ofTable] = /^(\w+)\.(.+)$/.exec(name) ?? [];
		const isQualified = table !== undefined && tables.includes(table);
		const field = isQualified && ofTable !== undefined ? ofTable : name;
		if (field === '_id') throw idExcluded();
		return { table: isQualified ? table : undefined, field };
	});
}

/** @returns the names that are there, each once */
function listOf(value: unknown, subject: string, areComputed: boolean): string[] {
	const values: unknown[] = typeof value === 'string' ? value.split(',') : toList(value, subject);
	const names = values.map((name) => {
		if (typeof name === 'string') return name.trim();
		throw inputFailure(
			`${subject} has ${describeType(name)} in it, not a name`,
			'Use an expression that gives a list of names, e.g. {{ ["tasks", "users"] }}.',
		);
	});
	return [...new Set(withoutEmptyNames(subject, names, areComputed || Array.isArray(value)))];
}

function toList(value: unknown, subject: string): unknown[] {
	if (value === undefined || value === null) return [];
	if (Array.isArray(value)) return value;
	throw inputFailure(
		`${subject} is ${describeType(value)}, not a list of names`,
		'Choose from the list, or use an expression that gives names, e.g. {{ ["tasks", "users"] }}.',
	);
}

/** What was meant to stay back would go into the workflow. */
function nothingExcluded() {
	return inputFailure(
		`${FIELDS_SUBJECT} names no field`,
		'Name a field, or remove what stands there if all fields may come.',
	);
}

function idExcluded() {
	return inputFailure(
		`${FIELDS_SUBJECT} names ${quote('_id')}, which documents always come with`,
		'Remove it: without its ID a document cannot be told from others.',
	);
}

/**
 * The tables that are chosen in the open form.
 *
 * @throws ConvexFailure (`input`) while there is none, or only an expression
 */
export function readFormTables(context: ILoadOptionsFunctions): string[] {
	const value: unknown = context.getCurrentNodeParameter(TABLES.name);
	if (!hasExpression(value)) return tablesOf(value, false);
	throw inputFailure(
		`${TABLES_SUBJECT} is an expression, so it is not known yet which fields the tables have`,
		'Choose the tables while you fill in the form, or use an expression here too.',
	);
}
