import { FOREIGN_ANSWER, lostAnswer, mayBeOfConvex, refusedCall } from './callOutcome';
import type { AdvisedReason } from '../advice';
import { failureOf, type ConvexFailure } from '../failure';
import type { DeploymentResponse, FunctionOperation } from '../functions/functionCall';
import { parseJsonObject } from '../values/jsonText';
import { textStart } from '../values/quote';

/** By Convex's own code. */
const REASON_BY_CODE = new Map<string | undefined, AdvisedReason>([
	['BadAdminKey', 'deployKeyRefused'],
	['BadDeployKey', 'deployKeyNeeded'],
	['OperationNotPermitted', 'permissionNeeded'],
	['NoAuthProvider', 'noAuthProvider'],
	['Unauthenticated', 'tokenRefused'],
	['InvalidAuthHeader', 'tokenUnreadable'],
	['AuthProviderDiscoveryFailed', 'signInProviderUnavailable'],
	['BadConvexFunctionIdentifier', 'badFunctionPath'],
	['FunctionPathNotFound', 'functionNotFound'],
	['FunctionPathWrongType', 'wrongType'],
	['BadJsonBody', 'unreadableRequest'],
	['BackendIsNotRunning', 'disabled'],
	['TooEarly', 'outage'],
	['MisdirectedRequest', 'outage'],
	['TooManyConcurrentRequests', 'overloaded'],
	['TooManyWrites', 'overloaded'],
	['ExpiredInQueue', 'overloaded'],
	['OptimisticConcurrencyControlFailure', 'writeConflict'],
	['StorageTokenExpired', 'uploadUrlExpired'],
	['StorageTokenInvalid', 'uploadUrlExpired'],
	['Sha256Mismatch', 'contentChanged'],
	['FileNotFound', 'fileNotFound'],
]);

/** By a status that Convex gives without a code of its own, or with a new one. */
const REASON_BY_STATUS = new Map<number, AdvisedReason>([
	[400, 'badRequest'],
	[401, 'unauthorized'],
	[403, 'forbidden'],
	[404, 'noDeployment'],
	[408, 'serverTimedOut'],
	[429, 'overloaded'],
]);

/**
 * Whether an answer without a code of Convex's may be that of a deployment, or of Convex's own servers
 * before it: to an unknown address, or at the time limit of its server, which says nothing more.
 */
function mayLackCode(httpStatus: number, body: string): boolean {
	return httpStatus === 404 ? !isWebPage(body) : httpStatus === 408 && body.trim() === '';
}

/** By the status of an answer of somebody else: a proxy, a firewall, another server. */
const FOREIGN_REASON = new Map<number, AdvisedReason>([
	[403, 'blocked'],
	[407, 'proxySignIn'],
	[413, 'requestTooLarge'],
	[429, 'rateLimited'],
	[431, 'headersTooLarge'],
]);

/** What is known when the deployment answers with a status other than 200 and 560. */
export function platformFailure(
	operation: FunctionOperation,
	response: DeploymentResponse,
): ConvexFailure {
	const { httpStatus, retryAfterMs } = response;
	if (isRedirect(httpStatus)) return redirectFailure(response);
	if (isCutOff(response.body)) return cutOffAnswer(operation, httpStatus);
	const answer = parseConvexAnswer(response.body);
	const { outcome, retryable } = refusedCall(operation, httpStatus, answer?.code);
	const isForeign = isForeignAnswer(response, answer);
	const reason = isForeign
		? (FOREIGN_REASON.get(httpStatus) ?? (httpStatus < 500 ? 'foreignAnswer' : 'foreignOutage'))
		: (REASON_BY_CODE.get(answer?.code) ?? REASON_BY_STATUS.get(httpStatus) ?? 'outage');
	return failureOf(reason, messageOf(response, answer, isForeign), {
		kind: 'deployment',
		...(answer !== undefined && { code: answer.code }),
		httpStatus,
		retryable,
		...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
		outcome,
	});
}

/** Convex's own servers answer outages with a bare status, and never with a web page. */
function isForeignAnswer(
	{ httpStatus, body }: DeploymentResponse,
	answer: ConvexAnswer | undefined,
): boolean {
	if (mayBeOfConvex(answer?.code)) return false;
	if (httpStatus < 500) return !mayLackCode(httpStatus, body);
	return answer !== undefined || isWebPage(body);
}

function messageOf(
	{ httpStatus, body }: DeploymentResponse,
	answer: ConvexAnswer | undefined,
	isForeign: boolean,
): string {
	if (answer !== undefined && answer.text !== '') return answer.text;
	return isForeign
		? `The server answered with HTTP status ${httpStatus} and ${describeForeign(body)}`
		: `The deployment answered with HTTP status ${httpStatus}`;
}

interface ConvexAnswer {
	code: string;
	text: string;
}

/** Convex says more with none of its refusals. */
const MAX_TEXT_LENGTH = 10_000;

/** The codes of Convex are names. */
const MAX_CODE_LENGTH = 200;

/**
 * What Convex says in the place of a function, or who is in its place. The text is searched, shown and saved
 * with each item, of which there may be hundreds.
 */
export function platformText(text: string): string {
	return textStart(text.trim(), MAX_TEXT_LENGTH);
}

/** Every refusal of Convex has a code and a message (convex-backend crates/common/src/http/mod.rs). */
function parseConvexAnswer(body: string): ConvexAnswer | undefined {
	const answer = parseJsonObject(body);
	return typeof answer?.code === 'string' && typeof answer.message === 'string'
		? { code: textStart(answer.code, MAX_CODE_LENGTH), text: platformText(answer.message) }
		: undefined;
}

/**
 * Whether an answer began as JSON and did not end. Not even its status proves anything then: Convex's
 * code, which says whether the function ran, is in what is missing.
 */
export function isCutOff(body: string): boolean {
	return /^\s*\{\s*(?:"|$)/.test(body) && parseJsonObject(body) === undefined;
}

export function cutOffAnswer(operation: FunctionOperation, httpStatus: number): ConvexFailure {
	return failureOf('cutOff', 'The answer of the deployment was cut off', {
		kind: 'network',
		httpStatus,
		...lostAnswer(operation),
	});
}

/** What came in the place of an answer, for a sentence about it. */
export function describeForeign(body: string): string {
	return `${isWebPage(body) ? 'a web page' : 'something'} that is not a Convex answer`;
}

export function isWebPage(body: string): boolean {
	return /^\s*</.test(body);
}

/** A 304 says of a cached answer that it is still valid. */
export function isRedirect(httpStatus: number): boolean {
	return httpStatus >= 300 && httpStatus < 400 && httpStatus !== 304;
}

function redirectFailure({ httpStatus, location }: DeploymentResponse): ConvexFailure {
	const target = redirectTarget(location);
	return failureOf('redirected', `The server redirects${target} instead of answering`, {
		kind: 'deployment',
		httpStatus,
		...FOREIGN_ANSWER,
	});
}

/** Where a redirect leads to, behind the verb of a sentence. */
export function redirectTarget(location: string | undefined): string {
	return location === undefined ? '' : ` to ${originOf(location)}`;
}

/** Without path and query, which may carry a sign-in token. */
function originOf(location: string): string {
	const here = 'http://this-server.invalid';
	if (!URL.canParse(location, here)) return 'another address';
	const { origin, protocol } = new URL(location, here);
	if (origin === here) return 'another path';
	return protocol === 'https:' || protocol === 'http:' ? origin : 'another address';
}
