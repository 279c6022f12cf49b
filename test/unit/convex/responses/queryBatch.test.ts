import type { JSONValue } from 'convex/values';
import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import type { FunctionCall } from '../../../../nodes/Convex/convex/functions/functionCall';
import { parseFunctionPath } from '../../../../nodes/Convex/convex/functions/functionPath';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';
import {
	encodeBatch,
	encodeQuery,
	MAX_BATCH_BYTES,
	parseBatchResponse,
	QUERY_BATCH_PATH,
} from '../../../../nodes/Convex/convex/responses/queryBatch';

const query = (path: string, more: Partial<FunctionCall> = {}): FunctionCall => ({
	operation: 'query',
	functionPath: parseFunctionPath(path),
	args: {},
	valueFormat: 'json',
	...more,
});

describe('a batch', () => {
	it('is the queries as they stand alone, in order, each with its own format', () => {
		const args = encodeArguments("'Arguments'", {
			big: 42n,
			text: 'Grüße "quoted"\u2028\n😀',
			nothing: null,
		});
		const queries = [
			encodeQuery(query('messages:list', { args })),
			encodeQuery(query('a/b:c', { valueFormat: 'encoded' })),
			encodeQuery(query('messages:list', { args })),
		];
		const first = { path: 'messages:list', args: { ...args }, format: 'json' };
		expect(queries.map((one): unknown => JSON.parse(one))).toEqual([
			first,
			{ path: 'a/b:c', args: {}, format: 'convex_encoded_json' },
			first,
		]);
		const body: unknown = JSON.parse(encodeBatch(queries));
		expect(body).toEqual({ queries: queries.map((one): unknown => JSON.parse(one)) });
	});

	it('may hold one query, or none', () => {
		expect(JSON.parse(encodeBatch([encodeQuery(query('a:b'))]))).toEqual({
			queries: [{ path: 'a:b', args: {}, format: 'json' }],
		});
		expect(JSON.parse(encodeBatch([]))).toEqual({ queries: [] });
	});

	it('is no longer than its queries, a comma each and a little', () => {
		const queries = Array.from({ length: 50 }, (_, number) => encodeQuery(query(`a:b${number}`)));
		const lengths = queries.reduce((sum, { length }) => sum + length + 1, 0);
		// The backend takes 16 MiB and 2,000 bytes.
		expect(encodeBatch(queries).length).toBeLessThan(lengths + 2_000);
		expect(MAX_BATCH_BYTES).toBe(16 * 1024 * 1024);
	});

	it('goes to the endpoint of batches', () => {
		expect(QUERY_BATCH_PATH).toBe('/api/query_batch');
	});
});

const answered = (results: unknown, size: number, httpStatus = 200) =>
	parseBatchResponse({ httpStatus, body: JSON.stringify({ results }) }, size);

/** The results of a batch that was answered. */
function resultsOf(results: unknown[]) {
	const batch = answered(results, results.length);
	if (batch.status === 'answered') return batch.results;
	throw batch.failure;
}

function failureOf(httpStatus: number, body: string, size = 2): ConvexFailure {
	const batch = parseBatchResponse({ httpStatus, body }, size);
	if (batch.status === 'failure') return batch.failure;
	throw new Error('Expected a failure of the whole batch');
}

describe('the answer to a batch', () => {
	const value = (result: JSONValue) => ({ status: 'success', value: result, logLines: [] });
	const thrown = {
		status: 'error',
		errorMessage:
			'[Request ID: 1f] Server Error\nUncaught Error: boom\n    at handler (../m.ts:1)\n',
		logLines: ["[LOG] 'before'"],
	};

	it('has a result for each query, in order', () => {
		const values: JSONValue[] = [3, null, false, '', [], {}, { status: 'error' }, 'last'];
		expect(resultsOf(values.map(value))).toEqual(
			values.map((one) => ({ status: 'success', value: one, logLines: [] })),
		);
		expect(resultsOf([])).toEqual([]);
	});

	it('gives each result its own log lines', () => {
		const logged = ['a', 'b'].map((line) => ({ ...value(1), logLines: [line] }));
		expect(resultsOf(logged).map((one) => one.status === 'success' && one.logLines)).toEqual([
			['a'],
			['b'],
		]);
	});

	it('has failures among the values, each with its own words', () => {
		const refused = {
			status: 'error',
			errorMessage: "[Request ID: 2f] Server Error\nCould not find public function for 'a:b'.",
		};
		const ofApp = { ...thrown, errorData: { code: 7 } };
		const [first, second, third, fourth, fifth] = resultsOf([
			value(1),
			thrown,
			refused,
			ofApp,
			value(2),
		]);
		expect([first, fifth]).toEqual([value(1), value(2)]);
		expect(second).toMatchObject({
			status: 'failure',
			failure: {
				message: 'Uncaught Error: boom',
				details: { kind: 'function', requestId: '1f', logLines: ["[LOG] 'before'"] },
			},
		});
		expect(third).toMatchObject({ failure: { details: { outcome: 'notExecuted' } } });
		expect(fourth).toMatchObject({
			failure: { details: { kind: 'application', errorData: { code: 7 } } },
		});
	});

	it.each<[string, unknown]>([
		['null', null],
		['a text', 'success'],
		['a list', [value(1)]],
		['an object without a status', { value: 1 }],
		['a success without a value', { status: 'success' }],
		['an error without a message', { status: 'error' }],
	])('leaves the neighbours alone where one result is %s', (_what, result) => {
		const [before, unreadable, after] = resultsOf([value(1), result, value(2)]);
		expect([before, after]).toEqual([value(1), value(2)]);
		expect(unreadable).toMatchObject({
			status: 'failure',
			failure: { details: { retryable: false, outcome: 'unknown' } },
		});
	});

	it.each<[string, unknown, number]>([
		['too few results', [value(1)], 2],
		['too many results', [value(1), value(2), value(3)], 2],
		['none where there is one query', [], 1],
		['no list of results', value(1), 1],
		['no results at all', undefined, 0],
	])('is not taken apart with %s', (_what, results, size) => {
		expect(answered(results, size)).toMatchObject({
			status: 'failure',
			failure: {
				message: 'The server answered with something that is not a Convex answer',
				details: { kind: 'deployment', httpStatus: 200, retryable: false },
			},
		});
	});

	it('that was cut off is one of the network, and may be asked for again', () => {
		const body = JSON.stringify({ results: [value(1), value(2)] });
		for (const length of [1, 12, body.length - 1]) {
			const failure = failureOf(200, body.slice(0, length));
			expect(failure.message).toBe('The answer of the deployment was cut off');
			expect(failure.details).toMatchObject({ kind: 'network', retryable: true });
		}
	});

	it('that is a web page says so', () => {
		expect(failureOf(200, '<html>Sign in</html>').message).toBe(
			'The server answered with a web page that is not a Convex answer',
		);
	});

	it.each([
		[400, 'BadJsonBody', false],
		[401, 'BadAdminKey', false],
		[429, 'TooManyConcurrentRequests', true],
		[503, 'ExpiredInQueue', true],
		[500, 'InternalServerError', true],
	])('with status %i %s is the failure of a query', (httpStatus, code, retryable) => {
		const body = JSON.stringify({ code, message: 'what Convex says' });
		const failure = failureOf(httpStatus, body);
		expect(failure).toEqual(platformFailure('query', { httpStatus, body }));
		expect(failure.message).toBe('what Convex says');
		expect(failure.details).toMatchObject({ code, httpStatus, retryable });
	});

	it('with another status is a failure even where it looks like results', () => {
		const batch = answered([value(1)], 1, 502);
		expect(batch).toMatchObject({ status: 'failure', failure: { details: { httpStatus: 502 } } });
	});
});
