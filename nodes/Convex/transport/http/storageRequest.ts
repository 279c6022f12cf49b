import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import type { Redactor } from '../../convex/deployment/redaction';
import { ConvexFailure } from '../../convex/failure';
import type { DeploymentResponse, FunctionOperation } from '../../convex/functions/functionCall';
import type { Caller } from '../caller';
import { answerUnlessAborted, AS_IT_COMES, readAnswer } from './answerText';
import { networkFailure, timedOut } from './networkFailure';
import { CLIENT_HEADERS } from './post';
import { RequestTimeout } from './requestTimeout';
import { retryAfterOf } from './retryAfter';

/** A request to where a deployment takes and serves files. It carries no credential: a URL is enough. */
export interface StorageRequest {
	/** What a lost answer means as much as that of: of a mutation for an upload, else of a query. */
	operation: FunctionOperation;
	method: 'GET' | 'POST';
	url: string;
	headers: IDataObject;
	body?: IHttpRequestOptions['body'];
	/** For the whole exchange, with its content. */
	timeoutMs: number;
	/** Removes the secret of the URL. */
	redactor?: Redactor;
}

/** An answer whose content is not read yet. */
export interface StorageAnswer {
	httpStatus: number;
	headers: IDataObject;
	content: unknown;
	/** Aborted when the time is over, or the execution was cancelled. */
	signal: AbortSignal;
	/** Reads the content as text, for an answer that is no file. */
	response: () => Promise<DeploymentResponse>;
}

export interface Failed {
	status: 'failure';
	failure: ConvexFailure;
}

/**
 * Sends a request once. No redirect is followed: it would need the body once more, and lead elsewhere.
 * Never throws.
 *
 * @param read makes of the answer what it is; what it throws is a failure of the network, unless it is
 *   a ConvexFailure
 */
export async function requestStorage<Result>(
	context: IExecuteFunctions,
	{ credential: { deploymentUrl } }: Caller,
	{ operation, timeoutMs, redactor, headers, ...request }: StorageRequest,
	read: (answer: StorageAnswer) => Promise<Result>,
): Promise<Result | Failed> {
	const limit = new RequestTimeout(context, timeoutMs);
	const { signal } = limit;
	const clean = (text: string) => redactor?.text(text) ?? text;
	let begunWith: number | undefined;
	try {
		const sent = context.helpers.httpRequest({
			...request,
			// What is compressed on its way has another length than the file.
			headers: { ...CLIENT_HEADERS, 'Accept-Encoding': 'identity', ...headers },
			timeout: timeoutMs,
			...AS_IT_COMES,
			abortSignal: signal,
		});
		const answer = await answerUnlessAborted(sent, signal);
		const httpStatus = Number(answer.statusCode);
		begunWith = httpStatus;
		const { location } = answer.headers;
		const response = async () => ({
			httpStatus,
			...(typeof location === 'string' && { location: clean(location) }),
			...retryAfterOf(answer.headers),
			body: clean(await readAnswer(answer.body, signal)),
		});
		return await read({
			httpStatus,
			headers: answer.headers,
			content: answer.body,
			signal,
			response,
		});
	} catch (error) {
		const ended = limit.isPassed ? timedOut() : error;
		let failure = networkFailure(operation, ended, timeoutMs, deploymentUrl);
		if (error instanceof ConvexFailure) failure = error;
		else if (limit.isPassed && begunWith !== undefined) {
			failure = lateAnswer(failure, begunWith, timeoutMs);
		}
		return { status: 'failure', failure: redactor?.failure(failure) ?? failure };
	} finally {
		limit.end();
	}
}

function lateAnswer(failure: ConvexFailure, httpStatus: number, timeoutMs: number): ConvexFailure {
	return failure.with({
		message: `The answer did not arrive whole within ${timeoutMs} ms`,
		details: { httpStatus },
	});
}
