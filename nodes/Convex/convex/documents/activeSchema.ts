import type { JSONValue } from 'convex/values';
import { isPlainObject } from '../values/plainObject';

/** What the schema that is deployed says of a table. */
export interface SchemaTable {
	/** As the schema has it; undefined for a table that is not in it. */
	declared: Record<string, unknown> | undefined;
	/** Whether Convex refuses what does not match it. */
	isEnforced: boolean;
}

/**
 * @param schemas as `getSchemas` gives them: the active one is JSON text (convex-backend
 *   crates/common/src/schemas/json.rs)
 */
export function findSchemaTable(schemas: JSONValue, table: string): SchemaTable {
	const active = isPlainObject(schemas) ? schemas.active : undefined;
	const parsed = typeof active === 'string' ? parseSchema(active) : undefined;
	const schema = isPlainObject(parsed) ? parsed : {};
	const tables: unknown[] = Array.isArray(schema.tables) ? schema.tables : [];
	const declared = tables.filter(isPlainObject).find(({ tableName }) => tableName === table);
	// Schemas are enforced unless they say that they are not.
	return { declared, isEnforced: schema.schemaValidation !== false };
}

function parseSchema(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
