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
