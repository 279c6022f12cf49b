import type { JSONValue } from 'convex/values';
import { describeType } from '../values/plainObject';
import { inputFailure, type ConvexFailure } from '../failure';
import { quote, shortened } from '../values/quote';
import { fingerprintOf, fingerprintOfJson } from '../values/fingerprint';
import { parseJsonObject } from '../values/jsonText';
import type { DocumentChange, EncodedDocument } from './resultEvent';
import { isSameField, isSameValue, ownField } from '../values/sameValue';

interface KnownDocument {
	fingerprint: string;
	/** Undefined where only the fingerprint was kept. */
	document: EncodedDocument | undefined;
}

/** The documents of a list by their key, which stands there as JSON text. */
export type KnownDocuments = ReadonlyMap<string, KnownDocument>;

/**
 * The documents of a query's result.
 *
 * @param known those of the result before: what has not changed since is not hashed again
 * @throws ConvexFailure (`input`) for a result that is no list of documents, and for documents that
 * the field does not tell apart
 */
export function documentsByKey(
	result: JSONValue,
	keyField: string,
	known: KnownDocuments | undefined,
): KnownDocuments {
	if (!Array.isArray(result)) throw notAList(result);
	const documents = new Map<string, KnownDocument>();
	result.forEach((document, index) => {
		const place = `number ${index + 1} of the list`;
		if (!isDocument(document)) {
			throw inputFailure(
				`The query's result is not a list of documents: ${place} is ${describeValue(document)}`,
				RESULT_HELP,
			);
		}
		const key = keyOf(document, keyField, place);
		if (documents.has(key)) {
			throw inputFailure(
				`Two documents of the query's result have the same ${quote(keyField)}: ${shortened(key)}`,
				"Set 'Key Field' to a field that has a different value in each document, such as _id.",
			);
		}
		documents.set(key, knownDocument(document, known?.get(key)));
	});
	return documents;
}

function knownDocument(document: EncodedDocument, before: KnownDocument | undefined) {
	return before?.document !== undefined && isSameValue(before.document, document)
		? before
		: { fingerprint: fingerprintOf(document), document };
}

/** What is kept of documents. */
export interface KeptDocuments {
	/** Fingerprints by key, as JSON, in the order of the list. */
	json: string;
	/** Fingerprint of all, in whatever order they are. */
	fingerprint: string;
}

export function keptDocuments(documents: KnownDocuments): KeptDocuments {
	const fields = new Map<string, string>();
	for (const [key, { fingerprint }] of documents) {
		fields.set(key, `${JSON.stringify(key)}:${JSON.stringify(fingerprint)}`);
	}
	const sorted = [...fields.keys()].sort().map((key) => fields.get(key));
	return {
		json: `{${[...fields.values()].join(',')}}`,
		fingerprint: fingerprintOfJson(`{${sorted.join(',')}}`),
	};
}

/**
 * Reads the JSON of `keptDocuments`.
 *
 * @returns undefined for anything else
 */
export function parseKeptDocuments(json: string): KnownDocuments | undefined {
	const fingerprints = parseJsonObject(json);
	if (fingerprints === undefined) return undefined;
	const documents = new Map<string, KnownDocument>();
	for (const [key, fingerprint] of Object.entries(fingerprints)) {
		if (typeof fingerprint !== 'string' || !isKeyJson(key)) return undefined;
		documents.set(key, { fingerprint, document: undefined });
	}
	return documents;
}

/** The changes in the order of the new list, then the removed documents. */
export function changesBetween(before: KnownDocuments, after: KnownDocuments): DocumentChange[] {
	const changes: DocumentChange[] = [];
	for (const [key, { fingerprint, document }] of after) {
		const known = before.get(key);
		if (known === undefined) {
			changes.push(describeChange('added', key, document, undefined));
		} else if (known.fingerprint !== fingerprint) {
			changes.push(describeChange('changed', key, document, known.document));
		}
	}
	for (const [key, { document }] of before) {
		if (!after.has(key)) changes.push(describeChange('removed', key, undefined, document));
	}
	return changes;
}

const RESULT_HELP =
	"Set 'Trigger On' to 'Any Change of the Result', or watch a query that returns a list of documents.";

function notAList(result: JSONValue): ConvexFailure {
	const isPage = isDocument(result) && Array.isArray(result.page);
	return inputFailure(
		`The query's result is ${describeValue(result)}, not a list of documents`,
		isPage ? `The query returns its documents page by page. ${RESULT_HELP}` : RESULT_HELP,
	);
}

function keyOf(document: EncodedDocument, keyField: string, place: string): string {
	const key = ownField(document, keyField);
	if (isKey(key)) return JSON.stringify(key);
	throw inputFailure(
		key === undefined
			? `The query's result has a document without the field ${quote(keyField)}: ${place}`
			: `The query's result has a document whose ${quote(keyField)} is ${describeKey(key)}, not text or a number: ${place}`,
		"Set 'Key Field' to a field that every document has, with a different value in each, such as _id.",
	);
}

function isKeyJson(json: string): boolean {
	try {
		return isKey(JSON.parse(json));
	} catch {
		return false;
	}
}

/** Text, a number that has digits, or an int64. */
function isKey(value: JSONValue | undefined): value is JSONValue {
	return (
		typeof value === 'string' ||
		typeof value === 'number' ||
		(isDocumentLike(value) && typeof value.$integer === 'string')
	);
}

function describeChange(
	type: DocumentChange['type'],
	key: string,
	document: EncodedDocument | undefined,
	previousDocument: EncodedDocument | undefined,
): DocumentChange {
	return {
		type,
		key: JSON.parse(key),
		document,
		previousDocument,
		changedFields:
			previousDocument === undefined || document === undefined
				? undefined
				: changedFields(previousDocument, document),
	};
}

/** Names of the fields that were set, removed or given another value. */
function changedFields(before: EncodedDocument, after: EncodedDocument): string[] {
	const names = new Set([...Object.keys(before), ...Object.keys(after)]);
	return [...names]
		.filter((name) => !isSameField(ownField(before, name), ownField(after, name)))
		.sort();
}

/** An object of Convex, and not one that encodes a value of another type. */
function isDocument(value: JSONValue | undefined): value is EncodedDocument {
	return isDocumentLike(value) && !Object.keys(value).some((name) => name.startsWith('$'));
}

function isDocumentLike(value: JSONValue | undefined): value is EncodedDocument {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers that JSON has no digits for are no keys. */
function describeKey(key: JSONValue): string {
	return isDocumentLike(key) && '$float' in key ? 'NaN, infinite or -0' : describeValue(key);
}

function describeValue(value: JSONValue): string {
	if (isDocumentLike(value) && '$bytes' in value) return 'bytes';
	const isNumber = isDocumentLike(value) && ('$integer' in value || '$float' in value);
	return isNumber ? 'a number' : describeType(value);
}
