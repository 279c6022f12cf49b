import {
	REQUEST_ADVICE,
	type Advice,
	type FailureReason,
	type NodeReason,
} from '../../convex/advice';
import { inputFailure, type ConvexFailure } from '../../convex/failure';

/** Reasons that no watched query and no request of a trigger fails for. */
type NeverOfTrigger =
	| 'writeConflict'
	| 'snapshotGone'
	| 'unavailable'
	| 'runStopped'
	| 'cancelled'
	| 'sessionInactive'
	| 'connectionKeepsClosing'
	| 'liveConnectionRefused';

/** In the words of the trigger's own parameters: it has no items, operations and options of a call. */
const TRIGGER_ADVICE: Record<Exclude<NodeReason, NeverOfTrigger>, Advice | string> = {
	...REQUEST_ADVICE,
	wrongType: "Only queries can be watched. Choose a query in 'Function'.",
	httpAction: "Only queries can be watched. Choose a query in 'Function'.",
	badArguments:
		"The arguments do not match the query's validator. Compare 'Arguments' with it: names, types, and which are required. An int64 needs the argument type 'Int64', bytes need 'Bytes (Base64)'.",
	notBase64: 'Encode the bytes in base64 (A-Z, a-z, 0-9, +, / and = at the end).',
	argumentsTooLarge: "Give the query less in 'Arguments'.",
	convexError: 'The query threw a ConvexError: what that means is up to the app.',
	overloaded: 'The deployment is at the limit of its plan. Call it less at this time.',
};

/** A failure in the words of the trigger. */
export function watchFailure(failure: ConvexFailure): ConvexFailure {
	return failure.advisedBy(TRIGGER_ADVICE);
}

/**
 * What Convex refuses before it reads anything. Nothing that changes has it run such a query once more
 * (convex-backend crates/application/src/lib.rs `read_only_udf_at_ts`: the token of an empty read set).
 */
const NOT_RUN_AGAIN: ReadonlySet<FailureReason> = new Set([
	'permissionNeeded',
	'componentNotFound',
]);

/** Whether the parameters or the key have to be changed: waiting for another result would not help. */
export function isWrongConfiguration({ details, reason }: ConvexFailure): boolean {
	const { kind, outcome } = details;
	if (kind === 'input' || NOT_RUN_AGAIN.has(reason)) return true;
	return kind === 'function' && outcome === 'notExecuted';
}

/** n8n did not take over the start of the workflow. */
export function notStarted({ message }: ConvexFailure): ConvexFailure {
	return inputFailure(
		`n8n did not start the workflow: ${message}`,
		"Look into n8n's log. The change is not lost: the trigger tries again until the workflow starts.",
	);
}

/** The failure of a trigger that ends because its credential is refused. */
export function endingTrigger(failure: ConvexFailure): ConvexFailure {
	return failure.with({
		message: failure.sentences,
		advice:
			'Correct the credential, then publish the workflow again: a trigger stops when its credential is refused.',
	});
}

/** The failure of a trigger that stays subscribed, in its words. */
export function keepsWatching(failure: ConvexFailure): ConvexFailure {
	const { description } = watchFailure(failure);
	const next = NOT_RUN_AGAIN.has(failure.reason)
		? 'Then unpublish the workflow and publish it again: the trigger does not recover on its own.'
		: 'The trigger keeps watching, and recovers on its own.';
	return failure.with({ advice: `${description} ${next}` });
}
