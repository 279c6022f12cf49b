import type {
	IBinaryData,
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { HTTP_ACTION_ADVICE } from '../../convex/advice';
import { Redactor } from '../../convex/deployment/redaction';
import { ConvexFailure } from '../../convex/failure';
import { lostActionAnswer } from '../../convex/failures/callOutcome';
import { unusableAnswer } from '../../convex/failures/httpActionFailure';
import { MAX_HTTP_BODY_BYTES } from '../../convex/functions/httpBody';
import type { HttpMethod } from '../../convex/functions/httpRoute';
import {
	answerFileName,
	decodeText,
	mediaType,
	type DecodedText,
} from '../../convex/responses/httpActionContent';
import { CREDENTIAL_TYPE, type Caller } from '../caller';
import { toFailure } from '../nodeError';
import { answerUnlessAborted, AS_IT_COMES, isStream, readAnswerBytes } from './answerText';
import { HTTP_ACTION, networkFailure, timedOut } from './networkFailure';
import { RequestTimeout } from './requestTimeout';
import { storeAnswer } from './storeAnswer';

/** The body of a request. A stream can be sent once, so each attempt opens its own. */
export interface RequestContent {
	length: number;
	open: () => Promise<object>;
}

export interface SiteRequest {
	method: HttpMethod;
	/** On the site, as `siteRequestUrl` makes it. */
	url: string;
	headers: Record<string, string>;
	content: RequestContent | undefined;
	/** Whether the credential's bearer token goes along; a deploy key never does. */
	isAuthenticated: boolean;
	/** For the whole answer. */
	timeoutMs: number;
}

/** How an answer begins. */
export interface AnswerHead {
	httpStatus: number;
	/** In lower case. */
	headers: Record<string, string | string[]>;
}

/** What becomes of the body of an answer: `either` is a text if it can be one. */
export type Wanted = 'text' | 'file' | 'either';

export type AnswerContent = ({ kind: 'text' } & DecodedText) | { kind: 'file'; file: IBinaryData };

export type SiteAnswer =
	| { status: 'answered'; head: AnswerHead; content: AnswerContent }
	| { status: 'failure'; failure: ConvexFailure };

/**
 * Sends a request to an HTTP action and takes its answer, whatever its status, once. No redirect is
 * followed. No secret of the credential is in the texts that come back. Never throws.
 *
 * @param want decides by the head of the answer what becomes of its body
 */
export async function requestSite(
	context: IExecuteFunctions,
	caller: Caller,
	request: SiteRequest,
	want: (head: AnswerHead) => Wanted,
): Promise<SiteAnswer> {
	const redactor = Redactor.of(caller.credential);
	const limit = new RequestTimeout(context, request.timeoutMs);
	let head: AnswerHead | undefined;
	let sent: object | undefined;
	try {
		sent = await request.content?.open().catch((thrown: unknown) => {
			throw toFailure(thrown);
		});
		// The request fails with it; before that hears of it, it would end n8n's process.
		if (isStream(sent)) sent.on('error', () => {});
		const { signal } = limit;
		const response = await answerUnlessAborted(send(limit, caller, request, sent), signal);
		head = headOf(response, redactor);
		const { body } = response;
		const content = await readContent(context, request.url, head, body, want(head), signal);
		if (content.kind === 'file') return { status: 'answered', head, content };
		return { status: 'answered', head, content: { ...content, text: redactor.body(content.text) } };
	} catch (error) {
		const failure = failureOfRequest(request, limit.isPassed ? timedOut() : error, head);
		return { status: 'failure', failure: redactor.failure(failure) };
	} finally {
		limit.end();
		// What was not sent to its end would stay open.
		if (isStream(sent)) sent.destroy();
	}
}

async function send(
	{ context, signal }: RequestTimeout,
	{ credentialsDecrypted }: Caller,
	{ method, url, headers, content, isAuthenticated, timeoutMs }: SiteRequest,
	body: object | undefined,
): Promise<IN8nHttpFullResponse> {
	const options: IHttpRequestOptions = {
		method,
		url,
		headers: {
			...unparsed(headers),
			...(content !== undefined && { 'Content-Length': String(content.length) }),
		},
		...(body !== undefined && { body }),
		timeout: timeoutMs,
		...AS_IT_COMES,
		abortSignal: signal,
	};
	const { helpers } = context;
	// Without a credential there is nothing that could go along.
	return isAuthenticated
		? await helpers.httpRequestWithAuthentication.call(context, CREDENTIAL_TYPE, options, {
				credentialsDecrypted,
			})
		: await helpers.httpRequest(options);
}

/** The bare type is a sign for n8n's helper that it has to encode the body itself, which is encoded. */
const FORM_TYPE = 'application/x-www-form-urlencoded';

function unparsed(headers: Record<string, string>): Record<string, string> {
	const entries = Object.entries(headers).map(([name, value]): [string, string] => {
		const isBareForm = name.toLowerCase() === 'content-type' && value === FORM_TYPE;
		return [sentName(name), isBareForm ? `${FORM_TYPE};charset=UTF-8` : value];
	});
	return Object.fromEntries(entries);
}

/** Names with a meaning in JavaScript, which axios drops (`merge` of its lib/utils.js). */
const NAMES_OF_JAVASCRIPT: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The name of a header means the same in capital letters. */
function sentName(name: string): string {
	return NAMES_OF_JAVASCRIPT.has(name) ? name.toUpperCase() : name;
}

function headOf({ statusCode, headers }: IN8nHttpFullResponse, redactor: Redactor): AnswerHead {
	const texts = Object.entries(headers).map(([name, value]): [string, string | string[]] => [
		name.toLowerCase(),
		Array.isArray(value)
			? value.map((each) => redactor.text(String(each)))
			: redactor.text(String(value)),
	]);
	return { httpStatus: Number(statusCode), headers: Object.fromEntries(texts) };
}

/** A header of an answer that comes once. */
export function headerOf({ headers }: AnswerHead, name: string): string | undefined {
	const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
	return typeof value === 'string' ? value : undefined;
}

async function readContent(
	{ helpers }: IExecuteFunctions,
	url: string,
	head: AnswerHead,
	body: unknown,
	wanted: Wanted,
	signal: AbortSignal,
): Promise<AnswerContent> {
	const contentType = headerOf(head, 'content-type');
	const label = {
		fileName: answerFileName(headerOf(head, 'content-disposition'), url),
		mimeType: mediaType(contentType) || 'application/octet-stream',
	};
	if (wanted === 'file') {
		const file = await storeAnswer(helpers, body, label, MAX_HTTP_BODY_BYTES, signal);
		return { kind: 'file', file };
	}
	const bytes = await readAnswerBytes(body, signal, MAX_HTTP_BODY_BYTES);
	const decoded = decodeText(bytes, contentType);
	const isText = decoded.isExact && !decoded.text.includes('\0');
	if (wanted === 'text' || isText) return { kind: 'text', ...decoded };
	const file = await helpers.prepareBinaryData(bytes, label.fileName, label.mimeType);
	return { kind: 'file', file };
}

/** @param head of the answer that broke off; undefined where none began */
function failureOfRequest(
	{ method, url, timeoutMs }: SiteRequest,
	error: unknown,
	head: AnswerHead | undefined,
): ConvexFailure {
	if (error instanceof ConvexFailure) return error;
	const operation = lostActionAnswer(method).retryable ? 'query' : 'action';
	const failure = networkFailure(operation, error, timeoutMs, url, HTTP_ACTION);
	if (head !== undefined && !ENDED_BY_NODE.has(failure.reason)) {
		const message = 'The answer of the HTTP action was cut off';
		return unusableAnswer(method, 'answerCutOff', message, head.httpStatus);
	}
	const advised = failure.advisedBy(HTTP_ACTION_ADVICE);
	if (advised.details.outcome !== 'notExecuted') return advised;
	return advised.with({ message: `${advised.message} (${new URL(url).origin})` });
}

/** Why the node itself stops reading an answer. */
const ENDED_BY_NODE: ReadonlySet<string> = new Set(['timedOut', 'cancelled', 'answerTooLong']);
