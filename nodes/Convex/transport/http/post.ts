import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { version } from '../../../../package.json';
import { endpointUrl } from '../../convex/deployment/deploymentUrl';
import { ConvexFailure } from '../../convex/failure';
import type { DeploymentResponse, FunctionOperation } from '../../convex/functions/functionCall';
import { Redactor } from '../../convex/deployment/redaction';
import { answerUnlessAborted, AS_IT_COMES, readAnswer } from './answerText';
import { CREDENTIAL_TYPE, type CallContext, type Caller } from '../caller';
import { EventLoopTurns } from '../eventLoopTurns';
import { networkFailure, timedOut } from './networkFailure';
import { RequestTimeout } from './requestTimeout';
import { retryAfterOf } from './retryAfter';

/** A name without a dash is refused by the deployment (convex-backend crates/common/src/version.rs). */
export const CLIENT_HEADERS = { 'Convex-Client': `n8n-nodes-convex-${version}` };

export interface Post {
	/** The operation that it serves: it decides what a lost answer may mean. */
	operation: FunctionOperation;
	/** Relative to the deployment URL, e.g. `/api/query`. */
	path: string;
	/** What stands behind the path. */
	query?: Record<string, string>;
	/** `POST` unless given. */
	method?: 'GET' | 'POST' | 'PUT';
	/** JSON, or bytes as they are. */
	body?: string | Uint8Array;
	/** For the whole answer. */
	timeoutMs: number;
}

export type Answer =
	| { status: 'answered'; response: DeploymentResponse }
	| { status: 'failure'; failure: ConvexFailure };

/**
 * Sends a request to a deployment and reads its answer, once: every request of a run, a trigger and a
 * form goes through here. No answer takes longer than its time or is longer than Convex makes any, and
 * no secret of the credential is in what comes back. Never throws.
 */
export async function post(
	context: CallContext,
	caller: Caller,
	{ operation, path, query, method = 'POST', body, timeoutMs }: Post,
): Promise<Answer> {
	const redactor = Redactor.of(caller.credential);
	const limit = new RequestTimeout(context, timeoutMs);
	try {
		const request: IHttpRequestOptions = {
			method,
			url: endpointUrl(caller.credential.deploymentUrl, path),
			...(query !== undefined && { qs: query }),
			headers: {
				...CLIENT_HEADERS,
				'Content-Type': typeof body === 'object' ? 'application/octet-stream' : 'application/json',
				Accept: 'application/json',
			},
			// Text would be parsed once more by axios, to see whether it is JSON.
			...(body !== undefined && { body: toBuffer(body) }),
			timeout: timeoutMs,
			...AS_IT_COMES,
		};
		const { credentialsDecrypted } = caller;
		const sent: Promise<IN8nHttpFullResponse> = context.helpers.httpRequestWithAuthentication.call(
			limit.context,
			CREDENTIAL_TYPE,
			request,
			{
				credentialsDecrypted,
			},
		);
		const { statusCode, headers, body: answer } = await answerUnlessAborted(sent, limit.signal);
		const text = await readAnswer(answer, limit.signal);
		const { location } = headers;
		const turns = new EventLoopTurns();
		const response: DeploymentResponse = {
			httpStatus: Number(statusCode),
			...(typeof location === 'string' && { location: redactor.text(location) }),
			...retryAfterOf(headers),
			body: redactor.body(text),
		};
		// Of a long answer, what comes next takes its time, too.
		await turns.yield();
		return { status: 'answered', response };
	} catch (error) {
		const failure =
			error instanceof ConvexFailure
				? error
				: networkFailure(
						operation,
						limit.isPassed ? timedOut() : error,
						timeoutMs,
						caller.credential.deploymentUrl,
					);
		return { status: 'failure', failure: redactor.failure(failure) };
	} finally {
		limit.end();
	}
}

/** Bytes are not copied. */
function toBuffer(body: string | Uint8Array): Buffer {
	return typeof body === 'string'
		? Buffer.from(body)
		: Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
