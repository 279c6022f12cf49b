import { ConvexFailure, isRead } from '../convex/failure';
import type { EndedItem } from './attemptCache';

/** Whether an item may do better in another attempt; what Convex refused fails there again. */
export function mayPassLater(ended: EndedItem): boolean {
	if (ended.status !== 'failed') return false;
	return isPassing(ended.failure);
}

export function isPassing({ details: { retryable, kind } }: ConvexFailure): boolean {
	return retryable === true || kind === 'network';
}

/**
 * Whether a change was sent and failed for good. Sent again, an action would repeat what it did until it failed.
 * What only reads does no harm, and may do better: a deployment may hide that it was an outage.
 */
export function hasFailedForGood(ended: EndedItem): boolean {
	if (ended.status !== 'failed' || mayPassLater(ended)) return false;
	const { details } = ended.failure;
	return details.outcome === 'failed' && !isRead(details);
}

/**
 * Whether items that take effect in input order wait for one that failed, which the next attempt sends again:
 * also where the request was refused before it began, as by a proxy while the deployment restarts behind it.
 */
export function isWaitedFor(failure: ConvexFailure): boolean {
	const { kind, outcome, httpStatus } = failure.details;
	const isRefused = kind === 'deployment' && outcome === 'notExecuted' && httpStatus !== undefined;
	return isPassing(failure) || isRefused;
}

/** The failure of an item that may have been sent. */
export function withUnknownOutcome(failure: ConvexFailure): ConvexFailure {
	return failure.with({ details: { retryable: false, outcome: 'unknown' } });
}

/** What became of the items that are done when the node stops: by resource and operation. A row is imported. */
const DONE = new Map([
	['document create', ['document', 'created']],
	['document update', ['document', 'changed']],
	['document delete', ['document', 'deleted']],
	['file upload', ['file', 'stored']],
	['file delete', ['file', 'deleted']],
]);

/** What became of the items before and beside the one that stops the node. */
interface OtherItems {
	/** How many are done. */
	done: number;
	/** How many may have run, with those whose call it shares. */
	unknown: number;
}

/**
 * The failure that stops the node, which gives no output then: who runs all items again has to know that some
 * of them are done, or may be, before it or beside it.
 *
 * @param operation with its resource, e.g. `document create`
 */
export function withOtherItems(
	failure: ConvexFailure,
	operation: string,
	{ done, unknown }: OtherItems,
): ConvexFailure {
	const { callItems, rows = 1 } = failure.details;
	const others = unknown - (failure.mayHaveRun ? (callItems ?? rows) : 0);
	const sentences = [doneSentence(operation, done), unknownSentence(others)];
	return sentences.reduce(
		(told, sentence) => (sentence === undefined ? told : told.saying(sentence)),
		failure,
	);
}

function unknownSentence(count: number): string | undefined {
	if (count <= 0) return undefined;
	return count === 1
		? '1 other item may have been done: its outcome is unknown.'
		: `${count.toLocaleString('en-US')} other items may have been done: their outcome is unknown.`;
}

function doneSentence(operation: string, count: number): string | undefined {
	if (count === 0) return undefined;
	const isOne = count === 1;
	const number = count.toLocaleString('en-US');
	if (operation === 'document import') {
		return `${number} other ${isOne ? 'row was' : 'rows were'} imported already.`;
	}
	const [thing, done] = DONE.get(operation) ?? [];
	if (thing === undefined) return undefined;
	return isOne
		? `1 other item was done already: its ${thing} was ${done}.`
		: `${number} other items were done already: their ${thing}s were ${done}.`;
}

/** A defect of this package. Without this failure such an item would be missing unnoticed. */
export function missingResult(): ConvexFailure {
	return new ConvexFailure(
		'The node lost track of this item',
		'Check in Convex whether its function ran, and report this as a defect of n8n-nodes-convex.',
		{ kind: 'input', retryable: false, outcome: 'unknown' },
	);
}

/** A parameter's value differs from item to item, so its failure says which item it was. */
export function withItemIndex(failure: ConvexFailure, itemIndex: number): ConvexFailure {
	if (failure.details.kind !== 'input') return failure;
	return failure.with({ message: `${failure.message} [item ${itemIndex}]` });
}
