import type { JSONValue } from 'convex/values';
import { ConvexFailure, failureOf, inputFailure } from '../failure';
import { describeType } from '../values/plainObject';
import { quote } from '../values/quote';

const ID_HELP = "Use the '_id' of a document, e.g. {{ $json._id }}.";

/** Those of Convex have about 32; each is sent with the name of every table when it is looked for. */
const MAX_ID_LENGTH = 200;

/**
 * The id of a document that a user names. Nothing is sent without one: some of Convex's functions take
 * a missing id for all documents.
 *
 * @throws ConvexFailure (`input`) for anything but text
 */
export function parseDocumentId(value: unknown): string {
	const id = typeof value === 'string' ? value.trim() : undefined;
	if (id === undefined) {
		throw inputFailure(
			`'Document ID' is ${describeType(value)}, not the ID of a document`,
			ID_HELP,
		);
	}
	if (id === '') throw inputFailure("'Document ID' is empty", ID_HELP);
	if (id.length <= MAX_ID_LENGTH) return id;
	throw inputFailure(
		`'Document ID' has ${id.length} characters, more than the ID of a document has`,
		ID_HELP,
	);
}

/** What came of looking for a document. */
export type FoundDocument =
	{ status: 'found'; document: JSONValue } | { status: 'missing'; failure: ConvexFailure };

/** @param actualTable the table that has the document, if there is one */
export function missingDocument(
	id: string,
	table: string,
	actualTable: string | undefined,
): ConvexFailure {
	if (actualTable !== undefined) {
		return inputFailure(
			`The document ${quote(id)} is in the table ${quote(actualTable)}, not in ${quote(table)}`,
			`Choose the table ${quote(actualTable)} if this is the document that you mean; otherwise correct 'Document ID'.`,
			'documentNotFound',
		);
	}
	return failureOf(
		'documentNotFound',
		`The table ${quote(table)} has no document with the ID ${quote(id)}`,
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
	);
}
