import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';
import {
	parseTimestampResponse,
	snapshotFailure,
	TIMESTAMP_PATH,
} from '../../../../nodes/Convex/convex/responses/snapshot';

const answered = (body: string, httpStatus = 200) => parseTimestampResponse({ httpStatus, body });

describe('the latest snapshot', () => {
	it('is asked for where Convex gives it', () => {
		expect(TIMESTAMP_PATH).toBe('/api/query_ts');
	});

	it('is a text, passed on as it is', () => {
		// 64 bits in base64: as a number it would lose digits.
		for (const ts of ['gKQV3rqXOhg=', '1700000000000000001']) {
			expect(answered(JSON.stringify({ ts }))).toEqual({ status: 'success', timestamp: ts });
		}
	});

	it.each(['{}', '{"ts":1700000000000000001}', '{"ts":null}', '[]', '"gKQV3rqXOhg="', ''])(
		'is not read from %j',
		(body) => {
			expect(answered(body)).toMatchObject({
				status: 'failure',
				failure: {
					message: 'The server answered with something that is not a Convex answer',
					details: { kind: 'deployment', httpStatus: 200, retryable: false },
				},
			});
		},
	);

	it('is asked for again when its answer was cut off', () => {
		expect(answered('{"ts":"gKQV')).toMatchObject({
			status: 'failure',
			failure: { details: { kind: 'network', retryable: true } },
		});
	});

	it.each([
		[401, 'BadAdminKey', false],
		[404, undefined, false],
		[429, 'TooManyConcurrentRequests', true],
		[503, 'ExpiredInQueue', true],
		[500, undefined, true],
	])('fails as a query does with status %i %s', (httpStatus, code, retryable) => {
		const body = code === undefined ? '' : JSON.stringify({ code, message: 'what Convex says' });
		const result = answered(body, httpStatus);
		expect(result).toEqual({
			status: 'failure',
			failure: platformFailure('query', { httpStatus, body }),
		});
		expect(result).toMatchObject({ failure: { details: { httpStatus, retryable } } });
	});

	it('is not taken from an answer with another status', () => {
		expect(answered('{"ts":"gKQV3rqXOhg="}', 502).status).toBe('failure');
	});
});

describe('a query at a snapshot', () => {
	const failed = (httpStatus: number, code?: string) => {
		const body = code === undefined ? '' : JSON.stringify({ code, message: 'what Convex says' });
		return platformFailure('query', { httpStatus, body });
	};

	it('that is too old is not sent again, and says why', () => {
		const failure = snapshotFailure(failed(503, 'InternalServerError'));
		expect(failure.message).toBe(
			'Convex could not read the snapshot, probably because it is too old',
		);
		expect(failure.description).toMatch(/'Concurrency'.*'Single Snapshot'/);
		expect(failure.details).toEqual({
			kind: 'deployment',
			code: 'SnapshotGone',
			retryable: false,
			outcome: 'notExecuted',
		});
	});

	it.each([
		[500, 'InternalServerError'],
		[503, 'ExpiredInQueue'],
		[503, undefined],
		[429, 'TooManyConcurrentRequests'],
		[400, 'BadJsonBody'],
	])('fails as any other with status %i %s', (httpStatus, code) => {
		const failure = failed(httpStatus, code);
		expect(snapshotFailure(failure)).toBe(failure);
	});

	it('that throws fails as any other', () => {
		const failure = functionFailure({
			operation: 'query',
			errorMessage: 'Uncaught Error: boom',
			errorData: undefined,
			logLines: [],
		});
		expect(snapshotFailure(failure)).toBe(failure);
	});
});
