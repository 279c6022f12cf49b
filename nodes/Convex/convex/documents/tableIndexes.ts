import type { JSONValue } from 'convex/values';
import { inputFailure } from '../failure';
import { isPlainObject } from '../values/plainObject';
import { listed, quote, shortened } from '../values/quote';
import { findSchemaTable } from './activeSchema';
import { CREATION_TIME_INDEX, ID_INDEX, type TableIndex } from './documentFilter';

/**
 * The indexes of a table: those of the schema that is deployed, and those of every table. Indexes for
 * search and for vectors have no order, so they are left out.
 *
 * @param schemas as `getSchemas` gives them
 */
export function parseIndexes(schemas: JSONValue, table: string): TableIndex[] {
	const { declared } = findSchemaTable(schemas, table);
	const indexes: unknown[] = Array.isArray(declared?.indexes) ? declared.indexes : [];
	return [...indexes.flatMap(parseIndex), CREATION_TIME_INDEX, ID_INDEX];
}

function parseIndex(index: unknown): TableIndex[] {
	if (!isPlainObject(index)) return [];
	const { indexDescriptor: name, fields } = index;
	if (typeof name !== 'string' || !Array.isArray(fields)) return [];
	return [{ name, fields: fields.filter((field) => typeof field === 'string') }];
}

/** @throws ConvexFailure (`input`) for an index that the table has not, naming those that it has */
export function findIndex(indexes: readonly TableIndex[], name: string, table: string): TableIndex {
	const found = indexes.find((index) => index.name === name);
	if (found !== undefined) return found;
	throw inputFailure(
		`The table ${quote(table)} has no index ${quote(name)}`,
		`Choose another in 'Index', or empty it. Its indexes are: ${listed(indexes, ', ', (index) => shortened(index.name))}. Search and vector indexes cannot be used here.`,
	);
}
