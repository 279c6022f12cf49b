import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { App } from '../app';
import type { Document } from '../convexTestDatabases';
import { internalServerError, PlatformFailure } from '../platformFailure';
import { badBody, isBody, type Body } from '../request';
import { isObject } from '../validation';
import { valueError } from '../valueLimits';
import { DocumentWriter } from './documentWriter';
import { isIdentifier } from './importRequest';
import { KEY_INDEX } from './keyIndexes';

/** AIRBYTE_STREAMING_IMPORT_REQUEST_SIZE_LIMIT of crates/common/src/knobs.rs. */
export const MAX_RECORDS_BYTES = 20 * 2 ** 20;

/**
 * Most records of a transaction, by the ranges that each of them reads; then what was written stays, and
 * a further transaction begins (TRANSACTION_MAX_READ_SET_INTERVALS).
 */
const MAX_RECORDS_OF_TRANSACTION = 4_096 / 2;

interface Stream {
	/** Paths of fields; undefined appends. */
	key: string[] | undefined;
}

interface AirbyteRecord {
	table: string;
	isDeleted: boolean;
	fields: Document;
}

/**
 * Inserts records, or puts each into the place of the document with its key: crates/model/src/airbyte_import,
 * `import_airbyte_records` of crates/application/src/lib.rs.
 */
export async function importAirbyteRecords(app: App, body: Body): Promise<void> {
	const { tables, messages } = body;
	if (!isBody(tables)) throw badBody('missing field `tables`');
	if (!Array.isArray(messages)) throw badBody('missing field `messages`');
	const records = messages.map(recordOf);
	const streams = new Map(
		Object.entries(tables).map(([table, stream]) => [table, streamOf(stream)]),
	);
	for (let first = 0; first < records.length; first += MAX_RECORDS_OF_TRANSACTION) {
		const page = records.slice(first, first + MAX_RECORDS_OF_TRANSACTION);
		await DocumentWriter.transaction(app, '', (writer) => {
			const finder = new KeyFinder(app, writer);
			for (const record of page) processRecord(writer, finder, record, streams.get(record.table));
		});
	}
}

function streamOf(stream: JSONValue | undefined): Stream {
	if (!isBody(stream) || stream.jsonSchema === undefined)
		throw badBody('missing field `jsonSchema`');
	const { primaryKey } = stream;
	if (primaryKey === undefined || primaryKey === null) return { key: undefined };
	if (!Array.isArray(primaryKey)) throw badBody('invalid type: expected a sequence');
	if (primaryKey.length === 0) {
		throw new PlatformFailure(400, 'EmptyPrimaryKey', 'Primary keys cannot be empty');
	}
	return { key: primaryKey.map((path) => (Array.isArray(path) ? path.join('.') : String(path))) };
}

function recordOf(message: JSONValue): AirbyteRecord {
	if (!isBody(message) || typeof message.tableName !== 'string' || message.data === undefined) {
		throw badBody('missing field');
	}
	const renamed = withValidNames(message.data);
	const error = valueError(renamed);
	if (error !== undefined) throw internalServerError(500);
	const fields = jsonToConvex(renamed);
	// What is no object is no fault of the client's, as the backend sees it.
	if (!isObject(fields)) throw internalServerError(500);
	const deletedAt = fields.source_ab_cdc_deleted_at;
	const kept = Object.entries(fields).filter(([name]) => !name.startsWith('source_ab_cdc'));
	return {
		table: validName(message.tableName, isIdentifier),
		isDeleted: deletedAt !== undefined && deletedAt !== null,
		fields: Object.fromEntries(kept),
	};
}

/** Names that Convex does not take are changed, at any depth, those of its own types as well. */
function withValidNames(json: JSONValue): JSONValue {
	if (Array.isArray(json)) return json.map(withValidNames);
	if (typeof json !== 'object' || json === null) return json;
	return Object.fromEntries(
		Object.entries(json).map(([name, value]) => [
			validName(name, isFieldName),
			withValidNames(value ?? null),
		]),
	);
}

function isFieldName(name: string): boolean {
	return /^[\x20-\x7e]+$/.test(name) && !name.startsWith('$');
}

/** crates/application/src/valid_identifier.rs. */
function validName(name: string, isValid: (name: string) => boolean): string {
	if (isValid(name) && !name.startsWith('_')) return name;
	const slug = name
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '_')
		.replace(/^_+|_+$/g, '');
	return `source_${slug}`;
}

function processRecord(
	writer: DocumentWriter,
	finder: KeyFinder,
	{ table, isDeleted, fields }: AirbyteRecord,
	stream: Stream | undefined,
): void {
	if (stream === undefined) {
		throw new PlatformFailure(400, 'MissingStream', `Missing stream for table ${table}`);
	}
	const found = stream.key === undefined ? undefined : finder.find(table, stream.key, fields);
	if (found === undefined) {
		finder.inserted(table, { ...fields, _id: writer.insert(table, fields) });
	} else if (isDeleted) {
		writer.delete(table, found);
		finder.deleted(table, found);
	} else {
		writer.replace(table, found, fields);
		finder.deleted(table, found);
		finder.inserted(table, { ...found, ...fields });
	}
}

/** Finds documents by their keys, within a transaction. */
class KeyFinder {
	private readonly tables = new Map<string, Map<string, Document[]>>();

	constructor(
		private readonly app: App,
		private readonly writer: DocumentWriter,
	) {}

	/** @throws PlatformFailure for a key that the index is not for, or that several documents have */
	find(table: string, key: readonly string[], fields: Document): Document | undefined {
		const indexed = this.indexedFields(table);
		for (const path of key) {
			if (valueAt(fields, path) !== undefined) continue;
			throw new PlatformFailure(
				400,
				'MissingPrimaryKeyValue',
				`Missing value for primary key field: ${path}.`,
			);
		}
		checkRange(`${table}.${KEY_INDEX}`, key, indexed);
		const found = this.byKey(table, key).get(keyText(key, fields)) ?? [];
		// The backend takes it for a fault of its own.
		if (found.length > 1) throw internalServerError(500);
		return found[0];
	}

	inserted(table: string, document: Document): void {
		for (const [tableAndKey, byKey] of this.tables) {
			if (!isOf(tableAndKey, table)) continue;
			const text = keyText(keyIn(tableAndKey), document);
			byKey.set(text, [...(byKey.get(text) ?? []), document]);
		}
	}

	deleted(table: string, document: Document): void {
		for (const [tableAndKey, byKey] of this.tables) {
			if (!isOf(tableAndKey, table)) continue;
			const text = keyText(keyIn(tableAndKey), document);
			byKey.set(
				text,
				(byKey.get(text) ?? []).filter(({ _id }) => _id !== document._id),
			);
		}
	}

	private indexedFields(table: string): readonly string[] {
		const index = this.app.keyIndexes.get(table);
		const name = `${table}.${KEY_INDEX}`;
		if (index === undefined) {
			throw new PlatformFailure(400, 'IndexNotFoundError', `Index ${name} not found.`);
		}
		if (index.state === 'done') return index.fields;
		throw new PlatformFailure(
			400,
			'IndexBackfillingError',
			`Index ${name} is currently backfilling and not available to query yet.`,
		);
	}

	private byKey(table: string, key: readonly string[]): Map<string, Document[]> {
		const tableAndKey = [table, ...key].join('\n');
		const known = this.tables.get(tableAndKey);
		if (known !== undefined) return known;
		const byKey = Map.groupBy(this.writer.documents(table), (document) => keyText(key, document));
		this.tables.set(tableAndKey, byKey);
		return byKey;
	}
}

function isOf(tableAndKey: string, table: string): boolean {
	return tableAndKey.startsWith(`${table}\n`);
}

function keyIn(tableAndKey: string): string[] {
	return tableAndKey.split('\n').slice(1);
}

/** `IndexRange::compile` of crates/common/src/query.rs: in any order, they are the index's first fields. */
function checkRange(name: string, key: readonly string[], indexed: readonly string[]): void {
	const other = key.find((path) => !indexed.includes(path));
	if (other !== undefined) {
		throw new PlatformFailure(
			400,
			'FieldNotInIndex',
			`The index range included a comparison with "${other}", but ${name} with fields ${JSON.stringify([...indexed, '_creationTime'])} doesn't index this field. For more information see https://docs.convex.dev/using/indexes.`,
		);
	}
	if (indexed.slice(0, key.length).every((path) => key.includes(path))) return;
	throw new PlatformFailure(
		400,
		'InvalidIndexRange',
		`Tried to query index ${name} but the query didn't use the index fields in order.`,
	);
}

function keyText(key: readonly string[], document: Document): string {
	return JSON.stringify(
		key.map((path) => {
			const value = valueAt(document, path);
			return typeof value === 'bigint' ? { int64: String(value) } : value;
		}),
	);
}

function valueAt(fields: Document, path: string): Value | undefined {
	return path
		.split('.')
		.reduce<Value | undefined>(
			(value, name) => (value !== undefined && isObject(value) ? value[name] : undefined),
			fields,
		);
}
