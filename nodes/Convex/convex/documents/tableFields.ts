import type { JSONValue } from 'convex/values';
import { isPlainObject } from '../values/plainObject';
import {
	alternativesOf,
	ANY_VALIDATOR,
	parseValidator,
	type FieldValidator,
	type Validator,
} from '../values/validator';
import { findSchemaTable } from './activeSchema';

/** The fields that Convex itself gives every document, with the types that it compares them by. */
export const SYSTEM_FIELDS: ReadonlyMap<string, Validator> = new Map([
	['_id', { type: 'string' }],
	['_creationTime', { type: 'number' }],
]);

/** What is known of the documents of a table. */
export interface TableFields {
	/**
	 * Where that is from: `schema` is enforced by Convex; `loose` is a schema that is not, and
	 * `documents` are those that the table has now. `nothing` where there is neither.
	 */
	source: 'schema' | 'loose' | 'documents' | 'nothing';
	/** What a document has to be. */
	document: Validator;
	/** The fields that it may have, by name. */
	fields: ReadonlyMap<string, FieldValidator>;
}

/** Of a table that nothing is known of. */
export const UNKNOWN_FIELDS: TableFields = {
	source: 'nothing',
	document: ANY_VALIDATOR,
	fields: new Map(),
};

/**
 * Reads what the deployed schema says of a table.
 *
 * @param schemas as `getSchemas` gives them
 * @returns undefined where the schema, or the table in it, says nothing of fields
 */
export function declaredFields(schemas: JSONValue, table: string): TableFields | undefined {
	const { declared, isEnforced } = findSchemaTable(schemas, table);
	if (declared === undefined) return undefined;
	const document = parseValidator(declared.documentType);
	const fields = fieldsOf(alternativesOf(document));
	if (fields === undefined) return undefined;
	return { source: isEnforced ? 'schema' : 'loose', document, fields };
}

/**
 * The fields that documents of any of these types may have. One that some of them lack, or need not
 * have, is optional.
 *
 * @returns undefined where a document may be anything
 */
function fieldsOf(documents: readonly Validator[]): Map<string, FieldValidator> | undefined {
	const known: Array<ReadonlyMap<string, FieldValidator>> = [];
	for (const document of documents) {
		if (document.type !== 'object') return undefined;
		known.push(document.fields);
	}
	const names = new Set(known.flatMap((fields) => [...fields.keys()]));
	return new Map(
		[...names].map((name) => [name, mergedField(known.map((each) => each.get(name)))]),
	);
}

function mergedField(fields: ReadonlyArray<FieldValidator | undefined>): FieldValidator {
	const known = fields.filter((field) => field !== undefined);
	const optional = fields.some((field) => field === undefined || field.optional);
	return { validator: unionOf(known.map(({ validator }) => validator)), optional };
}

/**
 * What the documents of a table have: for the form of a table without a schema. Nothing forbids other
 * fields, or values of other types.
 *
 * @param documents in the encoded format
 */
export function fieldsOfDocuments(documents: readonly JSONValue[]): TableFields {
	const found = new Map<string, Validator[]>();
	for (const document of documents) {
		if (!isPlainObject(document)) continue;
		for (const [name, value] of Object.entries(document)) {
			if (SYSTEM_FIELDS.has(name)) continue;
			const types = found.get(name) ?? [];
			types.push(typeOfValue(value));
			found.set(name, types);
		}
	}
	if (found.size === 0) return UNKNOWN_FIELDS;
	const fields = new Map(
		[...found].map(([name, types]) => [name, { validator: typeOfField(types), optional: true }]),
	);
	return { source: 'documents', document: ANY_VALIDATOR, fields };
}

/** Where all that are known are null, nothing says what else the field may be. */
function typeOfField(types: readonly Validator[]): Validator {
	return types.every(({ type }) => type === 'null') ? ANY_VALIDATOR : unionOf(types);
}

const RECORD: Validator = { type: 'record', key: { type: 'string' }, value: ANY_VALIDATOR };

/** The type of an encoded value; what an object or an array contains may be anything. */
function typeOfValue(value: unknown): Validator {
	if (Array.isArray(value)) return { type: 'array', element: ANY_VALIDATOR };
	if (isPlainObject(value)) {
		if (Object.hasOwn(value, '$integer')) return { type: 'int64' };
		if (Object.hasOwn(value, '$bytes')) return { type: 'bytes' };
		return Object.hasOwn(value, '$float') ? { type: 'number' } : RECORD;
	}
	if (typeof value === 'string') return { type: 'string' };
	if (typeof value === 'boolean') return { type: 'boolean' };
	return typeof value === 'number' ? { type: 'number' } : { type: 'null' };
}

/** The same type is named once. */
function unionOf(validators: readonly Validator[]): Validator {
	const byText = new Map(validators.flatMap(alternativesOf).map((each) => [textOf(each), each]));
	const [only, ...others] = byText.values();
	if (only === undefined) return ANY_VALIDATOR;
	return others.length === 0 ? only : { type: 'union', members: [...byText.values()] };
}

function textOf(validator: Validator): string {
	return JSON.stringify(validator, (_key, value: unknown) => {
		if (value instanceof Map) return [...value];
		return typeof value === 'bigint' ? { $bigint: String(value) } : value;
	});
}
