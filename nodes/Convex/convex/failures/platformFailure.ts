import { FOREIGN_ANSWER, lostAnswer, refusedCall } from './callOutcome';
import { ConvexFailure } from '../failure';
import type { DeploymentResponse, FunctionOperation } from '../functions/functionCall';
import { parseJsonObject } from '../values/jsonText';

const LOAD_HELP =
	"The deployment is doing as much as its plan allows. Send fewer calls at a time ('Concurrency', 'Batch Size')";
const OVERLOADED_HELP = `${LOAD_HELP}, or raise 'Maximum Retries' in the node's options.`;

const REFUSED_HELP = "The deployment refused the request. Check 'Function' and 'Arguments'.";

const OUTAGE_HELP =
	'Convex could not complete the call; status.convex.dev shows known outages. Try again later.';

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

/** What to do about a status that Convex gives without a code of its own, or with a new one. */
const HELP_BY_STATUS = new Map([
	[400, REFUSED_HELP],
	[401, 'Check the credential: its key or token was not accepted.'],
	[403, 'Check the credential: its key may not do this.'],
	[
		404,
		"Check the credential's 'Deployment URL': there is no Convex deployment at this address, or it was deleted.",
	],
	[408, 'The function took longer than the server waits (300 seconds).'],
	[429, `${LOAD_HELP}.`],
]);

/**
 * Statuses that also come without Convex's `{code, message}` from a deployment, or from Convex's own
 * servers before it: unknown addresses, the time limit of its server, and outages.
 */
const CONVEX_WITHOUT_CODE = new Set([404, 405, 408]);

/** What to do about an answer of somebody else: a proxy, a firewall, another server. */
const FOREIGN_HELP = new Map([
	[
		403,
		'A proxy or firewall between n8n and the deployment blocks the call, not the deploy key or the function. Its log says why.',
	],
	[
		407,
		"The proxy wants its own user and password. Put them into n8n's proxy settings (HTTPS_PROXY).",
	],
	[
		413,
		"A proxy before the deployment does not let so much through. Send less data per call, for example in several items, or raise the proxy's limit.",
	],
	[
		429,
		"A proxy before the deployment limits how often it is called. Send fewer calls at a time ('Concurrency', 'Batch Size'), raise 'Maximum Retries' in the node's options, or raise the proxy's limit.",
	],
	[
		431,
		"A proxy before the deployment does not take headers of this size: the credential's token is too long for it.",
	],
]);

const OTHER_SERVER_HELP =
	"A proxy, a firewall or another server answered in the place of the deployment. Check the credential's 'Deployment URL', and what stands between n8n and the deployment.";

/** What is known when the deployment answers with a status other than 200 and 560. */
export function platformFailure(
	operation: FunctionOperation,
	response: DeploymentResponse,
): ConvexFailure {
	const { httpStatus, retryAfterMs } = response;
	if (httpStatus >= 300 && httpStatus < 400) return redirectFailure(response);
	if (isCutOff(response.body)) return cutOffAnswer(operation, httpStatus);
	const answer = parseConvexAnswer(response.body);
	const { outcome, retryable } = refusedCall(operation, httpStatus, answer?.code);
	const { message, help } =
		answer === undefined ? foreignText(response) : convexText(answer, httpStatus);
	return new ConvexFailure(message, help, {
		kind: 'deployment',
		...(answer !== undefined && { code: answer.code }),
		httpStatus,
		retryable,
		...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
		outcome,
	});
}

interface ConvexAnswer {
	code: string;
	text: string;
}

/** Every refusal of Convex has a code and a message (convex-backend crates/common/src/http/mod.rs). */
function parseConvexAnswer(body: string): ConvexAnswer | undefined {
	const answer = parseJsonObject(body);
	return typeof answer?.code === 'string' && typeof answer.message === 'string'
		? { code: answer.code, text: answer.message.trim() }
		: undefined;
}

function convexText({ code, text }: ConvexAnswer, httpStatus: number) {
	return {
		message: text === '' ? `The deployment answered with HTTP status ${httpStatus}` : text,
		help: HELP_BY_CODE.get(code) ?? HELP_BY_STATUS.get(httpStatus) ?? OUTAGE_HELP,
	};
}

function foreignText({ httpStatus, body }: DeploymentResponse) {
	if (CONVEX_WITHOUT_CODE.has(httpStatus) || httpStatus >= 500) {
		return {
			message: `The deployment answered with HTTP status ${httpStatus}`,
			help: HELP_BY_STATUS.get(httpStatus) ?? OUTAGE_HELP,
		};
	}
	return {
		message: `The server answered with HTTP status ${httpStatus} and ${describeForeign(body)}`,
		help: FOREIGN_HELP.get(httpStatus) ?? OTHER_SERVER_HELP,
	};
}

/**
 * Whether an answer began as JSON and did not end. Not even its status proves anything then: Convex's
 * code, which says whether the function ran, is in what is missing.
 */
export function isCutOff(body: string): boolean {
	return /^\s*\{/.test(body) && parseJsonObject(body) === undefined;
}

export function cutOffAnswer(operation: FunctionOperation, httpStatus: number): ConvexFailure {
	return new ConvexFailure(
		'The answer of the deployment was cut off',
		'The connection broke while the result arrived. Try again later.',
		{ kind: 'network', httpStatus, ...lostAnswer(operation) },
	);
}

/** What came in the place of an answer, for a sentence about it. */
export function describeForeign(body: string): string {
	return `${/^\s*</.test(body) ? 'a web page' : 'something'} that is not a Convex answer`;
}

function redirectFailure({ httpStatus, location }: DeploymentResponse): ConvexFailure {
	const target = location === undefined ? '' : ` to ${originOf(location)}`;
	return new ConvexFailure(
		`The server redirects${target} instead of answering`,
		"Put the deployment's own address into the credential's 'Deployment URL'. Redirects are not followed, so that the key goes nowhere else.",
		{ kind: 'deployment', httpStatus, ...FOREIGN_ANSWER },
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
