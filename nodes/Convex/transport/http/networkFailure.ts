import { FOREIGN_ANSWER, lostAnswer, unsentCall } from '../../convex/failures/callOutcome';
import { executionCancelled, failureOf, type ConvexFailure } from '../../convex/failure';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import { AnswerTooLong } from './answerText';
import { isOtherServer, parseRequestError, type RequestError } from './requestError';

/** Who was asked, in the words of a sentence. */
export interface Asked {
	who: string;
	address: string;
}

const DEPLOYMENT: Asked = { who: 'The deployment', address: 'the deployment URL' };

export const HTTP_ACTION: Asked = { who: 'The HTTP action', address: 'the site URL' };

function messagesOf({ address }: Asked) {
	const atStart = address.charAt(0).toUpperCase() + address.slice(1);
	const unreachable = `${atStart} cannot be reached from n8n`;
	return {
		connectionRefused: `Nothing answers at ${address}: the connection was refused`,
		hostNotFound: `${atStart}'s host name does not exist`,
		hostNotResolved: `${atStart}'s host name could not be looked up`,
		noRoute: `${unreachable}: no route to the host`,
		noNetwork: `${unreachable}: no network`,
		connectTimedOut: `${unreachable}: connecting took too long`,
		noSecureConnection: `No secure connection could be made to ${address}`,
		certificateNotTrusted: `${atStart}'s certificate is not trusted`,
		secureConnectionBroken: `The secure connection to ${address} broke`,
		clientCertificateWanted: `The server at ${address} wants a client certificate, and n8n sends none`,
		handshakeBroken: 'The connection broke before it was secure',
		unreadableHttp: 'Something came that is not a readable HTTP answer',
		connectionBroken: 'The connection broke before the answer arrived',
		cancelled: executionCancelled().message,
	};
}

type NetworkReason = keyof ReturnType<typeof messagesOf> | 'timedOut' | 'noAnswer';

/** What helps where another reason has the same advice. */
const ADVISED_BY = {
	secureConnectionBroken: 'noSecureConnection',
	handshakeBroken: 'noSecureConnection',
	unreadableHttp: 'foreignAnswer',
} as const;

function hasOtherAdvice(reason: NetworkReason): reason is keyof typeof ADVISED_BY {
	return Object.hasOwn(ADVISED_BY, reason);
}

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
	['Z_BUF_ERROR', 'connectionBroken'],
	['ECONNABORTED', 'timedOut'],
	['ETIMEDOUT', 'timedOut'],
	['ESOCKETTIMEDOUT', 'timedOut'],
	['ERR_CANCELED', 'cancelled'],
	['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'clientCertificateWanted'],
]);

/** OpenSSL's verdicts on a certificate and those above it (Node.js, doc/api/tls.md "X509 certificate error codes"). */
const CERTIFICATE_CODES =
	/^(?:CERT_|CRL_|ERR_TLS_|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)_|ERROR_IN_C(?:ERT|RL)_|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/;

/** What Node's parser of HTTP and its decompression say of an answer (gzip, brotli, zstd). */
const UNREADABLE_CODES = /^(?:HPE_|Z_|ZSTD_|ERR__ERROR_|ERR_BROTLI|ERR_ZSTD)/;

/** Node's text for it, which has no code of its own: nothing is sent before the connection is secure. */
const HANDSHAKE_BROKEN = /before secure TLS connection was established/;

/** Faults of connecting, before anything is sent. They may pass. */
const NOT_CONNECTED = new Set<NetworkReason>([
	'connectionRefused',
	'hostNotResolved',
	'noRoute',
	'noNetwork',
	'connectTimedOut',
	'handshakeBroken',
]);

/** The same, of those that stay until somebody fixes them: a wrong name, a certificate. */
const NEVER_CONNECTED = new Set<NetworkReason>([
	'hostNotFound',
	'noSecureConnection',
	'certificateNotTrusted',
]);

/** Whatever fails of these, too many open files (EMFILE) for one, nothing was sent. */
const CALLS_TO_CONNECT = new Set(['getaddrinfo', 'connect']);

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
 * @param deploymentUrl tells a proxy that cannot be reached from the deployment
 * @param asked what the sentences call it
 */
export function networkFailure(
	operation: FunctionOperation,
	error: unknown,
	timeoutMs: number,
	deploymentUrl?: string,
	asked = DEPLOYMENT,
): ConvexFailure {
	if (error instanceof AnswerTooLong) return tooLong(error);
	const parsed = parseRequestError(error);
	const { code, systemCall, server, message } = parsed;
	const reason = reasonOf(parsed);
	const isLasting = NEVER_CONNECTED.has(reason);
	const isUnsent =
		isLasting ||
		CALLS_TO_CONNECT.has(systemCall) ||
		(NOT_CONNECTED.has(reason) && !CALLS_IN_FLIGHT.has(systemCall));
	const details = {
		kind: 'network',
		...(code !== undefined && { code }),
		...(isUnsent ? unsentCall(isLasting) : lostAnswer(operation)),
	} as const;
	if (isUnsent && deploymentUrl !== undefined && isOtherServer(server, deploymentUrl)) {
		return failureOf('proxyUnreachable', `n8n's proxy (${server}) cannot be reached`, details);
	}
	const advised = hasOtherAdvice(reason) ? ADVISED_BY[reason] : reason;
	return failureOf(advised, messageOf(reason, message, timeoutMs, asked), details);
}

function reasonOf({ code = '', systemCall, message }: RequestError): NetworkReason {
	if (code === 'ETIMEDOUT' && systemCall === 'connect') return 'connectTimedOut';
	if (code === 'ECONNRESET' && HANDSHAKE_BROKEN.test(message)) return 'handshakeBroken';
	if (CERTIFICATE_CODES.test(code)) return 'certificateNotTrusted';
	const reason = REASON_BY_CODE.get(code);
	if (reason !== undefined) return reason;
	if (systemCall === 'getaddrinfo') return 'hostNotResolved';
	if (UNREADABLE_CODES.test(code)) return 'unreadableHttp';
	return code.startsWith('ERR_SSL_') ? 'secureConnectionBroken' : 'noAnswer';
}

function messageOf(reason: NetworkReason, text: string, timeoutMs: number, asked: Asked): string {
	if (reason === 'timedOut') return `${asked.who} did not answer within ${timeoutMs} ms`;
	return reason === 'noAnswer'
		? `There was no answer from ${asked.who.replace('The', 'the')}: ${text.replace(/\s+/g, ' ').trim()}`
		: messagesOf(asked)[reason];
}

function tooLong({ message }: AnswerTooLong): ConvexFailure {
	return failureOf('answerTooLong', message, {
		kind: 'network',
		code: 'AnswerTooLong',
		...FOREIGN_ANSWER,
	});
}
