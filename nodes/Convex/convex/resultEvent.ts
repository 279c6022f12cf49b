import type { JSONValue } from 'convex/values';
import type { ConvexFailure } from './failure';

/**
 * Why the workflow starts.
 *
 * - `initial`: the result that was there when the query began to be watched.
 * - `change`: the result changed while it was watched.
 * - `catchUp`: it changed while nobody watched; what it was before is known by fingerprints only.
 */
export type EventReason = 'initial' | 'change' | 'catchUp';

/** What the workflow is told of a change, with all values in Convex's encoded JSON. */
export type ResultEvent =
	| { kind: 'result'; reason: EventReason; value: JSONValue; previousValue: JSONValue | undefined }
	| { kind: 'document'; reason: EventReason; change: DocumentChange };

export type EncodedDocument = { [field: string]: JSONValue };

/**
 * A document of a list that came, went or changed. What is undefined is not known, because only the
 * fingerprint of the earlier document was kept.
 */
export interface DocumentChange {
	type: 'added' | 'changed' | 'removed';
	key: JSONValue;
	document: EncodedDocument | undefined;
	previousDocument: EncodedDocument | undefined;
	/** Names of the fields that differ, for a changed document. */
	changedFields: string[] | undefined;
}

/** What is kept of a result, to find out later whether it changed. */
export interface RememberedResult {
	/** Fingerprint of the whole result. */
	result: string;
	/** For documents: fingerprints by key, as JSON; undefined where they are too many to keep. */
	documents?: string;
}

/** What a new result of a watched query means. */
export interface TakenResult {
	events: ResultEvent[];
	/** Something that was not noticed, or will not be. */
	warning?: ConvexFailure;
}

/** Compares each result of a watched query with the one before. */
export interface ResultTracker {
	/**
	 * Takes in the query's next result.
	 *
	 * @throws ConvexFailure (`input`) for a result that cannot be watched this way; the one before
	 * stays what the next is compared with
	 */
	take: (result: JSONValue) => TakenResult;
	/** What is known of the last result; undefined before the first. */
	remembered: () => RememberedResult | undefined;
}
