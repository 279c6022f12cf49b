import { ConvexFailure } from '../convex/failure';
import type { EndedItem } from './attemptCache';

/** Whether an item may do better in another attempt; what Convex refused fails there again. */
export function mayPassLater(ended: EndedItem): boolean {
	if (ended.status !== 'failed') return false;
	return isPassing(ended.failure);
}

export function isPassing({ details: { retryable, kind } }: ConvexFailure): boolean {
	return retryable === true || kind === 'network';
}

/** Whether an item was sent and failed for good. Sent again, an action would repeat what it did until it failed. */
export function hasFailedForGood(ended: EndedItem): boolean {
	const { status } = ended;
	return status === 'failed' && ended.failure.details.outcome === 'failed' && !mayPassLater(ended);
}

/** The failure of an item that may have been sent. */
export function withUnknownOutcome(failure: ConvexFailure): ConvexFailure {
	return failure.with({ details: { retryable: false, outcome: 'unknown' } });
}

/** What the items before the one that stops the node did for good: by resource and operation, e.g. "12 documents were created". */
const DONE_BEFORE = new Map([
	['document create', ['document', 'created']],
	['document update', ['document', 'changed']],
	['document delete', ['document', 'deleted']],
	['file upload', ['file', 'stored']],
	['file delete', ['file', 'deleted']],
]);

/**
 * The failure that stops the node, which gives no output then: who runs all items again has to know that some
 * of them are done.
 */
export function withItemsBefore(
	failure: ConvexFailure,
	operation: string,
	count: number,
): ConvexFailure {
	const [thing, done] = DONE_BEFORE.get(operation) ?? [];
	if (thing === undefined || count === 0) return failure;
	const items = count === 1 ? `1 ${thing} was` : `${count.toLocaleString('en-US')} ${thing}s were`;
	const period = /[.!?]$/.test(failure.message) ? '' : '.';
	return failure.with({ message: `${failure.message}${period} Before, ${items} ${done}.` });
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
