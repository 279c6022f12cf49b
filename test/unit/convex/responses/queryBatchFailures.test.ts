import { inputFailure, type ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';
import {
	gotThrough,
	isBatchUnknown,
	isBroken,
	isTooLarge,
	isTooSlow,
	mayBeOneQuery,
	parseBatchResponse,
} from '../../../../nodes/Convex/convex/responses/queryBatch';
import { networkFailure } from '../../../../nodes/Convex/transport/http/networkFailure';

function failureOf(httpStatus: number, body: string, size = 2): ConvexFailure {
	const batch = parseBatchResponse({ httpStatus, body }, size);
	if (batch.status === 'failure') return batch.failure;
	throw new Error('Expected a failure of the whole batch');
}

describe('a batch that failed as a whole', () => {
	const status = (httpStatus: number, code?: string) => {
		const body = code === undefined ? '' : JSON.stringify({ code, message: 'm' });
		return platformFailure('query', { httpStatus, body });
	};
	const network = (code: string, systemCall = '') =>
		networkFailure('query', Object.assign(new Error('m'), { code, syscall: systemCall }), 1_000);

	it.each<[string, ConvexFailure]>([
		['a body that is refused', status(400, 'BadJsonBody')],
		['a path that is refused', status(400, 'BadConvexFunctionIdentifier')],
		['a format that is refused', status(400, 'BadFormat')],
		['a body that is too large', status(413)],
		['a refusal of no known kind', status(400)],
		['a refusal with an unknown code', status(400, 'SomethingNew')],
		['a firewall that dislikes a text in it', status(403)],
		['a firewall with codes of its own', status(403, 'BLOCKED')],
		['a conflict', status(409)],
		['a function that is not there', status(404, 'FunctionPathNotFound')],
		['an endpoint that is not there', status(404)],
		['a method that is not allowed', status(405)],
		['a query that is too slow for the server', status(408)],
		['a server error', status(500, 'InternalServerError')],
		['a gateway that gave up', status(504)],
		['an outage of something that not all queries use', status(503, 'SearchIndexesUnavailable')],
		['an answer that came too late', network('ECONNABORTED')],
		['an answer that is longer than any of one query', network('AnswerTooLong')],
		['an answer that was cut off', failureOf(200, '{"results":[')],
		['an answer that is none', failureOf(200, '{}')],
		['a web page', failureOf(200, '<html>')],
	])('may have failed for one of its queries: %s', (_what, failure) => {
		expect(mayBeOneQuery(failure)).toBe(true);
	});

	it.each<[string, ConvexFailure]>([
		['a wrong key', status(401, 'BadAdminKey')],
		['a key that may not', status(403, 'OperationNotPermitted')],
		['a refusal of a later version', status(403, 'SomethingNew')],
		['a key that cannot be read', status(400, 'InvalidAdminKey')],
		['a header that cannot be read', status(400, 'InvalidHeaderFailure')],
		['a user that cannot be read', status(400, 'HeaderParseFailure')],
		['a client that is too old', status(400, 'ClientVersionUnsupported')],
		['an unavailable sign-in provider', status(503, 'AuthProviderDiscoveryFailed')],
		['a redirect', status(302)],
		['another redirect', status(307)],
		['too many requests', status(429, 'TooManyConcurrentRequests')],
		['too many requests, without a code', status(429)],
		['a queue that is too long', status(503, 'ExpiredInQueue')],
		['workers that are busy', status(503, 'WorkerOverloaded')],
		['permits that ran out', status(503, 'InitialPermitTimeoutError')],
		['executors that are full', status(503, 'ExecuteFullError')],
		['an isolate that is not clean', status(503, 'IsolateNotClean')],
		['an unavailable upstream', status(503, 'UpstreamConnectError')],
		['nothing that answers', network('ECONNREFUSED')],
		['a host that is not there', network('ENOTFOUND')],
		['a connection that broke', network('ECONNRESET')],
		['a connection that could not be made', network('ETIMEDOUT', 'connect')],
		['a certificate', network('CERT_HAS_EXPIRED')],
		['an execution that was cancelled', network('ERR_CANCELED')],
		['an input', inputFailure('It broke', 'Fix it.')],
	])('failed for all of them: %s', (_what, failure) => {
		expect(mayBeOneQuery(failure)).toBe(false);
	});

	it.each<[string, ConvexFailure, boolean]>([
		['not found', status(404), true],
		['method not allowed', status(405), true],
		["a gateway's own not found", status(404, 'NOT_FOUND'), true],
		['a function that is not there', status(404, 'FunctionPathNotFound'), false],
		['a refused body', status(400, 'BadJsonBody'), false],
		['a server error', status(500), false],
		['gone', status(410), false],
		['no answer', network('ECONNRESET'), false],
	])('shows whether the server knows batches: %s', (_what, failure, isUnknown) => {
		expect(isBatchUnknown(failure)).toBe(isUnknown);
	});

	it.each<[string, ConvexFailure, boolean]>([
		['the client waited in vain', network('ECONNABORTED'), true],
		['the server waited in vain', status(408), true],
		['a body that is too large', status(413), true],
		['a refused body', status(400, 'BadJsonBody'), false],
		['an overload', status(429, 'TooManyConcurrentRequests'), false],
	])('shows whether a smaller batch may succeed: %s', (_what, failure, isLarge) => {
		expect(isTooLarge(failure)).toBe(isLarge);
	});

	it.each<[string, ConvexFailure, boolean]>([
		['the client waited in vain', network('ECONNABORTED'), true],
		['the server waited in vain', status(408), true],
		['connecting took too long', network('ETIMEDOUT', 'connect'), false],
		['the connection broke', network('ECONNRESET'), false],
		['a server error', status(500), false],
		['an overload', status(429, 'TooManyConcurrentRequests'), false],
	])('shows whether it took too long: %s', (_what, failure, isSlow) => {
		expect(isTooSlow(failure)).toBe(isSlow);
	});

	it.each<[string, ConvexFailure, boolean]>([
		['the connection broke', network('ECONNRESET'), true],
		['the answer was packed, and not whole', network('Z_BUF_ERROR'), true],
		['what came was no HTTP', network('HPE_INVALID_CONSTANT'), true],
		['the connection was refused', network('ECONNREFUSED'), false],
		['the connection broke before it was made', network('ECONNRESET', 'connect'), false],
		['the client waited in vain', network('ECONNABORTED'), false],
		['a server error', status(500), false],
		['an input', inputFailure('It broke', 'Fix it.'), false],
	])('shows whether the connection broke: %s', (_what, failure, broke) => {
		expect(isBroken(failure)).toBe(broke);
	});

	it.each<[string, ConvexFailure, boolean]>([
		['the connection broke', network('ECONNRESET'), false],
		['a certificate', network('CERT_HAS_EXPIRED'), false],
		['a server error', status(500), false],
		['an overload', status(429, 'TooManyConcurrentRequests'), false],
		['a refusal', status(404), true],
	])('shows whether it got through: %s', (_what, failure, isThrough) => {
		expect(gotThrough({ status: 'failure', failure })).toBe(isThrough);
	});

	it('got through where its queries are answered', () => {
		expect(gotThrough({ status: 'answered', results: [] })).toBe(true);
		expect(gotThrough({ status: 'success', value: 1, logLines: [] })).toBe(true);
	});
});
