import { ConvexFailure, type FailureOutcome } from '../convex/failure';
import type { FunctionOperation } from '../convex/functionCall';
import { repeatWarning } from '../convex/platformFailure';
import { parseRequestError } from './requestError';

interface NetworkFault {
	message: string;
	help: string;
	outcome: FailureOutcome;
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
		outcome: 'notExecuted',
	},
	ENOTFOUND: {
		message: "The deployment URL's host name does not exist",
		help: `${URL_HELP} for typing mistakes.`,
		outcome: 'notExecuted',
		isLasting: true,
	},
	EAI_AGAIN: {
		message: "The deployment URL's host name could not be looked up",
		help: `Check n8n's network and DNS. ${URL_HELP} for typing mistakes.`,
		outcome: 'notExecuted',
	},
	EHOSTUNREACH: {
		message: 'The deployment URL cannot be reached from n8n: no route to the host',
		help: `${URL_HELP} and n8n's network.`,
		outcome: 'notExecuted',
	},
	ENETUNREACH: {
		message: 'The deployment URL cannot be reached from n8n: no network',
		help: "Check n8n's network.",
		outcome: 'notExecuted',
	},
	EPROTO: {
		message: 'No secure connection could be made to the deployment URL',
		help: `${URL_HELP}: a server without TLS is addressed with http://.`,
		outcome: 'notExecuted',
		isLasting: true,
	},
	ECONNRESET: {
		message: 'The connection broke before the answer arrived',
		help: 'Try again later.',
		outcome: 'unknown',
	},
	EPIPE: {
		message: 'The connection broke while the request was sent',
		help: 'Try again later.',
		outcome: 'unknown',
	},
};

/** The operating system gave up on connecting; nothing was sent. */
const CONNECT_TIMEOUT: NetworkFault = {
	message: 'The deployment URL cannot be reached from n8n: connecting took too long',
	help: `${URL_HELP}, n8n's network and firewalls.`,
	outcome: 'notExecuted',
};

/** Faults of connecting that may also end a connection on which a request is under way. */
const CONNECT_CODES = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);
const BROKEN_CALLS = new Set(['read', 'write']);

const TIMEOUT_CODES = new Set(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);
const CERTIFICATE_CODES =
	/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)_)/;

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
	const { code, systemCall, message } = parseRequestError(error);
	const fault =
		systemCall === 'connect' && code === 'ETIMEDOUT'
			? CONNECT_TIMEOUT
			: faultOf(code, message, timeoutMs);
	const isUnderWay = code !== undefined && CONNECT_CODES.has(code) && BROKEN_CALLS.has(systemCall);
	const outcome = isUnderWay ? 'unknown' : fault.outcome;
	return new ConvexFailure(fault.message, `${fault.help}${repeatWarning(operation, outcome)}`, {
		kind: 'network',
		...(code !== undefined && { code }),
		retryable: fault.isLasting !== true && (operation === 'query' || outcome === 'notExecuted'),
		outcome,
	});
}

function faultOf(code: string | undefined, text: string, timeoutMs: number): NetworkFault {
	const known = code === undefined ? undefined : FAULTS_BY_CODE[code];
	if (known !== undefined) return known;
	if (code !== undefined && TIMEOUT_CODES.has(code)) {
		return {
			message: `The deployment did not answer within ${timeoutMs} ms`,
			help: "Raise 'Timeout' in the node's options if the function takes long.",
			outcome: 'unknown',
		};
	}
	if (code !== undefined && CERTIFICATE_CODES.test(code)) {
		return {
			message: "The deployment URL's certificate is not trusted",
			help: CERTIFICATE_HELP,
			outcome: 'notExecuted',
			isLasting: true,
		};
	}
	if (code === CANCELLED) {
		return {
			message: 'The execution was cancelled while the call was under way',
			help: 'Run the workflow again.',
			outcome: 'unknown',
		};
	}
	return {
		message: `There was no answer from the deployment: ${text}`,
		help: `${URL_HELP} and n8n's network settings.`,
		outcome: 'unknown',
	};
}
