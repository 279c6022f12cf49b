import { lostAnswer } from './callOutcome';
import { durationInWords } from '../values/duration';
import { failureOf, type ConvexFailure, type FailureDetails } from '../failure';
import type { SessionOperation } from '../functions/functionCall';

/** Whether the call ran is not known from the connection alone: `notSent` and `answerLost` say it. */
const CONNECTION_LOST: FailureDetails = { kind: 'network', retryable: true, outcome: 'unknown' };

const NOTHING_SENT: FailureDetails = { ...CONNECTION_LOST, outcome: 'notExecuted' };

const SENT_ONCE =
	'An action that was in flight is not sent again: the deployment recognises only mutations that it has had before.';

/** The failure of a call that was never sent, for a reason that is not its own. */
export function notSent(cause: ConvexFailure): ConvexFailure {
	return cause.with({ details: { outcome: 'notExecuted' } });
}

/** The failure of a call that was sent, and whose answer does not come any more. */
export function answerLost(operation: SessionOperation, cause: ConvexFailure): ConvexFailure {
	return cause.with({ details: lostAnswer(operation) });
}

/** @param reason why the connection was not made; the host's WebSocket mostly does not say */
export function noLiveConnection(reason: string): ConvexFailure {
	return failureOf(
		'noLiveConnection',
		`The deployment answers, but the live connection (WebSocket) to it could not be established${saying(reason)}`,
		NOTHING_SENT,
	);
}

/** @param reason what the deployment or the network said the last time, often nothing */
export function noResultOverConnection(reason: string): ConvexFailure {
	return failureOf(
		'closedBeforeResult',
		`The deployment answers, and the live connection (WebSocket) to it opens, but closes before the query's result has arrived${saying(reason)}`,
		NOTHING_SENT,
	);
}

/** There is a connection, and the result that is waited for does not come over it. */
export function noResult(since: Date): ConvexFailure {
	return failureOf(
		'noResult',
		`The query has returned no result since ${since.toISOString()}, although the live connection (WebSocket) to the deployment is open`,
		NOTHING_SENT,
	);
}

/** @param cause why it lasts, as far as it is known */
export function prolongedOutage(since: Date, cause: ConvexFailure): ConvexFailure {
	return cause.with({
		message: `No live connection to the deployment since ${since.toISOString()}. ${cause.message}`,
	});
}

/** A message that the sync client, or what is behind it, could not read. */
export function unreadableMessage(): ConvexFailure {
	return failureOf(
		'foreignAnswer',
		'The answer over the live connection (WebSocket) cannot be read',
		CONNECTION_LOST,
	);
}

/** @param reason what the deployment or the network said, often nothing */
export function connectionBroken(reason: string): ConvexFailure {
	return failureOf(
		'connectionBroken',
		`The connection broke before the answer arrived${saying(reason)}`,
		CONNECTION_LOST,
	).with({ advice: SENT_ONCE });
}

/**
 * A session's outage that has lasted for too long.
 *
 * @param hasReconnected whether there was a connection again, over which nothing came
 * @param cause why there is no connection, as far as it is known
 */
export function sessionOutage(
	limitMs: number,
	hasReconnected: boolean,
	cause: ConvexFailure,
): ConvexFailure {
	const what = hasReconnected ? 'no call was answered' : 'it was not restored';
	return cause.with({
		message: `The connection broke, and ${what} within ${durationInWords(limitMs)}. ${cause.message}`,
		details: { retryable: true },
	});
}

/** The connection is there, and calls that have timed out hold up the others. */
export function sessionInactive(timeoutMs: number): ConvexFailure {
	return failureOf(
		'sessionInactive',
		`The deployment sent no answer for ${durationInWords(timeoutMs)} after a call had exceeded its 'Timeout'`,
		CONNECTION_LOST,
	);
}

/** @param reason what the deployment said each time, often nothing */
export function connectionKeepsClosing(reason: string): ConvexFailure {
	return failureOf(
		'connectionKeepsClosing',
		`The deployment answers, but the live connection (WebSocket) to it keeps closing${saying(reason)}`,
		CONNECTION_LOST,
	);
}

export function connectionRefused(reason: string): ConvexFailure {
	return failureOf(
		'liveConnectionRefused',
		reason === '' ? 'The deployment does not accept the live connection (WebSocket)' : reason,
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
	);
}

export function answerTimeout(timeoutMs: number): ConvexFailure {
	const message = `The deployment did not answer within ${timeoutMs} ms`;
	return failureOf('timedOut', message, CONNECTION_LOST);
}

function saying(reason: string): string {
	return reason === '' ? '' : `: ${reason}`;
}
