import type { JSONValue } from 'convex/values';
import { ConvexFailure } from './failure';
import { changesBetween, documentsByKey, type KnownDocuments } from './documentChanges';
import { fingerprintOf } from './fingerprint';
import { parseJsonObject } from './jsonText';
import type { EventReason, RememberedResult, ResultTracker, TakenResult } from './resultEvent';

/** Some 60 bytes each, which n8n writes to its database whenever the workflow starts. */
export const MAX_REMEMBERED_DOCUMENTS = 10_000;

/** Watches a list of documents: each that comes, goes or changes is a change. */
export class TrackedDocuments implements ResultTracker {
	private known: KnownDocuments | undefined;

	/** Fingerprint of a list that was too long to remember its documents. */
	private readonly rememberedWhole: string | undefined;

	/** Whether the documents are remembered from an earlier process. */
	private isCatchingUp = false;

	private warnedOfLength = false;

	/**
	 * @param keyField the field that tells the documents apart
	 * @param remembered what was kept of the last result; undefined to begin with the next one
	 */
	constructor(
		private readonly keyField: string,
		remembered: RememberedResult | undefined,
		private readonly emitInitial: boolean,
	) {
		if (remembered === undefined) return;
		this.known = parseDocuments(remembered.documents);
		this.isCatchingUp = true;
		if (this.known === undefined) this.rememberedWhole = remembered.result;
		this.warnedOfLength = this.known === undefined;
	}

	take(result: JSONValue): TakenResult {
		const documents = documentsByKey(result, this.keyField);
		const { known } = this;
		const before = known ?? new Map();
		const reason = this.reasonOfNext();
		this.known = documents;
		this.isCatchingUp = false;
		if (known === undefined && reason === 'catchUp') return this.missed(documents);
		const isQuiet = reason === 'initial' && !this.emitInitial;
		const events = isQuiet
			? []
			: changesBetween(before, documents).map((change) => ({
					kind: 'document' as const,
					reason,
					change,
				}));
		return { events, ...this.warningOfLength(documents) };
	}

	remembered(): RememberedResult | undefined {
		if (this.known === undefined) return undefined;
		return {
			result: fingerprintOfAll(this.known),
			...(this.known.size <= MAX_REMEMBERED_DOCUMENTS && {
				documents: JSON.stringify(
					Object.fromEntries([...this.known].map(([key, { fingerprint }]) => [key, fingerprint])),
				),
			}),
		};
	}

	private reasonOfNext(): EventReason {
		if (this.isCatchingUp) return 'catchUp';
		return this.known === undefined ? 'initial' : 'change';
	}

	/** After a pause, of a list too long to remember, no more is known than that it changed. */
	private missed(documents: KnownDocuments): TakenResult {
		if (fingerprintOfAll(documents) === this.rememberedWhole) return { events: [] };
		return {
			events: [],
			warning: warning(
				'The watched list changed while the trigger was not running, and which documents changed is not known',
				`Before, the list had more than ${MAX_REMEMBERED_DOCUMENTS} documents, too many to remember them one by one. Watch a query that returns fewer, for example only those that still have something to be done. Changes from now on start the workflow again.`,
			),
		};
	}

	private warningOfLength({ size }: KnownDocuments): Pick<TakenResult, 'warning'> {
		if (size <= MAX_REMEMBERED_DOCUMENTS) {
			this.warnedOfLength = false;
			return {};
		}
		if (this.warnedOfLength) return {};
		this.warnedOfLength = true;
		return {
			warning: warning(
				`The watched list has ${size} documents: what changes while the trigger is not running will not be noticed`,
				`It remembers the documents of a list one by one up to ${MAX_REMEMBERED_DOCUMENTS}, to catch up on changes after a pause. Changes that happen while it runs start the workflow as ever. Watch a query that returns fewer documents, for example only those that still have something to be done.`,
			),
		};
	}
}

function fingerprintOfAll(documents: KnownDocuments): string {
	const all = [...documents].map(([key, { fingerprint }]): [string, string] => [key, fingerprint]);
	return fingerprintOf(Object.fromEntries(all));
}

function parseDocuments(json: string | undefined): KnownDocuments | undefined {
	const fingerprints = json === undefined ? undefined : parseJsonObject(json);
	if (fingerprints === undefined) return undefined;
	return new Map(
		Object.entries(fingerprints).map(([key, fingerprint]) => [
			key,
			{ fingerprint: String(fingerprint), document: undefined },
		]),
	);
}

function warning(message: string, description: string): ConvexFailure {
	return new ConvexFailure(message, description, { kind: 'input', outcome: 'notExecuted' });
}
