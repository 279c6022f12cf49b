import type { JSONValue } from 'convex/values';
import { HTTP_ACTION_ADVICE, type AdvisedReason } from '../advice';
import { failureOf, type ConvexFailure } from '../failure';
import type { HttpMethod } from '../functions/httpRoute';
import { parseAnswerJson } from '../values/answerJson';
import { parseJsonObject } from '../values/jsonText';
import { textStart } from '../values/quote';
import { isRejectedForLoad, lostActionAnswer, refusedByAction } from './callOutcome';
import { functionFailure } from './functionFailure';
import { isRedirect, isWebPage, platformFailure, redirectTarget } from './platformFailure';

/** What answered a request to an HTTP action, with any status. */
export interface HttpActionAnswer {
	httpStatus: number;
	/** The Location header of a redirect. */
	location?: string;
	/** How long the server asks to wait before the next request (its header `Retry-After`). */
	retryAfterMs?: number;
	/** Empty for a file. */
	text: string;
}

/** What Convex answers where no route matches (crates/isolate/src/environment/action/mod.rs, convex-js src/server/router.ts). */
const NO_ROUTE = /^(?:No matching routes found$|No HttpAction routed for )/;

/** crates/application/src/application_function_runner/http_routing.rs. */
const NO_HTTP_ACTIONS = 'This Convex deployment does not have HTTP actions enabled.';

/** How an answer begins in a message. */
const MAX_EXCERPT_LENGTH = 300;

/** The details are saved with each failed item. */
const MAX_BODY_LENGTH = 10_000;

/** What is known when an HTTP action answers with another status than 2xx. */
export function httpActionFailure(method: HttpMethod, answer: HttpActionAnswer): ConvexFailure {
	const failure =
		refusedRoute(answer) ?? thrownByAction(answer) ?? rejected(answer) ?? refused(method, answer);
	return failure.advisedBy(HTTP_ACTION_ADVICE);
}

function refusedRoute({ httpStatus, text }: HttpActionAnswer): ConvexFailure | undefined {
	if (httpStatus !== 404) return undefined;
	const reason: AdvisedReason | undefined = NO_ROUTE.test(text.trim())
		? 'routeNotFound'
		: text.trim() === NO_HTTP_ACTIONS
			? 'noHttpActions'
			: undefined;
	if (reason === undefined) return undefined;
	return failureOf(reason, excerptOf(text), {
		kind: 'function',
		httpStatus,
		retryable: false,
		outcome: 'notExecuted',
	});
}

/** How Convex answers for an action that threw (crates/application/src/redaction.rs `to_http_response_parts`). */
const THROWN = /^(\[Request ID: [^\]]*\]) Server Error(?:: (.*))?$/s;

/** Its text is the one of a failed function, in another form. */
function thrownByAction({ httpStatus, text }: HttpActionAnswer): ConvexFailure | undefined {
	const body = httpStatus === 500 ? parseJsonObject(text) : undefined;
	const [, requestId, message = ''] =
		typeof body?.code === 'string' ? (THROWN.exec(body.code) ?? []) : [];
	if (requestId === undefined) return undefined;
	const thrown = typeof body?.trace === 'string' ? body.trace : message;
	const failure = functionFailure({
		operation: 'action',
		errorMessage: `${requestId} Server Error\n${thrown}`,
		errorData: body?.data,
		logLines: [],
	});
	return failure.with({ details: { httpStatus } });
}

/** What Convex answers by itself when it has too much to do: the action was not started. */
function rejected({ httpStatus, text, retryAfterMs }: HttpActionAnswer): ConvexFailure | undefined {
	const code = parseJsonObject(text)?.code;
	if (typeof code !== 'string' || !isRejectedForLoad(code)) return undefined;
	return platformFailure('action', {
		httpStatus,
		body: text,
		...(retryAfterMs !== undefined && { retryAfterMs }),
	});
}

function refused(method: HttpMethod, answer: HttpActionAnswer): ConvexFailure {
	const { httpStatus, location, retryAfterMs, text } = answer;
	const { outcome, retryable } = refusedByAction(method, httpStatus);
	const details = {
		kind: httpStatus < 500 ? 'function' : 'deployment',
		httpStatus,
		...(text !== '' && { body: bodyOf(text) }),
		retryable,
		...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
		outcome,
	} as const;
	if (isRedirect(httpStatus)) {
		return failureOf('redirected', `The HTTP action redirects${redirectTarget(location)}`, details);
	}
	return failureOf(reasonOf(answer), messageOf(answer), details);
}

/** Below 500, somebody on the way may speak of itself in the words of the app: of a sign-in, of a size. */
function reasonOf({ httpStatus, text }: HttpActionAnswer): AdvisedReason {
	if (httpStatus < 500 && isWebPage(text)) return 'answeredWithPage';
	if (httpStatus === 401 || httpStatus === 403) return 'signInWanted';
	return httpStatus < 500 ? 'refusedByAction' : 'actionOutage';
}

function messageOf({ httpStatus, text }: HttpActionAnswer): string {
	const status = `The HTTP action answered with HTTP status ${httpStatus}`;
	if (isWebPage(text)) return `${status} and a web page`;
	return text.trim() === '' ? status : `${status}: ${excerptOf(text)}`;
}

function excerptOf(text: string): string {
	const line = text.slice(0, MAX_BODY_LENGTH).replace(/\s+/g, ' ').trim();
	return textStart(line, MAX_EXCERPT_LENGTH);
}

/** Its JSON, to branch on; of a longer answer, how its text begins. */
function bodyOf(text: string): JSONValue {
	if (text.length > MAX_BODY_LENGTH) return textStart(text, MAX_BODY_LENGTH);
	const parsed = parseAnswerJson(text);
	return parsed.status === 'json' ? parsed.value : text;
}

/** An answer that broke off, or that was not what it had to be: the action has run all the same. */
export function unusableAnswer(
	method: HttpMethod,
	reason: 'answerCutOff' | 'notAsAnnounced',
	message: string,
	httpStatus: number,
): ConvexFailure {
	const lost = lostActionAnswer(method);
	const retryable = reason === 'answerCutOff' && lost.retryable;
	const kind = reason === 'answerCutOff' ? 'network' : 'function';
	return failureOf(reason, message, { kind, httpStatus, outcome: lost.outcome, retryable });
}
