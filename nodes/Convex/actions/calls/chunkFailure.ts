import { REQUEST_ADVICE, type FailureReason } from '../../convex/advice';
import type { ConvexFailure } from '../../convex/failure';

/** For reasons whose advice is else to send several items, which a call has already. */
const ADVICE = {
	argumentsTooLarge: '',
	requestTooLarge: REQUEST_ADVICE.requestTooLarge,
};

/** Reasons for which a call for fewer items may do better. */
const TOO_MUCH: ReadonlySet<FailureReason> = new Set([
	'argumentsTooLarge',
	'requestTooLarge',
	'unreadableRequest',
	'limitExceeded',
	'resultTooLarge',
	'serverTimedOut',
	'timedOut',
] as const);

/**
 * The failure of a call for many items, which is the same for each of them. What a function says of
 * one item, it says for all, so the advice tells how to find that item.
 */
export function failureOfChunk(
	failure: ConvexFailure,
	functionPath: string,
	itemCount: number,
): ConvexFailure {
	const { advice } = itemCount > 1 ? failure.advisedBy(ADVICE) : failure;
	const help = advice.help + argumentsHint(failure) + itemHint(failure, itemCount);
	return failure
		.with({ advice: { ...advice, help: help.trim() } })
		.ofCall({ functionPath, callItems: itemCount });
}

function argumentsHint({ reason }: ConvexFailure): string {
	return reason === 'badArguments'
		? " Compare 'List Argument' and 'Shared Arguments (JSON)' with it, too."
		: '';
}

function itemHint({ reason, details }: ConvexFailure, itemCount: number): string {
	if (itemCount === 1) return '';
	if (TOO_MUCH.has(reason)) {
		return ` The call was for ${itemCount} items: a smaller number in 'Items per Call' gives it less to do.`;
	}
	const mayBeOneItem = reason === 'badArguments' || details.outcome === 'failed';
	return mayBeOneItem
		? ` The call was for ${itemCount} items, which all failed with it: a smaller number in 'Items per Call' shows which of them it is about.`
		: '';
}
