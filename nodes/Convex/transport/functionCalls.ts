import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { version } from '../../../package.json';
import { ConvexFailure } from '../convex/failure';
import {
	functionRequest,
	type DeploymentResponse,
	type FunctionCall,
	type FunctionOperation,
} from '../convex/functionCall';
import { parseFunctionResponse, type FunctionResult } from '../convex/functionResponse';
import {
	encodeBatch,
	parseBatchResponse,
	QUERY_BATCH_PATH,
	type BatchResult,
} from '../convex/queryBatch';
import {
	parseTimestampResponse,
	snapshotFailure,
	TIMESTAMP_PATH,
	type TimestampResult,
} from '../convex/snapshot';
import { parseRetryAfter } from '../convex/retryPolicy';
import { CREDENTIAL_TYPE, type CallContext, type Deployment } from './deployment';
import { networkFailure } from './networkFailure';
import { TimeLimit } from './timeLimit';

/** A name without a dash is refused by the deployment (convex-backend crates/common/src/version.rs). */
export const CLIENT_HEADERS = { 'Convex-Client': `n8n-nodes-convex-${version}` };

interface Post {
	operation: FunctionOperation;
	path: string;
	/** JSON. */
	body: string;
	timeoutMs: number;
}

type Answer =
	| { status: 'answered'; response: DeploymentResponse }
	| { status: 'failure'; failure: ConvexFailure };

/**
 * Calls a function, once. A call that is not answered is a failure like any other, never an exception.
 *
 * @param timeoutMs how long to wait for the whole answer
 */
export async function callFunction(
	context: CallContext,
	deployment: Deployment,
	call: FunctionCall,
	timeoutMs: number,
): Promise<FunctionResult> {
	const { operation } = call;
	const { path, body } = functionRequest(call);
	const answer = await post(context, deployment, {
		operation,
		path,
		body: JSON.stringify(body),
		timeoutMs,
	});
	if (answer.status === 'failure') return answer;
	const result = parseFunctionResponse(operation, answer.response);
	return call.timestamp !== undefined && result.status === 'failure'
		? { ...result, failure: snapshotFailure(result.failure) }
		: result;
}

/** How a batch went, and what it took; the length is that of the answer in characters. */
export type MeasuredBatch =
	| (BatchResult & { status: 'answered'; elapsedMs: number; answerLength: number })
	| (BatchResult & { status: 'failure' });

/** Runs a batch of queries, each encoded by `encodeQuery`, once. */
export async function callQueryBatch(
	context: CallContext,
	deployment: Deployment,
	queries: readonly string[],
	timeoutMs: number,
): Promise<MeasuredBatch> {
	const body = encodeBatch(queries);
	const startedAtMs = performance.now();
	const answer = await post(context, deployment, {
		operation: 'query',
		path: QUERY_BATCH_PATH,
		body,
		timeoutMs,
	});
	if (answer.status === 'failure') return answer;
	const { response } = answer;
	const result = parseBatchResponse(response, queries.length);
	if (result.status === 'failure') return result;
	const elapsedMs = performance.now() - startedAtMs;
	return { ...result, elapsedMs, answerLength: response.body.length };
}

/** Asks for the latest snapshot of the deployment's data. */
export async function readTimestamp(
	context: CallContext,
	deployment: Deployment,
	timeoutMs: number,
): Promise<TimestampResult> {
	const request: Post = { operation: 'query', path: TIMESTAMP_PATH, body: '{}', timeoutMs };
	const answer = await post(context, deployment, request);
	return answer.status === 'failure' ? answer : parseTimestampResponse(answer.response);
}

async function post(
	context: CallContext,
	deployment: Deployment,
	{ operation, path, body, timeoutMs }: Post,
): Promise<Answer> {
	const request: IHttpRequestOptions = {
		method: 'POST',
		url: `${deployment.credential.deploymentUrl}${path}`,
		headers: { ...CLIENT_HEADERS, 'Content-Type': 'application/json', Accept: 'application/json' },
		// Text would be parsed once more by axios, to see whether it is JSON.
		body: Buffer.from(body),
		timeout: timeoutMs,
		encoding: 'text',
		disableFollowRedirect: true,
		// n8n's own errors lose the deployment's text; the answer is read here, whatever its status.
		ignoreHttpStatusErrors: true,
		returnFullResponse: true,
	};
	const limit = new TimeLimit(context, timeoutMs);
	try {
		const response = parseFullResponse(
			await context.helpers.httpRequestWithAuthentication.call(
				limit.context,
				CREDENTIAL_TYPE,
				request,
				{ credentialsDecrypted: deployment.credentialsDecrypted },
			),
		);
		return { status: 'answered', response };
	} catch (error) {
		const failure =
			error instanceof ConvexFailure
				? error
				: networkFailure(operation, limit.isPassed ? timedOut() : error, timeoutMs);
		return { status: 'failure', failure };
	} finally {
		limit.end();
	}
}

/** As axios names a request that took too long before its answer began. */
function timedOut(): Error {
	return Object.assign(new Error('timeout'), { code: 'ECONNABORTED' });
}

/** n8n hands over a body of text as text, and an empty one as it comes. */
function parseFullResponse(response: IN8nHttpFullResponse): DeploymentResponse {
	const { location } = response.headers;
	return {
		httpStatus: response.statusCode,
		...(typeof location === 'string' && { location }),
		...parseRetryAfter(response.headers['retry-after'], Date.now()),
		body: typeof response.body === 'string' ? response.body : '',
	};
}
