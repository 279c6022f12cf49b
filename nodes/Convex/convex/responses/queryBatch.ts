import { isOverload, isProviderAway, mayBeOfConvex } from '../failures/callOutcome';
import { ConvexFailure } from '../failure';
import {
	functionRequest,
	type DeploymentResponse,
	type FunctionCall,
} from '../functions/functionCall';
import {
	parseFunctionAnswer,
	STATUS_OK,
	unreadableAnswer,
	type FunctionResult,
} from './functionResponse';
import { parseJsonObject } from '../values/jsonText';
import { platformFailure } from '../failures/platformFailure';

export const QUERY_BATCH_PATH = '/api/query_batch';

/** The backend takes bodies of 16 MiB and 2,000 bytes (crates/local_backend/src/public_api.rs). */
export const MAX_BATCH_BYTES = 16 * 2 ** 20;

/** One result for each query, or the failure of the whole batch. */
export type BatchResult =
	{ status: 'answered'; results: FunctionResult[] } | { status: 'failure'; failure: ConvexFailure };

/** A query as it stands in a batch, and alone in the body of `/api/query`. */
export function encodeQuery(call: FunctionCall): string {
	return JSON.stringify(functionRequest(call).body);
}

/** The body of a batch. The deployment runs its queries one after another, on one snapshot. */
export function encodeBatch(queries: readonly string[]): string {
	return `{"queries":[${queries.join(',')}]}`;
}

/** Reads the answer to a batch of `size` queries. */
export function parseBatchResponse(response: DeploymentResponse, size: number): BatchResult {
	if (response.httpStatus !== STATUS_OK) {
		return { status: 'failure', failure: platformFailure('query', response) };
	}
	const results = parseJsonObject(response.body)?.results;
	if (!Array.isArray(results) || results.length !== size) {
		return { status: 'failure', failure: unreadableAnswer('query', response) };
	}
	return {
		status: 'answered',
		results: results.map((answer) => parseFunctionAnswer('query', answer, response)),
	};
}

/** Answers of a server that knows no batches: an older or another one. Convex's refusals have a code. */
export function isBatchUnknown({ details: { httpStatus, code } }: ConvexFailure): boolean {
	return !mayBeOfConvex(code) && (httpStatus === 404 || httpStatus === 405);
}

/** Whether the queries together took longer than the client or the server waits. */
export function isTooSlow({ reason }: ConvexFailure): boolean {
	return reason === 'timedOut' || reason === 'serverTimedOut';
}

/**
 * Whether fewer queries together may get through: these took too long, were too much for a proxy, or
 * had answers that were longer together than any answer of one (transport/http/networkFailure.ts).
 */
export function isTooLarge(failure: ConvexFailure): boolean {
	const { httpStatus, code } = failure.details;
	return isTooSlow(failure) || httpStatus === 413 || code === 'AnswerTooLong';
}

/**
 * Whether the connection broke on the way of a batch or of its answer. Some proxies and firewalls break it
 * for what is too large, or for what they dislike in one query; an outage does, too.
 */
export function isBroken(failure: ConvexFailure): boolean {
	const { kind, outcome, retryable } = failure.details;
	const isLost = kind === 'network' && outcome === 'unknown' && retryable === true;
	return isLost && !isTooSlow(failure);
}

/** Whether a request got through to somebody who is not just too busy, whatever the answer was. */
export function gotThrough(result: FunctionResult | BatchResult): boolean {
	if (result.status !== 'failure') return true;
	const { kind, retryable } = result.failure.details;
	return kind !== 'network' && retryable !== true;
}

/** Refusals of the credential and of headers, which all queries have in common. */
const CODES_OF_ALL_QUERIES = new Set([
	'InvalidHeaderFailure',
	'InvalidAdminKey',
	'HeaderParseFailure',
	'InvalidClientVersion',
	'ClientVersionUnsupported',
]);

/**
 * Whether one query, or the size of the batch, may be the reason why the whole batch failed. Then its
 * queries are sent one by one; what is wrong with the key, the load or the network hits them all.
 */
export function mayBeOneQuery(failure: ConvexFailure): boolean {
	if (isTooLarge(failure)) return true;
	const { httpStatus, code } = failure.details;
	if (httpStatus === undefined || httpStatus === 401) return false;
	// A firewall's 403 has no code of Convex, and may be for what one of them has in its arguments.
	if (httpStatus === 403 && mayBeOfConvex(code)) return false;
	if (code !== undefined && CODES_OF_ALL_QUERIES.has(code)) return false;
	if (isProviderAway(code)) return false;
	const isRefusal = httpStatus >= 400 && !isOverload(httpStatus, code);
	return isRefusal || httpStatus === STATUS_OK;
}
