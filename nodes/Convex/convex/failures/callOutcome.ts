import type { FailureOutcome } from '../failure';
import type { FunctionOperation } from '../functions/functionCall';

/**
 * What is known of a call that did not succeed, and whether the same call may be sent again. This
 * is the one place that decides it: `convex/retryPolicy.ts` only says how often and when.
 *
 * A query may always be sent again where that may help. A mutation or an action may be, only when the
 * answer proves that it had no effect; where its outcome is `unknown`, it never is.
 */
export interface CallOutcome {
	outcome: FailureOutcome;
	retryable: boolean;
}

/** Any request between Convex's own servers may end with it, also one beside the function's. */
const ANY_REQUEST = 'UpstreamConnectError';

/**
 * Codes of Convex that prove that the function did not start (convex-backend crates/errors/src/lib.rs,
 * `RejectedBeforeExecution`; crates/isolate/src/metrics.rs).
 */
const REJECTED_BEFORE_START = new Set([
	'TooManyConcurrentRequests',
	'ExpiredInQueue',
	'WorkerOverloaded',
	'InitialPermitTimeoutError',
	'ExecuteFullError',
	'IsolateNotClean',
	ANY_REQUEST,
]);

/**
 * Codes of Convex that prove that a mutation was rolled back: its write conflicted, was too much at a
 * time, or never reached the committer (convex-backend crates/database/src/{snapshot_manager,committer}.rs).
 * An action does not get them: it sees those of the mutations that it calls as errors.
 */
const ROLLED_BACK = new Set([
	'TooManyWrites',
	'OptimisticConcurrencyControlFailure',
	'CommitterFullError',
]);

/**
 * The identity is checked before the function starts (convex-backend crates/authentication). The status
 * may be the sign-in provider's own (crates/errors/src/lib.rs).
 */
const AUTHENTICATION_FAILED = 'AuthProviderDiscoveryFailed';

/**
 * Codes of Convex for what is checked before a function starts: the request's head, body, identity and
 * path (convex-backend crates/common/src/{version.rs,http,components}, crates/local_backend/src/{authentication,
 * parse,public_api}.rs, crates/{authentication,keybroker,roles,value}, crates/udf/src/validation.rs,
 * crates/application). Any other code proves nothing: gateways and firewalls answer with `{code, message}`
 * too, in the place of an answer they dislike, and Convex reads `format` after the function ran (`BadFormat`).
 */
const REFUSED_BEFORE_START = new Set([
	'ClientVersionUnsupported',
	'InvalidClientVersion',
	'InvalidVersion',
	'InvalidRequestId',
	'BadPathArgs',
	'BadQueryArgs',
	'BadJsonBody',
	'HeaderParseFailure',
	'InvalidHeaderFailure',
	'InvalidAdminKey',
	'BadAdminKey',
	'BadDeployKey',
	'InvalidAuthHeader',
	'NoAuthProvider',
	'Unauthenticated',
	'OperationNotPermitted',
	'BadConvexFunctionIdentifier',
	'MissingIdentifier',
	'InvalidArguments',
	'InvalidComponentPath',
	'ComponentPathNotFound',
	'FunctionPathNotFound',
	'FunctionPathWrongType',
	'BackendIsNotRunning',
]);

/**
 * Codes of Convex for an upload of which no file came, and for a file that is not served (convex-backend
 * crates/local_backend/src/storage.rs, crates/keybroker/src/broker.rs, crates/storage).
 */
const NO_FILE_STORED = new Set([
	'StorageTokenInvalid',
	'StorageTokenExpired',
	'BadHeader',
	'Sha256Mismatch',
	'InvalidStoragePath',
	'FileNotFound',
]);

const BAD_REQUEST = 400;
const TOO_MANY_REQUESTS = 429;

/** Besides outages: the server stopped waiting, does not serve the deployment yet, or has too much to do. */
const PASSING_STATUSES = new Set([408, 421, 425, TOO_MANY_REQUESTS]);

/**
 * Statuses that refuse the request itself, by its head, its size or the rate of requests (RFC 9110
 * §15.5, RFC 6585). A server or proxy that gives one has not handed the request on, and of the
 * deployment's own answers with these statuses none comes after a function that took effect.
 *
 * The others prove nothing without Convex's code: with 403 and 451 a firewall also holds back an
 * answer whose content it dislikes; with 408 and 499 somebody stopped waiting; 409, 410, 412, 422 and
 * 424 speak of the state of something; a redirect may come from a proxy that has forwarded the call; and
 * after a 5xx nobody knows.
 */
const REFUSED_ON_ARRIVAL = new Set([
	400,
	401,
	404,
	405,
	407,
	411,
	413,
	414,
	415,
	417,
	421,
	426,
	428,
	TOO_MANY_REQUESTS,
	431,
]);

/** Whether the sign-in provider could not be asked about a token, which says nothing of the token. */
export function isProviderAway(code: unknown): boolean {
	return code === AUTHENTICATION_FAILED;
}

/** Codes of Convex for a caller that it does not accept (crates/{authentication,keybroker,local_backend,roles}). */
const CALLER_REFUSED = new Set([
	'BadAdminKey',
	'BadDeployKey',
	'InvalidAdminKey',
	'InvalidAuthHeader',
	'NoAuthProvider',
	'OperationNotPermitted',
	'SystemIdentityRequired',
	'TokenExpired',
	'Unauthenticated',
]);

/** Whether a status speaks of who calls. */
export function refusesCaller(httpStatus: number): boolean {
	return httpStatus === 401 || httpStatus === 403;
}

/** Whether Convex itself refuses a caller. A gateway has codes such as `Forbidden`, and what it blocks may pass. */
export function isCallerRefused(code: string | undefined): boolean {
	return code !== undefined && CALLER_REFUSED.has(code);
}

/**
 * Whether a code may be one of Convex, all of which are names such as `BadAdminKey`. Those of gateways
 * and firewalls mostly look otherwise: `ACCESS_DENIED`, `access-denied`, `1020`.
 */
export function mayBeOfConvex(code: string | undefined): boolean {
	return code !== undefined && /^[A-Z][A-Za-z0-9]*$/.test(code) && /[a-z]/.test(code);
}

/** Whether a call was refused for load alone: another one would have met the same. */
export function isOverload(httpStatus: number, code: string | undefined): boolean {
	return (
		httpStatus === TOO_MANY_REQUESTS || (code !== undefined && REJECTED_BEFORE_START.has(code))
	);
}

/**
 * Whether a live connection that was closed with this code proves that the mutation on it had no effect.
 * Convex closes it for what it answers over HTTP with a status (convex-backend crates/errors/src/lib.rs
 * `close_frame`), and these codes come from running a function and committing it only.
 */
export function provesNoEffect(code: string): boolean {
	return code !== ANY_REQUEST && (REJECTED_BEFORE_START.has(code) || ROLLED_BACK.has(code));
}

/** Whether a status is one of an outage or overload: the same call may succeed later. */
export function mayPass(httpStatus: number): boolean {
	return PASSING_STATUSES.has(httpStatus) || httpStatus >= 500;
}

/** The outcome of a call of which nothing was sent. */
export function unsentCall(isLasting: boolean): CallOutcome {
	return { outcome: 'notExecuted', retryable: !isLasting };
}

/** The outcome of a call that was sent, and whose answer did not come, or not whole. */
export function lostAnswer(operation: FunctionOperation): CallOutcome {
	return { outcome: 'unknown', retryable: operation === 'query' };
}

/** The outcome of a call that got something else than an answer, which would be the same again. */
export const FOREIGN_ANSWER: CallOutcome = { outcome: 'unknown', retryable: false };

/**
 * The outcome of a call that was answered with another status than that of a function's result.
 *
 * @param code Convex's own; undefined for an answer that is not in Convex's form
 */
export function refusedCall(
	operation: FunctionOperation,
	httpStatus: number,
	code: string | undefined,
): CallOutcome {
	const outcome =
		code === undefined ? outcomeOfStatus(httpStatus) : outcomeOfCode(operation, httpStatus, code);
	if (operation === 'query') return { outcome, retryable: mayPass(httpStatus) };
	return { outcome, retryable: outcome !== 'unknown' && isRefusedForLoad(httpStatus, code) };
}

/** Methods that may be sent twice: HTTP says that the second time changes nothing (RFC 9110 §9.2.2). */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** Whether a code, of an answer to an HTTP action, says that Convex did not start it for load. */
export function isRejectedForLoad(code: string | undefined): boolean {
	return code !== undefined && REJECTED_BEFORE_START.has(code);
}

/**
 * The outcome of a request to an HTTP action that was answered with another status than 2xx. All
 * statuses are the app's to give, also after it has written something, so none proves that nothing
 * happened. Below 500, the answer is the action's own word that it did not do as asked.
 */
export function refusedByAction(method: string, httpStatus: number): CallOutcome {
	const isRefusal = httpStatus >= 400 && httpStatus < 500 && !gaveUpWaiting(httpStatus);
	return {
		outcome: isRefusal ? 'failed' : 'unknown',
		retryable: IDEMPOTENT_METHODS.has(method) && mayPass(httpStatus),
	};
}

/** 408 is also what Convex answers for an action at its own time limit, 524 is Cloudflare's. */
const GAVE_UP_WAITING = new Set([408, 499, 504, 524]);

/** Whether somebody on the way did, or the server, and the function may run on. */
export function gaveUpWaiting(httpStatus: number): boolean {
	return GAVE_UP_WAITING.has(httpStatus);
}

/** The outcome of a request to an HTTP action whose answer did not come, or not whole. */
export function lostActionAnswer(method: string): CallOutcome {
	return { outcome: 'unknown', retryable: IDEMPOTENT_METHODS.has(method) };
}

function outcomeOfStatus(httpStatus: number): FailureOutcome {
	return REFUSED_ON_ARRIVAL.has(httpStatus) ? 'notExecuted' : 'unknown';
}

function outcomeOfCode(
	operation: FunctionOperation,
	httpStatus: number,
	code: string,
): FailureOutcome {
	if (isProviderAway(code) || REJECTED_BEFORE_START.has(code)) return 'notExecuted';
	if (ROLLED_BACK.has(code)) {
		return operation === 'action' ? 'unknown' : operation === 'query' ? 'notExecuted' : 'failed';
	}
	if (REFUSED_BEFORE_START.has(code) || NO_FILE_STORED.has(code)) return 'notExecuted';
	// With a code that is not known, Convex's 400 and 429 may come from a function that ran.
	const provesNothing = httpStatus === BAD_REQUEST || httpStatus === TOO_MANY_REQUESTS;
	return provesNothing ? 'unknown' : outcomeOfStatus(httpStatus);
}

/**
 * Whether a mutation or action that had no effect was refused for a reason that passes. A proxy's 429
 * is one too: a rate limiter counts requests as they arrive, so the call got no further.
 */
function isRefusedForLoad(httpStatus: number, code: string | undefined): boolean {
	if (code === undefined) return httpStatus === TOO_MANY_REQUESTS;
	return REJECTED_BEFORE_START.has(code) || ROLLED_BACK.has(code);
}
