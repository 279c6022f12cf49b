import type { JSONValue } from 'convex/values';
import type { ConvexFailure } from '../failure';

/**
 * Why the workflow starts.
 *
 * - `initial`: the result that was there when the query began to be watched.
 * - `change`: the result changed while it was watched.
 * - `catchUp`: it changed while nobody watched; what it was before is known by fingerprints only.
 * - `sample`: nothing happened; the item shows what one looks like.
 */
export type EventReason = 'initial' | 'change' | 'catchUp' | 'sample';

export type ChangeType = 'added' | 'changed' | 'removed';

export const CHANGE_TYPES: readonly ChangeType[] = ['added', 'changed', 'removed'];

/** What starts the workflow, with all values in Convex's encoded JSON. */
export type ResultEvent =
	| { kind: 'result'; reason: EventReason; value: JSONValue; previousValue: JSONValue | undefined }
	| { kind: 'document'; reason: EventReason; change: DocumentChange };

export type EncodedDocument = { [field: string]: JSONValue };

/**
 * A document of a list that was added, removed or changed. What is undefined is not known, because only the
 * fingerprint of the earlier document was kept.
 */
export interface DocumentChange {
	type: ChangeType;
	key: JSONValue;
	document: EncodedDocument | undefined;
	previousDocument: EncodedDocument | undefined;
	/** Names of the fields that differ, for a changed document. */
	changedFields: string[] | undefined;
}

/** What is kept of a result, to find out later whether it changed. */
export interface ResultCheckpoint {
	/** Fingerprint of the whole result. */
	result: string;
	/** For documents: fingerprints by key, as JSON; undefined where they are too many to keep. */
	documents?: string;
	/** The changes of documents that started the workflow then, separated by commas; all unless given. */
	wanted?: string;
}

/** What a new result of a watched query means. */
export interface ResultUpdate {
	events: ResultEvent[];
	/** Changes that were not noticed, or will not be. */
	warning?: ConvexFailure;
	/** What is to be kept of the result. */
	checkpoint: ResultCheckpoint;
	/** Compares further results with this one, instead of the one before. */
	accept: () => void;
}

/** Compares each result of a watched query with the one before. */
export interface ResultTracker {
	/**
	 * Compares the query's next result with the one that was accepted last.
	 *
	 * @throws ConvexFailure (`input`) for a result that cannot be watched this way
	 */
	compare: (result: JSONValue) => ResultUpdate;
}
