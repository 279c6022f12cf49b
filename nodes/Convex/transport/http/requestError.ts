/** What is known of a request that brought no answer. */
export interface RequestError {
	/** Node's or axios' code, e.g. `ECONNREFUSED`. */
	code: string | undefined;
	/** The system call that failed, e.g. `connect`; empty where none is named. */
	systemCall: string;
	/** What was looked up or connected to, e.g. `127.0.0.1:3210`; empty where it is not named. */
	server: string;
	message: string;
}

/** How Node begins the message of a system call that failed: `connect ECONNREFUSED 127.0.0.1:3210`. */
const SYSTEM_CALL = /^([a-z]+) E[A-Z]/;
const SERVER = /^(?:connect|getaddrinfo) E\w+ (\S+)/;

/** The code of an error, and not the status of an answer, which n8n keeps in the same field. */
const ERROR_CODE = /^[A-Z]\w+$/;

/**
 * Reads what n8n's request helper threw: an error of n8n's own, with its own text. Its cause is axios'
 * error, whose cause is Node's. In n8n up to 2.33 the cause is lost (a field of n8n-workflow's
 * ExecutionBaseError hides it); axios' code is left in `httpCode`, its message in `messages`.
 */
export function parseRequestError(thrown: unknown): RequestError {
	if (!(thrown instanceof Error)) {
		return { code: undefined, systemCall: '', server: '', message: String(thrown) };
	}
	const error = thrown.cause instanceof Error ? thrown.cause : thrown;
	const message = originalMessage(error);
	const ofNode = nodeError(thrown);
	const syscall = 'syscall' in ofNode ? ofNode.syscall : undefined;
	return {
		code: codeOf(error),
		systemCall: typeof syscall === 'string' ? syscall : (SYSTEM_CALL.exec(message)?.[1] ?? ''),
		server: SERVER.exec(ofNode === thrown ? message : ofNode.message)?.[1] ?? '',
		message,
	};
}

function codeOf(error: Error): string | undefined {
	if ('code' in error && typeof error.code === 'string') return error.code;
	const kept = 'httpCode' in error ? error.httpCode : undefined;
	return typeof kept === 'string' && ERROR_CODE.test(kept) ? kept : undefined;
}

function originalMessage(error: Error): string {
	const messages: unknown = 'messages' in error ? error.messages : undefined;
	const original: unknown = Array.isArray(messages) ? messages[0] : undefined;
	return typeof original === 'string' ? original : error.message;
}

/** Node's own error, which names the system call; for several addresses, each of its parts does. */
function nodeError(error: Error): Error {
	const attempts: unknown[] = error instanceof AggregateError ? error.errors : [];
	const inner = error.cause ?? attempts[0];
	return inner instanceof Error ? nodeError(inner) : error;
}

/**
 * Whether a server that cannot be reached is certainly not the deployment: then it is n8n's proxy. An
 * address does not tell whether it is that of a host name, its port does.
 *
 * @param server a host, perhaps with a port, as in a `RequestError`
 */
export function isOtherServer(server: string, deploymentUrl: string): boolean {
	const { hostname, port, protocol } = new URL(deploymentUrl);
	const deployment = hostname.replace(/^\[|\]$/g, '');
	const [, host, serverPort] = /^(.+):(\d+)$/.exec(server) ?? [];
	if (host === undefined) return server !== '' && server.toLowerCase() !== deployment;
	const deploymentPort = port || (protocol === 'https:' ? '443' : '80');
	return serverPort !== deploymentPort || (IP_ADDRESS.test(deployment) && host !== deployment);
}

const IP_ADDRESS = /^(?:[\d.]+|.*:.*)$/;
