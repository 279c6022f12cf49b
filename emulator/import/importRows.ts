import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import { isObject } from '../validation';
import { valueError } from '../valueLimits';
import { importError, invalidRow } from './importError';
import { zipEntries } from './zipEntries';

export type ImportFormat = 'jsonLines' | 'jsonArray' | 'zip';

/** The documents for a table. */
export interface TableRows {
	/** `''` for the app itself. */
	componentPath: string;
	table: string;
	rows: Array<Record<string, Value>>;
}

/** TRANSACTION_MAX_USER_WRITE_SIZE_BYTES of crates/common/src/knobs.rs. */
const MAX_JSON_ARRAY_BYTES = 2 ** 24;

/** A row as JSON, whose numbers may be int64 where they are written without a point. */
type ParseRow = (line: string, row: number) => Value;

/**
 * Parses what was uploaded: crates/application/src/snapshot_import/parse.rs, without CSV.
 *
 * @param table - of every format but zip
 * @throws PlatformFailure naming the row
 */
export function parseImport(
	format: ImportFormat,
	content: Buffer,
	{ componentPath, table = '' }: { componentPath: string; table?: string },
): TableRows[] {
	if (format === 'zip') return parseZip(content, componentPath);
	checkStart(content);
	const text = content.toString('utf8');
	const rows =
		format === 'jsonLines' ? parseLines(text, parsePlainRow) : parseArray(text, content.length);
	return [{ componentPath, table, rows }];
}

function parseZip(archive: Buffer, componentPath: string): TableRows[] {
	const entries = zipEntries(archive);
	const tables: TableRows[] = [];
	for (const [name, content] of entries) {
		const [, folder = '', table] = /^(.*\/)?([^/]+)\/documents\.jsonl$/.exec(name) ?? [];
		if (table === undefined || table.startsWith('_')) continue;
		const schema = entries.get(`${folder}${table}/generated_schema.jsonl`)?.toString('utf8');
		// The older, inferred schemas are not read here.
		const parse = schema?.trim() === '"uniform"' ? parseUniformRow : parsePlainRow;
		const inner = [...folder.matchAll(/_components\/([^/]+)\//g)].map(([, part]) => part ?? '');
		const path = [componentPath, ...inner].filter((part) => part !== '').join('/');
		tables.push({ componentPath: path, table, rows: parseLines(content.toString('utf8'), parse) });
	}
	return tables;
}

/** A text with a byte order mark is refused. */
function checkStart(content: Buffer): void {
	if (content.subarray(0, 3).toString('hex') !== 'efbbbf') return;
	throw importError(
		'Utf8BomNotSupported',
		'UTF-8 BOM is not supported. Please save your file without BOM.',
	);
}

function parseLines(text: string, parse: ParseRow): TableRows['rows'] {
	const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
	if (text === '') return [];
	return lines.map((line, index) => documentOf(parse(line, index + 1), index + 1));
}

function parseArray(text: string, bytes: number): TableRows['rows'] {
	if (bytes > MAX_JSON_ARRAY_BYTES) {
		throw importError(
			'JsonArrayTooLarge',
			`Import is too large for JSON (${bytes} bytes > maximum 16 MiB). Consider converting data to JSONLines`,
		);
	}
	const array: JSONValue = parseJson(text, (why) =>
		importError('NotJson', `Not valid JSON: ${why}`),
	);
	if (!Array.isArray(array)) throw importError('NotJsonArray', 'Not a JSON array');
	return array.map((row, index) => documentOf(plainValue(row, index + 1), index + 1));
}

function documentOf(value: Value, row: number): Record<string, Value> {
	if (isObject(value)) return value;
	throw invalidRow(row, `expected object, received ${JSON.stringify(value)}`);
}

function parsePlainRow(line: string, row: number): Value {
	return plainValue(parseJson(line, invalidJson(row)), row);
}

/** Without a schema, JSON is what it looks like: all numbers are floats, and `$integer` is a bad name. */
function plainValue(json: JSONValue, row: number): Value {
	const name = findField(json, (field) => field.startsWith('$'));
	if (name !== undefined) {
		throw invalidRow(row, `Field name ${name} starts with '$', which is reserved.`);
	}
	return checked(json, row);
}

/** `from_clean_lossless` of crates/value/src/export.rs: int64 are the numbers without a point. */
function parseUniformRow(line: string, row: number): Value {
	const json = parseJson(line, invalidJson(row), encodeInteger);
	return checked(json, row);
}

function encodeInteger(_name: string, value: JSONValue, context?: { source?: string }): JSONValue {
	const source = context?.source ?? '';
	if (typeof value !== 'number' || !/^-?\d+$/.test(source)) return value;
	const bytes = Buffer.alloc(8);
	bytes.writeBigInt64LE(BigInt(source));
	return { $integer: bytes.toString('base64') };
}

function checked(json: JSONValue, row: number): Value {
	const error = valueError(json);
	if (error !== undefined) throw invalidRow(row, error);
	try {
		return jsonToConvex(json);
	} catch (thrown) {
		throw invalidRow(row, thrown instanceof Error ? thrown.message : String(thrown));
	}
}

function invalidJson(row: number) {
	return (why: string) => importError('JsonInvalidRow', `Row ${row} wasn't valid JSON: ${why}`);
}

function parseJson(
	text: string,
	toFailure: (why: string) => Error,
	revive?: (name: string, value: JSONValue, context?: { source?: string }) => JSONValue,
): JSONValue {
	try {
		return JSON.parse(text, revive);
	} catch (thrown) {
		throw toFailure(thrown instanceof Error ? thrown.message : String(thrown));
	}
}

function findField(json: JSONValue, isWanted: (name: string) => boolean): string | undefined {
	if (typeof json !== 'object' || json === null) return undefined;
	for (const [name, value] of Object.entries(json)) {
		if (!Array.isArray(json) && isWanted(name)) return name;
		const inner = findField(value ?? null, isWanted);
		if (inner !== undefined) return inner;
	}
	return undefined;
}
