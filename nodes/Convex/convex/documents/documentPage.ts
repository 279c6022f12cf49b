import type { JSONValue } from 'convex/values';
import { ConvexFailure, failureOf } from '../failure';
import { describeType, isPlainObject } from '../values/plainObject';
import { quote } from '../values/quote';
import type { DocumentFilter } from './documentFilter';

/** A page of a table. It may be empty, or short, and not be the last. */
export interface DocumentPage {
	documents: JSONValue[];
	/** Where the next page begins; undefined behind the last one. */
	nextCursor: string | undefined;
}

/**
 * @param value what `paginatedTableDocuments` gives, in the encoded format
 * @param filters those that were sent with the request, in their order
 * @throws ConvexFailure for a filter that Convex refuses: it says so in the place of documents
 */
export function parseDocumentPage(
	value: JSONValue,
	filters: readonly DocumentFilter[],
): DocumentPage {
	if (!isPlainObject(value) || !Array.isArray(value.page)) {
		throw unreadable(isPlainObject(value) ? 'an object without a list' : describeType(value));
	}
	const { page, isDone, continueCursor } = value;
	for (const row of page) checkDocument(row, filters);
	if (isDone === true) return { documents: page, nextCursor: undefined };
	if (isDone === false && typeof continueCursor === 'string') {
		return { documents: page, nextCursor: continueCursor };
	}
	throw unreadable('a page that does not say where the next one begins');
}

function checkDocument(row: JSONValue, filters: readonly DocumentFilter[]): void {
	if (!isPlainObject(row)) throw unreadable(`a list with ${describeType(row)} in it`);
	if (row._id !== undefined) return;
	if (typeof row.error !== 'string') throw unreadable('a list with something else in it');
	const refused = typeof row.filter === 'number' ? filters[row.filter] : undefined;
	const what =
		refused === undefined
			? "Convex refused 'Index' and 'Filters'"
			: `Convex refused the filter on ${quote(refused.field)}`;
	throw failureOf('filterRefused', `${what}: ${row.error}`, {
		kind: 'input',
		retryable: false,
		outcome: 'notExecuted',
	});
}

function unreadable(what: string): ConvexFailure {
	return new ConvexFailure(
		`The documents could not be read: the answer is ${what}`,
		'This version of Convex lists documents in another way. Read them with a paginated query of your own.',
		{ kind: 'deployment', retryable: false, outcome: 'failed' },
	);
}

/** The pages of a table would be read for ever. */
export function endlessPages(): ConvexFailure {
	return unreadable('a page that leads back to one that was read already');
}
