import { lostAnswer } from './callOutcome';
import { ConvexFailure, failureOf } from '../failure';
import type { SessionOperation } from '../functions/functionCall';

const MS_PER_SECOND = 1_000;

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
	return new ConvexFailure(
		`The deployment answers, but the live connection (WebSocket) to it does not come about${saying(reason)}`,
		"A proxy or firewall between n8n and the deployment has to let WebSocket connections through. n8n's proxy settings (HTTPS_PROXY) apply to them only with NODE_USE_ENV_PROXY=1 in n8n's environment.",
		{ kind: 'network', retryable: true, outcome: 'notExecuted' },
	);
}

/** @param reason what the deployment or the network said the last time, often nothing */
export function noResultOverConnection(reason: string): ConvexFailure {
	return new ConvexFailure(
		`The deployment answers, and the live connection (WebSocket) to it opens, but closes before the query's result has arrived${saying(reason)}`,
		'A big result may take longer than the network, or a proxy in it, keeps the connection open: watch a query that returns less.',
		{ kind: 'network', retryable: true, outcome: 'notExecuted' },
	);
}

/** @param reason what the deployment or the network said, often nothing */
export function connectionBroken(reason: string): ConvexFailure {
	return new ConvexFailure(
		`The connection broke before the answer arrived${saying(reason)}`,
		'An action that is under way then is not sent again: only mutations are recognised when they come twice.',
		{ kind: 'network', retryable: true, outcome: 'unknown' },
	);
}

/**
 * @param wasBack whether the connection was there again, and broke once more
 * @param cause why there is no connection, as far as it is known
 */
export function longInterruption(
	limitMs: number,
	wasBack: boolean,
	cause: ConvexFailure,
): ConvexFailure {
	const what = wasBack ? 'no call was answered' : 'was not back';
	return cause.with({
		message: `The connection broke, and ${what} within ${limitMs / MS_PER_SECOND} seconds. ${cause.message}`,
		details: { retryable: true },
	});
}

/** The connection is there, and calls whose time was up hold up the others. */
export function longSilence(limitMs: number): ConvexFailure {
	return new ConvexFailure(
		`The deployment answered nothing for ${limitMs / MS_PER_SECOND} seconds after a call had exceeded its 'Timeout'`,
		"In a session, mutations wait until those before them are answered. Look in Convex at what the function does, or set the option 'Delivery' to 'HTTP'.",
		{ kind: 'network', retryable: true, outcome: 'unknown' },
	);
}

/** @param reason what the deployment said each time, often nothing */
export function connectionKeepsBreaking(reason: string): ConvexFailure {
	return new ConvexFailure(
		`The deployment answers, but the live connection (WebSocket) to it breaks time and again${saying(reason)}`,
		"Send less data per call, or set the option 'Delivery' to 'HTTP'.",
		{ kind: 'network', retryable: true, outcome: 'unknown' },
	);
}

export function connectionRefused(reason: string): ConvexFailure {
	return new ConvexFailure(
		reason === '' ? 'The deployment does not accept the live connection (WebSocket)' : reason,
		"Check the credential, or set the option 'Delivery' to 'HTTP', which tells more.",
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
	);
}

export function answerTimeout(timeoutMs: number): ConvexFailure {
	return failureOf('timedOut', `The deployment did not answer within ${timeoutMs} ms`, {
		kind: 'network',
		retryable: true,
		outcome: 'unknown',
	});
}

function saying(reason: string): string {
	return reason === '' ? '' : `: ${reason}`;
}
