import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { refuseDeployKey, refuseDeployKeyIn } from '../../convex/deployment/deployKeyGuard';
import { Redactor } from '../../convex/deployment/redaction';
import { siteRequestUrl } from '../../convex/deployment/siteRequest';
import { inputFailure, isRead, type ConvexFailure } from '../../convex/failure';
import { httpActionFailure } from '../../convex/failures/httpActionFailure';
import { checkBodyLength } from '../../convex/functions/httpBody';
import type { HttpMethod } from '../../convex/functions/httpRoute';
import { contentKind } from '../../convex/responses/httpActionContent';
import type { HttpActionParameters, HttpActionReader } from '../../parameters/httpAction';
import { boundaryOf } from '../../parameters/httpAction/multipartForm';
import type { RequestBody } from '../../parameters/httpAction/requestBody';
import type { ResponseShape } from '../../parameters/httpAction/responseParameters';
import type { Caller } from '../../transport/caller';
import { requestContent } from '../../transport/http/requestContent';
import {
	headerOf,
	requestSite,
	type AnswerHead,
	type RequestContent,
	type SiteAnswer,
	type SiteRequest,
	type Wanted,
} from '../../transport/http/requestSite';
import { retryAfterOf } from '../../transport/http/retryAfter';
import type { SiteUrls } from '../../transport/http/siteUrls';
import { toFailure } from '../../transport/nodeError';
import type { DeploymentRetries } from '../calls/deploymentRetries';
import { withUnknownOutcome } from '../itemFailure';
import { toHttpActionItems } from './httpActionOutput';

/** What the items of a run share. */
export interface HttpActionRun {
	context: IExecuteFunctions;
	reader: HttpActionReader;
	sites: SiteUrls;
	retries: DeploymentRetries;
	/** Whether only what certainly did not run is sent again. */
	retriesOnlyUnrun: boolean;
}

/** Calls an HTTP action for an item. @throws ConvexFailure that names the route */
export async function callHttpAction(
	run: HttpActionRun,
	itemIndex: number,
	caller: Caller,
): Promise<INodeExecutionData[]> {
	const route = run.reader.route(itemIndex);
	const { method, path } = route;
	try {
		const parameters = await run.reader.read(route, itemIndex);
		const request = await toRequest(run, caller, parameters);
		const answer = await send(run, caller, request, parameters);
		if (answer.status === 'failure') throw answer.failure;
		return await toHttpActionItems(answer, parameters, itemIndex);
	} catch (thrown) {
		// A query may carry a token of the app's own; and whatever is refused may be in the path.
		const shown = Redactor.of(caller.credential).text(path.replace(/\?.*$/s, ''));
		throw toFailure(thrown).ofCall({ method, path: shown });
	}
}

/** @throws ConvexFailure before anything is sent to the HTTP action */
async function toRequest(
	{ context, sites, retries }: HttpActionRun,
	caller: Caller,
	{ route, query, headers, body, isAuthenticated, timeoutMs, response }: HttpActionParameters,
): Promise<SiteRequest> {
	const { credential } = caller;
	if (isAuthenticated && credential.authentication !== 'bearerToken') throw needsBearerToken();
	const { path, rest, method } = route;
	refuseDeployKey(credential, [
		["'Path'", path],
		["'Rest of Path'", rest],
		...query.map((parameter) => ["'Query Parameters'", parameter.join('=')] as const),
		...headers.map((header) => ["'Headers'", header.join(': ')] as const),
		["'Content Type'", body?.contentType ?? ''],
		["'Body'", body?.kind === 'bytes' ? body.bytes.toString('latin1') : ''],
	]);
	const content = body && (await contentOf(context, caller, body));
	const url = siteRequestUrl(await sites.of(caller, retries.of(caller)), { path, rest, query });
	// Two of them may make up the key together.
	refuseDeployKey(credential, [
		["'Path'", url],
		["'Path'", decoded(url)],
	]);
	return {
		method,
		url,
		headers: headersOf(headers, body, response.shape),
		content,
		isAuthenticated,
		timeoutMs,
	};
}

/** As any server reads it, which may know another encoding than UTF-8: escape by escape. A key is ASCII. */
function decoded(url: string): string {
	return url.replace(/%([\da-f]{2})/gi, (_escape, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 16)),
	);
}

/** @throws ConvexFailure (`input`) for a body that is too long, and for a file that holds the deploy key */
async function contentOf(
	{ helpers }: IExecuteFunctions,
	{ credential }: Caller,
	body: RequestBody,
): Promise<RequestContent> {
	if (body.kind === 'bytes') {
		const { bytes } = body;
		checkBodyLength(bytes.length);
		return { length: bytes.length, open: async () => bytes };
	}
	const content = await requestContent(helpers, body.file, "'Input Binary Field'");
	checkBodyLength(content.length);
	if (credential.authentication !== 'deployKey') return content;
	const opened = await content.open();
	await refuseDeployKeyIn(credential, "'Body'", Buffer.isBuffer(opened) ? [opened] : opened);
	return content;
}

/** Those of the user replace what follows from the other parameters. */
function headersOf(
	added: HttpActionParameters['headers'],
	body: RequestBody | undefined,
	shape: ResponseShape,
): Record<string, string> {
	const headers = new Map([['accept', ['Accept', shape === 'json' ? 'application/json' : '*/*']]]);
	if (body !== undefined) headers.set('content-type', ['Content-Type', body.contentType]);
	for (const [name, value] of added) headers.set(name.toLowerCase(), [name, value]);
	checkBoundary(body, headers.get('content-type')?.[1]);
	return Object.fromEntries(headers.values());
}

/** Without the boundary that stands in the body, nobody can read the form. */
function checkBoundary(body: RequestBody | undefined, sentType: string | undefined): void {
	const own = boundaryOf(body?.contentType);
	if (own === undefined || sentType?.includes(own) === true) return;
	throw inputFailure(
		"'Headers': 'Content-Type' replaces that of the form, whose boundary the app needs to read it",
		'Remove the header: the node makes it.',
	);
}

async function send(
	{ context, retries, retriesOnlyUnrun }: HttpActionRun,
	caller: Caller,
	request: SiteRequest,
	{ acceptAnyStatus, response }: HttpActionParameters,
): Promise<SiteAnswer> {
	const want = (head: AnswerHead) =>
		isSuccess(head) || acceptAnyStatus ? wantedOf(response.shape, request.method, head) : 'text';
	let mayHaveRun = false;
	const attempt = async (): Promise<SiteAnswer> => {
		const answer = await requestSite(context, caller, request, want);
		if (answer.status !== 'failure' && (isSuccess(answer.head) || acceptAnyStatus)) return answer;
		const failure =
			answer.status === 'failure' ? answer.failure : failureOfAnswer(request.method, answer);
		const { details } = failure;
		const changes = !isRead({ ...details, method: request.method });
		mayHaveRun ||= changes && details.outcome === 'unknown';
		return { status: 'failure', failure };
	};
	const shouldStop = ({ details }: ConvexFailure) =>
		retriesOnlyUnrun && details.outcome !== 'notExecuted';
	const answer = await retries.of(caller).run(attempt, { shouldStop });
	if (answer.status !== 'failure' || !mayHaveRun) return answer;
	// The last request may be the one that certainly did not run.
	const { failure } = answer;
	const isUnknown = failure.details.outcome === 'notExecuted';
	return isUnknown ? { status: 'failure', failure: withUnknownOutcome(failure) } : answer;
}

function isSuccess({ httpStatus }: AnswerHead): boolean {
	return httpStatus >= 200 && httpStatus < 300;
}

function wantedOf(shape: ResponseShape, method: HttpMethod, head: AnswerHead): Wanted {
	if (shape === 'file') return 'file';
	// Its answer has no body, whatever its headers say of one.
	if (method === 'HEAD') return 'text';
	if (shape !== 'auto' || head.httpStatus === 204) return 'text';
	const kind = contentKind(headerOf(head, 'content-type'));
	if (kind === 'file') return 'file';
	// A server may call anything text.
	return kind === 'json' ? 'text' : 'either';
}

function failureOfAnswer(
	method: HttpMethod,
	{ head, content }: SiteAnswer & { status: 'answered' },
): ConvexFailure {
	const location = headerOf(head, 'location');
	const isFile = contentKind(headerOf(head, 'content-type')) === 'file';
	return httpActionFailure(method, {
		httpStatus: head.httpStatus,
		...(location !== undefined && { location }),
		...retryAfterOf(head.headers),
		text: content.kind === 'text' && !isFile ? content.text : '',
	});
}

function needsBearerToken(): ConvexFailure {
	return inputFailure(
		"'Authentication: Bearer Token' needs a credential with a bearer token",
		"Choose a credential whose 'Authentication' is 'Bearer Token', or set the parameter to 'None'. A deploy key is never sent to an HTTP action.",
		'invalidCredential',
	);
}
