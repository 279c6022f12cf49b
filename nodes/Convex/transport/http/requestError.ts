/** What is known of a request that brought no answer. */
export interface RequestError {
	/** Node's or axios' code, e.g. `ECONNREFUSED`. */
	code: string | undefined;
	/** The system call that failed, e.g. `connect`; empty where none is named. */
	systemCall: string;
	message: string;
}

/** How Node begins the message of a system call that failed: `connect ECONNREFUSED 127.0.0.1:3210`. */
const SYSTEM_CALL = /^([a-z]+) E[A-Z]/;

/** The code of an error, and not the status of an answer, which n8n keeps in the same field. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]+$/;

/**
 * Reads what n8n's request helper threw: an error of n8n's own, with its own text. Its cause is axios'
 * error, whose cause is Node's. In n8n up to 2.33 the cause is lost (a field of n8n-workflow's
 * ExecutionBaseError hides it); axios' code is left in `httpCode`, its message in `messages`.
 */
export function parseRequestError(thrown: unknown): RequestError {
	if (!(thrown instanceof Error)) {
		return { code: undefined, systemCall: '', message: String(thrown) };
	}
	const error = thrown.cause instanceof Error ? thrown.cause : thrown;
	const message = originalMessage(error);
	return {
		code: codeOf(error),
		systemCall: systemCallOf(thrown) || (SYSTEM_CALL.exec(message)?.[1] ?? ''),
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

/** Only Node's own error names the system call; for several addresses, each of its parts does. */
function systemCallOf(error: unknown): string {
	if (!(error instanceof Error)) return '';
	if ('syscall' in error && typeof error.syscall === 'string') return error.syscall;
	const attempts: unknown[] = error instanceof AggregateError ? error.errors : [];
	return systemCallOf(error.cause ?? attempts[0]);
}
