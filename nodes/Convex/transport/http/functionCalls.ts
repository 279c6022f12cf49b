import { functionRequest, type FunctionCall } from '../../convex/functions/functionCall';
import {
	parseFunctionResponse,
	type FunctionResult,
} from '../../convex/responses/functionResponse';
import {
	encodeBatch,
	parseBatchResponse,
	QUERY_BATCH_PATH,
	type BatchResult,
} from '../../convex/responses/queryBatch';
import {
	parseTimestampResponse,
	snapshotFailure,
	TIMESTAMP_PATH,
	type TimestampResult,
} from '../../convex/responses/snapshot';
import type { CallContext, Caller } from '../caller';
import { post } from './post';

/**
 * Calls a function, once. A call that is not answered is a failure like any other, never an exception.
 *
 * @param timeoutMs how long to wait for the whole answer
 */
export async function callFunction(
	context: CallContext,
	caller: Caller,
	call: FunctionCall,
	timeoutMs: number,
): Promise<FunctionResult> {
	// A lost answer of what may be repeated means as little as that of a query.
	const operation = call.isRepeatable === true ? 'query' : call.operation;
	const { path, body } = functionRequest(call);
	const answer = await post(context, caller, {
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
	caller: Caller,
	queries: readonly string[],
	timeoutMs: number,
): Promise<MeasuredBatch> {
	const body = encodeBatch(queries);
	const startedAtMs = performance.now();
	const answer = await post(context, caller, {
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
	caller: Caller,
	timeoutMs: number,
): Promise<TimestampResult> {
	const answer = await post(context, caller, {
		operation: 'query',
		path: TIMESTAMP_PATH,
		body: '{}',
		timeoutMs,
	});
	return answer.status === 'failure' ? answer : parseTimestampResponse(answer.response);
}
