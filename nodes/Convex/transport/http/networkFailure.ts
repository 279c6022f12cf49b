import { FOREIGN_ANSWER, lostAnswer, unsentCall } from '../../convex/failures/callOutcome';
import { executionCancelled, failureOf, type ConvexFailure } from '../../convex/failure';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import { AnswerTooLong } from './answerText';
import { parseRequestError } from './requestError';

const UNREACHABLE = 'The deployment URL cannot be reached from n8n';

const MESSAGES = {
	connectionRefused: 'Nothing answers at the deployment URL: the connection was refused',
	hostNotFound: "The deployment URL's host name does not exist",
	hostNotResolved: "The deployment URL's host name could not be looked up",
	noRoute: `${UNREACHABLE}: no route to the host`,
	noNetwork: `${UNREACHABLE}: no network`,
	connectTimedOut: `${UNREACHABLE}: connecting took too long`,
	noSecureConnection: 'No secure connection could be made to the deployment URL',
	certificateNotTrusted: "The deployment URL's certificate is not trusted",
	connectionBroken: 'The connection broke before the answer arrived',
	cancelled: executionCancelled().message,
};

type NetworkReason = keyof typeof MESSAGES | 'timedOut' | 'noAnswer';

/** Node's and axios' codes. */
const REASON_BY_CODE = new Map<string | undefined, NetworkReason>([
	['ECONNREFUSED', 'connectionRefused'],
	['ENOTFOUND', 'hostNotFound'],
	['EAI_AGAIN', 'hostNotResolved'],
	['EHOSTUNREACH', 'noRoute'],
	['ENETUNREACH', 'noNetwork'],
	['EPROTO', 'noSecureConnection'],
	['ECONNRESET', 'connectionBroken'],
	['EPIPE', 'connectionBroken'],
	['ECONNABORTED', 'timedOut'],
	['ETIMEDOUT', 'timedOut'],
	['ESOCKETTIMEDOUT', 'timedOut'],
	['ERR_CANCELED', 'cancelled'],
]);

const CERTIFICATE_CODES =
	/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)_)/;

/** Faults of connecting, before anything is sent. They may pass. */
const NOT_CONNECTED = new Set<NetworkReason>([
	'connectionRefused',
	'hostNotResolved',
	'noRoute',
	'noNetwork',
	'connectTimedOut',
]);

/** The same, of those that stay until somebody fixes them: a wrong name, a certificate. */
const NEVER_CONNECTED = new Set<NetworkReason>([
	'hostNotFound',
	'noSecureConnection',
	'certificateNotTrusted',
]);

/** Faults of connecting may also end a connection on which a request is in flight. */
const CALLS_IN_FLIGHT = new Set(['read', 'write']);

/** As axios names a request that took too long before its answer began. */
export function timedOut(): Error {
	return Object.assign(new Error('timeout'), { code: 'ECONNABORTED' });
}

/**
 * What is known when a request brought no answer.
 *
 * @param error what n8n's request helper threw
 */
export function networkFailure(
	operation: FunctionOperation,
	error: unknown,
	timeoutMs: number,
): ConvexFailure {
	if (error instanceof AnswerTooLong) return tooLong(error);
	const { code, systemCall, message } = parseRequestError(error);
	const reason = reasonOf(code, systemCall);
	const isLasting = NEVER_CONNECTED.has(reason);
	const isUnsent = isLasting || (NOT_CONNECTED.has(reason) && !CALLS_IN_FLIGHT.has(systemCall));
	return failureOf(reason, messageOf(reason, message, timeoutMs), {
		kind: 'network',
		...(code !== undefined && { code }),
		...(isUnsent ? unsentCall(isLasting) : lostAnswer(operation)),
	});
}

function reasonOf(code: string | undefined, systemCall: string): NetworkReason {
	if (code === 'ETIMEDOUT' && systemCall === 'connect') return 'connectTimedOut';
	if (code !== undefined && CERTIFICATE_CODES.test(code)) return 'certificateNotTrusted';
	return REASON_BY_CODE.get(code) ?? 'noAnswer';
}

function messageOf(reason: NetworkReason, text: string, timeoutMs: number): string {
	if (reason === 'timedOut') return `The deployment did not answer within ${timeoutMs} ms`;
	return reason === 'noAnswer'
		? `There was no answer from the deployment: ${text}`
		: MESSAGES[reason];
}

function tooLong({ message }: AnswerTooLong): ConvexFailure {
	return failureOf('answerTooLong', message, {
		kind: 'network',
		code: 'AnswerTooLong',
		...FOREIGN_ANSWER,
	});
}
