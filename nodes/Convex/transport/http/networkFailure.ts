import { FOREIGN_ANSWER, lostAnswer, unsentCall } from '../../convex/failures/callOutcome';
import { ConvexFailure, executionCancelled } from '../../convex/failure';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import { AnswerTooLong } from './answerText';
import { parseRequestError } from './requestError';

interface NetworkFault {
	message: string;
	help: string;
	/** Whether the call may have been sent by then. */
	isSent: boolean;
	/** Whether it stays until somebody mends it: a wrong name, a certificate. */
	isLasting?: true;
}

const URL_HELP = "Check the credential's 'Deployment URL'";
const CERTIFICATE_HELP =
	'Give the server a certificate that n8n trusts, or make its authority known to n8n (environment variable NODE_EXTRA_CA_CERTS).';

/** Faults of connecting happen before anything is sent; a connection that breaks leaves it open what ran. */
const FAULTS_BY_CODE: Record<string, NetworkFault> = {
	ECONNREFUSED: {
		message: 'Nothing answers at the deployment URL: the connection was refused',
		help: `${URL_HELP}, that the deployment is running, and that n8n can reach it. Inside Docker, 127.0.0.1 is the container itself.`,
		isSent: false,
	},
	ENOTFOUND: {
		message: "The deployment URL's host name does not exist",
		help: `${URL_HELP} for typing mistakes.`,
		isSent: false,
		isLasting: true,
	},
	EAI_AGAIN: {
		message: "The deployment URL's host name could not be looked up",
		help: `Check n8n's network and DNS. ${URL_HELP} for typing mistakes.`,
		isSent: false,
	},
	EHOSTUNREACH: {
		message: 'The deployment URL cannot be reached from n8n: no route to the host',
		help: `${URL_HELP} and n8n's network.`,
		isSent: false,
	},
	ENETUNREACH: {
		message: 'The deployment URL cannot be reached from n8n: no network',
		help: "Check n8n's network.",
		isSent: false,
	},
	EPROTO: {
		message: 'No secure connection could be made to the deployment URL',
		help: `${URL_HELP}: a server without TLS is addressed with http://.`,
		isSent: false,
		isLasting: true,
	},
	ECONNRESET: {
		message: 'The connection broke before the answer arrived',
		help: 'Try again later.',
		isSent: true,
	},
	EPIPE: {
		message: 'The connection broke while the request was sent',
		help: 'Try again later.',
		isSent: true,
	},
};

/** The operating system gave up on connecting; nothing was sent. */
const CONNECT_TIMEOUT: NetworkFault = {
	message: 'The deployment URL cannot be reached from n8n: connecting took too long',
	help: `${URL_HELP}, n8n's network and firewalls.`,
	isSent: false,
};

/** Faults of connecting that may also end a connection on which a request is under way. */
const CONNECT_CODES = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);
const BROKEN_CALLS = new Set(['read', 'write']);

const TIMEOUT_CODES = new Set(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);
const CERTIFICATE_CODES =
	/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)_)/;

/** The code of an answer that was longer than any of Convex. */
const ANSWER_TOO_LONG = 'AnswerTooLong';

/** As axios names a request that took too long before its answer began. */
export function timedOut(): Error {
	return Object.assign(new Error('timeout'), { code: 'ECONNABORTED' });
}

/** axios' code of a request that was aborted. */
const CANCELLED = 'ERR_CANCELED';

export function isCancelled({ details }: ConvexFailure): boolean {
	return details.code === CANCELLED;
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
	const fault =
		systemCall === 'connect' && code === 'ETIMEDOUT'
			? CONNECT_TIMEOUT
			: faultOf(code, message, timeoutMs);
	const isUnderWay = code !== undefined && CONNECT_CODES.has(code) && BROKEN_CALLS.has(systemCall);
	return new ConvexFailure(fault.message, fault.help, {
		kind: 'network',
		...(code !== undefined && { code }),
		...(fault.isSent || isUnderWay ? lostAnswer(operation) : unsentCall(fault.isLasting === true)),
	});
}

function tooLong({ message }: AnswerTooLong): ConvexFailure {
	return new ConvexFailure(
		message,
		"Convex gives no answers of this size. Check the credential's 'Deployment URL', and what stands between n8n and the deployment.",
		{ kind: 'network', code: ANSWER_TOO_LONG, ...FOREIGN_ANSWER },
	);
}

function faultOf(code: string | undefined, text: string, timeoutMs: number): NetworkFault {
	const isKnown = code !== undefined && Object.hasOwn(FAULTS_BY_CODE, code);
	const known = isKnown ? FAULTS_BY_CODE[code] : undefined;
	if (known !== undefined) return known;
	if (code !== undefined && TIMEOUT_CODES.has(code)) {
		return {
			message: `The deployment did not answer within ${timeoutMs} ms`,
			help: "Raise 'Timeout' in the node's options if the function takes long.",
			isSent: true,
		};
	}
	if (code !== undefined && CERTIFICATE_CODES.test(code)) {
		return {
			message: "The deployment URL's certificate is not trusted",
			help: CERTIFICATE_HELP,
			isSent: false,
			isLasting: true,
		};
	}
	if (code === CANCELLED) {
		const { message, description } = executionCancelled();
		return { message, help: description, isSent: true };
	}
	return {
		message: `There was no answer from the deployment: ${text}`,
		help: `${URL_HELP} and n8n's network settings.`,
		isSent: true,
	};
}
