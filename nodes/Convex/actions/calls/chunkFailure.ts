import type { ConvexFailure } from '../../convex/failure';

/**
 * The failure of a call for many items, which is the same for each of them. What a function says of
 * one item, it says for all, so the advice tells how to find that item.
 */
export function failureOfChunk(
	failure: ConvexFailure,
	functionPath: string,
	itemCount: number,
): ConvexFailure {
	const { advice } = failure;
	const help = advice.help + argumentsHint(failure) + itemHint(failure, itemCount);
	return failure
		.with({ advice: { ...advice, help } })
		.ofCall({ functionPath, callItems: itemCount });
}

function argumentsHint({ reason }: ConvexFailure): string {
	return reason === 'badArguments'
		? " Compare 'List Argument' and 'Shared Arguments (JSON)' with it, too."
		: '';
}

function itemHint({ reason, details }: ConvexFailure, itemCount: number): string {
	const mayBeOneItem = reason === 'badArguments' || details.outcome === 'failed';
	return mayBeOneItem && itemCount > 1
		? ` The call was for ${itemCount} items, which all failed with it: a smaller number in 'Items per Call' shows which of them it is about.`
		: '';
}
