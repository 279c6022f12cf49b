import type { JSONValue } from 'convex/values';
import { ConvexFailure } from './failure';
import { changesBetween, documentsByKey, type KnownDocuments } from './documentChanges';
import { fingerprintOf } from './fingerprint';
import { parseJsonObject } from './jsonText';
import type { EventReason, RememberedResult, ResultTracker, TakenResult } from './resultEvent';

/**
 * How much of a list is remembered, which n8n writes to its database whenever the workflow starts. A
 * document takes some 60 bytes with the _id as its key, more with a long text.
 */
export const MAX_REMEMBERED_DOCUMENTS = 10_000;
export const MAX_REMEMBERED_BYTES = 2 ** 20;
const BOUNDS = `${MAX_REMEMBERED_DOCUMENTS} documents and 1 MiB of their keys`;

/** Watches a list of documents: each that comes, goes or changes is a change. */
export class TrackedDocuments implements ResultTracker {
	private known: KnownDocuments | undefined;

	/** Those that are known as they are kept; undefined where they are too many. */
	private kept: string | undefined;

	/** Fingerprint of a list whose documents are not known. */
	private readonly rememberedWhole: string | undefined;

	/** Why they are not known. */
	private readonly forgotten: string = '';

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
		const { result, documents } = remembered;
		this.kept = documents;
		this.known = parseDocuments(documents);
		this.isCatchingUp = true;
		this.warnedOfLength = documents === undefined;
		if (this.known !== undefined) return;
		this.rememberedWhole = result;
		this.forgotten =
			documents === undefined
				? `Before, the list was too long to remember its documents one by one: that is done up to ${BOUNDS}. Watch a query that returns fewer, for example only those that still have something to be done.`
				: 'What was remembered of the documents cannot be read.';
	}

	take(result: JSONValue): TakenResult {
		const documents = documentsByKey(result, this.keyField);
		const { known } = this;
		const before = known ?? new Map();
		const reason = this.reasonOfNext();
		this.known = documents;
		this.kept = keptJson(documents);
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
			...(this.kept !== undefined && { documents: this.kept }),
		};
	}

	private reasonOfNext(): EventReason {
		if (this.isCatchingUp) return 'catchUp';
		return this.known === undefined ? 'initial' : 'change';
	}

	/** After a pause, of a list whose documents are not known, no more is known than that it changed. */
	private missed(documents: KnownDocuments): TakenResult {
		if (fingerprintOfAll(documents) === this.rememberedWhole) return { events: [] };
		return {
			events: [],
			warning: warning(
				'The watched list changed while the trigger was not running, and which documents changed is not known',
				`${this.forgotten} Changes from now on start the workflow again.`,
			),
		};
	}

	private warningOfLength({ size }: KnownDocuments): Pick<TakenResult, 'warning'> {
		if (this.kept !== undefined) {
			this.warnedOfLength = false;
			return {};
		}
		if (this.warnedOfLength) return {};
		this.warnedOfLength = true;
		return {
			warning: warning(
				`The watched list has ${size} documents: what changes while the trigger is not running will not be noticed`,
				`It remembers the documents of a list one by one up to ${BOUNDS}, to catch up on changes after a pause. Changes that happen while it runs start the workflow as ever. Watch a query that returns fewer documents, for example only those that still have something to be done, or choose a shorter field in 'Key Field'.`,
			),
		};
	}
}

function fingerprintOfAll(documents: KnownDocuments): string {
	const all = [...documents].map(([key, { fingerprint }]): [string, string] => [key, fingerprint]);
	return fingerprintOf(Object.fromEntries(all));
}

/** Fingerprints by key; undefined where they are too many to keep. */
function keptJson(documents: KnownDocuments): string | undefined {
	if (documents.size > MAX_REMEMBERED_DOCUMENTS) return undefined;
	const json = JSON.stringify(
		Object.fromEntries([...documents].map(([key, { fingerprint }]) => [key, fingerprint])),
	);
	return Buffer.byteLength(json) > MAX_REMEMBERED_BYTES ? undefined : json;
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
