import type { JSONValue } from 'convex/values';
import {
	changesBetween,
	documentsByKey,
	keptDocuments,
	parseKeptDocuments,
	type KnownDocuments,
} from './documentChanges';
import { ConvexFailure } from '../failure';
import {
	CHANGE_TYPES,
	type ChangeType,
	type EventReason,
	type ResultCheckpoint,
	type ResultTracker,
	type ResultUpdate,
} from './resultEvent';

/**
 * How much of a list is remembered, which n8n writes to its database whenever the workflow starts. A
 * document takes its key and some 26 bytes.
 */
export const MAX_REMEMBERED_DOCUMENTS = 10_000;
export const MAX_REMEMBERED_BYTES = 2 ** 20;
const BOUNDS = `${MAX_REMEMBERED_DOCUMENTS} documents and 1 MiB of their keys`;

/**
 * What the next list is compared with.
 *
 * - `nothing`: it is the first.
 * - `fingerprints`: an earlier process kept those of the last list.
 * - `gap`: it kept a fingerprint of the whole list only.
 * - `list`: the last one.
 */
type LastList =
	| { from: 'nothing'; documents?: undefined }
	| { from: 'fingerprints'; documents: KnownDocuments; wanted: string }
	| { from: 'gap'; documents?: undefined; result: string; gapReason: string }
	| { from: 'list'; documents: KnownDocuments; checkpoint: ResultCheckpoint };

const REASONS = {
	nothing: 'initial',
	fingerprints: 'catchUp',
	list: 'change',
} as const satisfies Partial<Record<LastList['from'], EventReason>>;

/** Watches a list of documents: each that is added, removed or changed is a change. */
export class TrackedDocuments implements ResultTracker {
	private last: LastList;

	private warnedOfLength: boolean;

	/**
	 * @param keyField the field that tells the documents apart
	 * @param remembered what was kept of the last result; undefined to begin with the next one
	 * @param wanted the changes that are events
	 */
	constructor(
		private readonly keyField: string,
		remembered: ResultCheckpoint | undefined,
		private readonly emitInitial: boolean,
		private readonly wanted: readonly ChangeType[] = CHANGE_TYPES,
	) {
		this.last = remembered === undefined ? { from: 'nothing' } : lastListOf(remembered);
		this.warnedOfLength = remembered !== undefined && remembered.documents === undefined;
	}

	compare(result: JSONValue): ResultUpdate {
		const { last, warnedOfLength } = this;
		const documents = documentsByKey(result, this.keyField, last.documents);
		if (last.from === 'gap') return this.afterGap(last, documents);
		const isSilentStart = last.from === 'nothing' && !this.emitInitial;
		const changes = isSilentStart ? [] : changesBetween(last.documents ?? new Map(), documents);
		const isUnchanged = last.from === 'list' && changes.length === 0;
		const checkpoint = isUnchanged ? last.checkpoint : this.checkpointOf(documents);
		const isTooLong = checkpoint.documents === undefined;
		const reason = REASONS[last.from];
		return {
			events: changes
				.filter(({ type }) => this.wanted.includes(type) && wasWanted(last, type))
				.map((change) => ({ kind: 'document', reason, change })),
			...(isTooLong && !warnedOfLength && { warning: tooLong(documents) }),
			checkpoint,
			accept: () => {
				this.last = { from: 'list', documents, checkpoint };
				this.warnedOfLength = isTooLong || (warnedOfLength && !isShort(documents));
			},
		};
	}

	/** After a pause, of a list whose documents are not known, no more is known than that it changed. */
	private afterGap(
		{ result, gapReason }: LastList & { from: 'gap' },
		documents: KnownDocuments,
	): ResultUpdate {
		const checkpoint = this.checkpointOf(documents);
		return {
			events: [],
			...(checkpoint.result !== result && { warning: unknownChanges(gapReason) }),
			checkpoint,
			accept: () => {
				this.last = { from: 'list', documents, checkpoint };
				this.warnedOfLength &&= !isShort(documents);
			},
		};
	}

	/** The documents are left out where they are too many to keep. */
	private checkpointOf(documents: KnownDocuments): ResultCheckpoint {
		const { json, fingerprint } = keptDocuments(documents);
		const isTooLong =
			documents.size > MAX_REMEMBERED_DOCUMENTS || keyBytes(documents) > MAX_REMEMBERED_BYTES;
		return {
			result: fingerprint,
			wanted: this.wanted.join(),
			...(!isTooLong && { documents: json }),
		};
	}
}

/**
 * Whether a change of this type would have started the workflow when the last list was kept. Others may
 * have happened while they were watched and left out: n8n writes the list down when the workflow starts.
 */
function wasWanted(last: LastList, type: ChangeType): boolean {
	return last.from !== 'fingerprints' || last.wanted.split(',').includes(type);
}

function lastListOf({ result, documents: kept, wanted }: ResultCheckpoint): LastList {
	const documents = kept === undefined ? undefined : parseKeptDocuments(kept);
	if (documents !== undefined) {
		return { from: 'fingerprints', documents, wanted: wanted ?? CHANGE_TYPES.join() };
	}
	const gapReason =
		kept === undefined
			? `Before, the list was too long to remember its documents one by one: that is done up to ${BOUNDS}. Watch a query that returns fewer, for example only those that still need work.`
			: 'What was remembered of the documents cannot be read.';
	return { from: 'gap', result, gapReason };
}

/** Far below both bounds: a list that goes back and forth across one is not warned of each time. */
function isShort(documents: KnownDocuments): boolean {
	const isOfFew = documents.size <= MAX_REMEMBERED_DOCUMENTS / 2;
	return isOfFew && keyBytes(documents) <= MAX_REMEMBERED_BYTES / 2;
}

function keyBytes(documents: KnownDocuments): number {
	let bytes = 0;
	for (const key of documents.keys()) bytes += Buffer.byteLength(key);
	return bytes;
}

function unknownChanges(gapReason: string): ConvexFailure {
	return warning(
		'The watched list changed while the trigger was not running, and which documents changed is not known',
		`${gapReason} Changes from now on start the workflow again.`,
	);
}

function tooLong({ size }: KnownDocuments): ConvexFailure {
	return warning(
		`The watched list has ${size} documents: what changes while the trigger is not running will not be noticed`,
		`It remembers the documents of a list one by one up to ${BOUNDS}, to catch up on changes after a pause. Changes that happen while it runs start the workflow as usual. Watch a query that returns fewer documents, for example only those that still need work, or choose a shorter field in 'Key Field'.`,
	);
}

function warning(message: string, description: string): ConvexFailure {
	return new ConvexFailure(message, description, { kind: 'input', outcome: 'notExecuted' });
}
