import { convexToJson, getConvexSize, type JSONValue, type Value } from 'convex/values';
import type { ConvexTestDatabase, Document } from '../convexTestDatabases';
import { displayValue, validationError, type TableOfId, type ValidatorJson } from '../validation';
import { binarySize, nestingOf } from '../valueLimits';

/** crates/common/src/document.rs. */
const MAX_BYTES = 2 ** 20;
const MAX_NESTING = 16;

const SYSTEM_FIELDS = new Set(['_id', '_creationTime']);

/** Of a document's size, what `_id` and `_creationTime` take. */
const SYSTEM_FIELDS_BYTES = 61;

/** What convex-test has of a schema: crates/common/src/schemas/json.rs. */
interface ExportedSchema {
	schemaValidation: boolean;
	tables: Map<string, { documentType?: ValidatorJson }>;
}

/** What checks and changes documents in a database of convex-test. */
interface DocumentStore extends ConvexTestDatabase {
	_schema: ExportedSchema | null;
	_validate: (table: string, document: Document) => void;
	patch: (table: string | undefined, id: string, value: Document) => void;
	replace: (table: string | undefined, id: string, value: Document) => void;
}

/**
 * convex-test checks documents against the schema in its own words, knows no records, and has none of
 * the backend's limits for documents. The backend's checks take their place: crates/common/src/document.rs
 * and schemas/mod.rs, crates/database/src/transaction.rs.
 */
export function enforceDocumentRules(database: ConvexTestDatabase, tableOfId: TableOfId): void {
	const store = database as DocumentStore;
	store._validate = (table, document) => {
		const problem = documentError(store._schema, table, document, tableOfId);
		if (problem !== undefined) throw new Error(problem);
	};
	const existing = (action: string, id: string) => {
		const table = tableOfId(id);
		if (table !== undefined && store.get(table, id) !== null) return;
		if (table !== undefined) throw new Error(`${action} on nonexistent document ID ${id}`);
	};
	const { patch, replace, delete: remove } = store;
	store.patch = (table, id, value) => {
		existing('Update', id);
		patch.call(store, table, id, value);
	};
	store.replace = (table, id, value) => {
		existing('Replace', id);
		replace.call(store, table, id, value);
	};
	store.delete = (table, id) => {
		existing('Delete', id);
		remove.call(store, table, id);
	};
}

function documentError(
	schema: ExportedSchema | null,
	table: string,
	document: Document,
	tableOfId: TableOfId,
): string | undefined {
	const shown = withoutUnset(document);
	// A commit timestamp that is not resolved yet is an int64 to the backend, and no value to JSON.
	const encoded = isValue(shown) ? convexToJson(shown) : undefined;
	return (
		(encoded === undefined ? undefined : shapeError(shown, encoded)) ??
		schemaError(schema, table, shown, tableOfId) ??
		(encoded === undefined ? undefined : sizeError(shown))
	);
}

function shapeError(document: Document, encoded: JSONValue): string | undefined {
	const nesting = nestingOf(encoded);
	const tooNested =
		nesting > MAX_NESTING
			? [`Document is too nested (nested ${nesting} levels deep > maximum nesting ${MAX_NESTING})`]
			: [];
	const reserved = Object.keys(document)
		.filter((name) => name.startsWith('_') && !SYSTEM_FIELDS.has(name))
		.map(
			(name) =>
				`Field '${name}' starts with an underscore, which is only allowed for system fields like '_id'`,
		);
	const violations = [...tooNested, ...reserved];
	if (violations.length === 0) return undefined;
	return `${displayValue(document)} isn't a valid document: ${violations.join('\n ')}`;
}

function schemaError(
	schema: ExportedSchema | null,
	table: string,
	document: Document,
	tableOfId: TableOfId,
): string | undefined {
	const validator = schema?.tables.get(table)?.documentType;
	if (schema?.schemaValidation !== true || validator === undefined) return undefined;
	const own = Object.entries(document).filter(([name]) => !SYSTEM_FIELDS.has(name));
	const fields = Object.fromEntries(own);
	const problem = validationError(withCommitTimestamps(validator), fields, tableOfId);
	return problem === undefined
		? undefined
		: `Failed to insert or update a document in table "${table}" because it does not match the schema: ${problem}`;
}

/** They are stored as int64. */
function withCommitTimestamps(validator: ValidatorJson): ValidatorJson {
	return JSON.parse(JSON.stringify(validator).replaceAll('"commitTs"', '"bigint"'));
}

function sizeError(document: Document): string | undefined {
	const bytes = getConvexSize(document) + SYSTEM_FIELDS_BYTES;
	return bytes > MAX_BYTES
		? `Value is too large (${binarySize(bytes)} > maximum size ${binarySize(MAX_BYTES)})`
		: undefined;
}

function withoutUnset(document: Document): Document {
	const set = Object.entries(document).filter(([, value]) => value !== undefined);
	return Object.fromEntries(set);
}

function isValue(document: Record<string, unknown>): document is Record<string, Value> {
	try {
		convexToJson(document as Record<string, Value>);
		return true;
	} catch {
		return false;
	}
}
