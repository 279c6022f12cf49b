import { ConvexFailure, type FailureOutcome } from './failure';
import type { DeploymentResponse, FunctionOperation } from './functionCall';
import { parseJsonObject } from './jsonText';

/**
 * Answers that prove that the function did not start (convex-backend crates/errors/src/lib.rs,
 * `RejectedBeforeExecution`; crates/isolate/src/metrics.rs).
 */
const REJECTED_BEFORE_START = new Set([
	'TooManyConcurrentRequests',
	'ExpiredInQueue',
	'WorkerOverloaded',
	'InitialPermitTimeoutError',
	'ExecuteFullError',
	'IsolateNotClean',
	'UpstreamConnectError',
]);

/**
 * Answers that prove that a mutation was rolled back: its write conflicted, was too much at a time, or
 * never reached the committer (convex-backend crates/database/src/{snapshot_manager,committer}.rs).
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

const OVERLOADED_HELP =
	"The deployment is doing as much as its plan allows. Send fewer calls at a time ('Concurrency', 'Batch Size'), or raise 'Maximum Retries' in the node's options.";

/** What to do, by Convex's own code. */
const HELP_BY_CODE = new Map(
	Object.entries({
		BadAdminKey:
			'The deploy key does not belong to this deployment, or it was revoked. Create one on the Convex dashboard (Settings → URL & Deploy Key) of the deployment that the credential names.',
		BadDeployKey:
			'This needs a deploy key of this deployment. Create one on the Convex dashboard (Settings → URL & Deploy Key).',
		OperationNotPermitted: 'Use a deploy key that has the permission for this operation.',
		NoAuthProvider:
			"The token's issuer and audience match no provider in the app's convex/auth.config.ts. Use a token of a configured provider.",
		Unauthenticated:
			'Get a new token from your sign-in provider: this one is expired or not valid.',
		InvalidAuthHeader:
			'Get a new token from your sign-in provider: this one is expired or not a JSON Web Token.',
		AuthProviderDiscoveryFailed:
			'Convex could not reach the sign-in provider that issued the token. Try again later.',
		BadConvexFunctionIdentifier:
			"Check 'Function'. Write it as 'module:function', e.g. messages:list.",
		FunctionPathNotFound:
			"Check 'Function' for typing mistakes, and that the function is deployed there. An internal function needs a deploy key.",
		FunctionPathWrongType: "Choose the operation of the function's type, or 'Run by Path'.",
		BadJsonBody:
			'The deployment could not read the request. Most often it is larger than 16 MiB: send less data per call.',
		TooManyConcurrentRequests: OVERLOADED_HELP,
		TooManyWrites: OVERLOADED_HELP,
		OptimisticConcurrencyControlFailure:
			"Several mutations kept changing the same documents. Lower 'Concurrency', or raise 'Maximum Retries' in the node's options.",
	}),
);

const HELP_BY_STATUS: Record<number, string> = {
	400: "The deployment refused the request. Check 'Function' and 'Arguments'.",
	401: 'Check the credential: its key or token was not accepted.',
	403: 'Check the credential: its key may not do this.',
	404: "Check the credential's 'Deployment URL': there is no Convex deployment at this address, or it was deleted.",
	408: 'The function took longer than the server waits (300 seconds).',
	429: OVERLOADED_HELP,
};

/** Whether the sign-in provider could not be asked about a token, which says nothing of the token. */
export function isProviderAway(code: unknown): boolean {
	return code === AUTHENTICATION_FAILED;
}

/** Whether the deployment refused a call for load alone: another one would have met the same. */
export function isOverload(httpStatus: number, code: string | undefined): boolean {
	return httpStatus === 429 || (code !== undefined && REJECTED_BEFORE_START.has(code));
}

/** What is known when the deployment answers with a status other than 200 and 560. */
export function platformFailure(
	operation: FunctionOperation,
	response: DeploymentResponse,
): ConvexFailure {
	const { httpStatus, body } = response;
	if (httpStatus >= 300 && httpStatus < 400) return redirectFailure(response);
	const answer = parseJsonObject(body);
	const code = typeof answer?.code === 'string' ? answer.code : undefined;
	const text = typeof answer?.message === 'string' ? answer.message.trim() : '';
	const outcome = outcomeOf(operation, httpStatus, code);
	const help =
		(code === undefined ? undefined : HELP_BY_CODE.get(code)) ?? HELP_BY_STATUS[httpStatus];
	return new ConvexFailure(
		text === '' ? `The deployment answered with HTTP status ${httpStatus}` : text,
		`${help ?? 'Convex could not complete the call. Try again later; status.convex.dev shows known outages.'}${repeatWarning(operation, outcome)}`,
		{
			kind: 'deployment',
			...(code !== undefined && { code }),
			httpStatus,
			retryable: isRetryable(operation, httpStatus, code),
			outcome,
		},
	);
}

/** Says so where a call may have taken effect although its answer was lost. */
export function repeatWarning(operation: FunctionOperation, outcome: FailureOutcome): string {
	return outcome === 'unknown' && operation !== 'query'
		? ' The function may have run to its end: check in Convex before you run it again.'
		: '';
}

function outcomeOf(
	operation: FunctionOperation,
	httpStatus: number,
	code: string | undefined,
): FailureOutcome {
	if (isProviderAway(code)) return 'notExecuted';
	if (code !== undefined && REJECTED_BEFORE_START.has(code)) return 'notExecuted';
	if (code !== undefined && ROLLED_BACK.has(code)) {
		return operation === 'action' ? 'unknown' : operation === 'query' ? 'notExecuted' : 'failed';
	}
	// The deployment reads `format` after the function ran; a 408 leaves it running.
	const isRefusal = httpStatus >= 400 && httpStatus < 500;
	return isRefusal && httpStatus !== 408 && code !== 'BadFormat' ? 'notExecuted' : 'unknown';
}

/** A query may always be sent again; anything else only when it is proven to have had no effect. */
function isRetryable(
	operation: FunctionOperation,
	httpStatus: number,
	code: string | undefined,
): boolean {
	if (operation === 'query') return httpStatus === 408 || httpStatus === 429 || httpStatus >= 500;
	if (code === undefined) return false;
	return REJECTED_BEFORE_START.has(code) || (ROLLED_BACK.has(code) && operation !== 'action');
}

function redirectFailure({ httpStatus, location }: DeploymentResponse): ConvexFailure {
	const target = location === undefined ? '' : ` to ${originOf(location)}`;
	return new ConvexFailure(
		`The server redirects${target} instead of answering`,
		"Put the deployment's own address into the credential's 'Deployment URL'. Redirects are not followed, so that the key goes nowhere else.",
		{ kind: 'deployment', httpStatus, retryable: false, outcome: 'notExecuted' },
	);
}

/** Without path and query, which may carry a sign-in token. */
function originOf(location: string): string {
	const here = 'http://this-server.invalid';
	if (!URL.canParse(location, here)) return 'another address';
	const { origin, protocol } = new URL(location, here);
	if (origin === here) return 'another path';
	return protocol === 'https:' || protocol === 'http:' ? origin : 'another address';
}
