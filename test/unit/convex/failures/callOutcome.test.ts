import fc from 'fast-check';
import {
	FOREIGN_ANSWER,
	isOverload,
	lostAnswer,
	refusedCall,
	unsentCall,
} from '../../../../nodes/Convex/convex/failures/callOutcome';
import type { FailureOutcome } from '../../../../nodes/Convex/convex/failure';
import type { FunctionOperation } from '../../../../nodes/Convex/convex/functions/functionCall';
import { REJECTION_CODES } from '../../../../emulator/rejections';

const OPERATIONS: FunctionOperation[] = ['query', 'mutation', 'action', 'run'];
const SIDE_EFFECTS: FunctionOperation[] = ['mutation', 'action', 'run'];
const CODES = [...REJECTION_CODES, 'AuthProviderDiscoveryFailed', 'BadFormat', 'BadAdminKey'];
const FOREIGN_CODES = ['AccessDenied', 'BadRequest', 'Conflict', 'TooManyRequests', ''];

/** What must hold for every answer; the same answers in each run. */
const RUNS = { seed: 20260131, numRuns: 700 };

/** Whether a call may be sent again, and what became of it. */
type Fate = [retryable: boolean, outcome: FailureOutcome];
const NOT_STARTED: Fate = [true, 'notExecuted'];
const REFUSED: Fate = [false, 'notExecuted'];
const LOST: Fate = [false, 'unknown'];
const LOST_QUERY: Fate = [true, 'unknown'];
const ROLLED_BACK: Fate = [true, 'failed'];

describe('whether a call may be sent again, and what became of it', () => {
	it.each<[number, string | undefined, query: Fate, mutation: Fate, action: Fate]>([
		[400, 'BadConvexFunctionIdentifier', REFUSED, REFUSED, REFUSED],
		[400, 'BadJsonBody', REFUSED, REFUSED, REFUSED],
		// The deployment reads the format after the function ran.
		[400, 'BadFormat', LOST, LOST, LOST],
		[401, 'BadAdminKey', REFUSED, REFUSED, REFUSED],
		[401, 'Unauthenticated', REFUSED, REFUSED, REFUSED],
		[403, 'OperationNotPermitted', REFUSED, REFUSED, REFUSED],
		[404, 'FunctionPathNotFound', REFUSED, REFUSED, REFUSED],
		[408, undefined, LOST_QUERY, LOST, LOST],
		[404, 'FunctionPathWrongType', REFUSED, REFUSED, REFUSED],
		[400, 'BackendIsNotRunning', REFUSED, REFUSED, REFUSED],
		[400, 'InvalidHeaderFailure', REFUSED, REFUSED, REFUSED],
		[403, 'BadDeployKey', REFUSED, REFUSED, REFUSED],
		[421, undefined, NOT_STARTED, REFUSED, REFUSED],
		[421, 'MisdirectedRequest', NOT_STARTED, REFUSED, REFUSED],
		[425, undefined, LOST_QUERY, LOST, LOST],
		[425, 'TooEarly', LOST_QUERY, LOST, LOST],
		[429, 'TooManyConcurrentRequests', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		// An action never gets what its mutations do, so it proves nothing there.
		[429, 'TooManyWrites', NOT_STARTED, ROLLED_BACK, LOST],
		// A code that is not known may come from the commit, as that of `TooManyWrites` does.
		[429, 'TooManyOfSomethingNew', LOST_QUERY, LOST, LOST],
		[500, 'InternalServerError', LOST_QUERY, LOST, LOST],
		[502, undefined, LOST_QUERY, LOST, LOST],
		[503, 'OptimisticConcurrencyControlFailure', NOT_STARTED, ROLLED_BACK, LOST],
		[503, 'CommitterFullError', NOT_STARTED, ROLLED_BACK, LOST],
		[503, 'ExpiredInQueue', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'WorkerOverloaded', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'InitialPermitTimeoutError', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'ExecuteFullError', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'IsolateNotClean', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'UpstreamConnectError', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'SearchIndexesUnavailable', LOST_QUERY, LOST, LOST],
		// The identity is checked first; whether that may succeed later is known by the status.
		[401, 'AuthProviderDiscoveryFailed', REFUSED, REFUSED, REFUSED],
		[400, 'AuthProviderDiscoveryFailed', REFUSED, REFUSED, REFUSED],
		[429, 'AuthProviderDiscoveryFailed', NOT_STARTED, REFUSED, REFUSED],
		[500, 'AuthProviderDiscoveryFailed', NOT_STARTED, REFUSED, REFUSED],
		[503, 'AuthProviderDiscoveryFailed', NOT_STARTED, REFUSED, REFUSED],
		[503, 'InternalServerError', LOST_QUERY, LOST, LOST],
		[503, undefined, LOST_QUERY, LOST, LOST],
		[504, undefined, LOST_QUERY, LOST, LOST],
	])('%i %s', (httpStatus, code, query, mutation, action) => {
		const fates = { query, mutation, action };
		for (const operation of ['query', 'mutation', 'action'] as const) {
			const { retryable, outcome } = refusedCall(operation, httpStatus, code);
			expect([operation, retryable, outcome]).toEqual([operation, ...fates[operation]]);
		}
	});

	it.each([
		[500, undefined, LOST],
		[408, undefined, LOST],
		[429, 'TooManyConcurrentRequests', NOT_STARTED],
		[503, 'WorkerOverloaded', NOT_STARTED],
		// Only a mutation gets these.
		[429, 'TooManyWrites', ROLLED_BACK],
		[503, 'OptimisticConcurrencyControlFailure', ROLLED_BACK],
		[503, 'CommitterFullError', ROLLED_BACK],
		[503, 'AuthProviderDiscoveryFailed', REFUSED],
		[403, 'OperationNotPermitted', REFUSED],
	] as const)('%i %s for a function of unknown type', (httpStatus, code, [retryable, outcome]) => {
		expect(refusedCall('run', httpStatus, code)).toEqual({ retryable, outcome });
	});
});

describe('an answer without the code of Convex', () => {
	it.each([400, 401, 404, 405, 407, 411, 413, 414, 415, 417, 426, 428, 431])(
		'with status %i refuses the request as it arrives, and would again',
		(httpStatus) => {
			for (const operation of OPERATIONS) {
				expect(refusedCall(operation, httpStatus, undefined)).toEqual({
					outcome: 'notExecuted',
					retryable: false,
				});
			}
		},
	);

	it('that limits the rate of calls has each of them sent again', () => {
		for (const operation of OPERATIONS) {
			expect(refusedCall(operation, 429, undefined)).toEqual({
				outcome: 'notExecuted',
				retryable: true,
			});
		}
	});

	it.each([
		204, 301, 302, 307, 403, 408, 409, 410, 422, 423, 425, 451, 499, 500, 502, 503, 504, 520,
	])('with status %i proves nothing', (httpStatus) => {
		for (const operation of SIDE_EFFECTS) {
			expect(refusedCall(operation, httpStatus, undefined)).toEqual({
				outcome: 'unknown',
				retryable: false,
			});
		}
		expect(refusedCall('query', httpStatus, undefined).outcome).toBe('unknown');
	});
});

describe('a code that is not known', () => {
	it.each([400, 403, 409, 410, 422, 429, 451, 499, 500, 503])(
		'proves nothing with status %i',
		(httpStatus) => {
			for (const code of FOREIGN_CODES) {
				for (const operation of OPERATIONS) {
					expect(refusedCall(operation, httpStatus, code).outcome).toBe('unknown');
				}
			}
		},
	);

	it.each([401, 404, 405, 407, 411, 413, 414, 415, 417, 426, 428, 431])(
		'leaves status %i to prove that the call did not start',
		(httpStatus) => {
			for (const code of FOREIGN_CODES) {
				for (const operation of SIDE_EFFECTS) {
					expect(refusedCall(operation, httpStatus, code)).toEqual({
						outcome: 'notExecuted',
						retryable: false,
					});
				}
			}
		},
	);
});

describe('whatever a server answers', () => {
	const anyOperation = fc.constantFrom(...SIDE_EFFECTS);
	const anyStatus = fc.integer({ min: 100, max: 999 });
	const anyCode = fc.option(fc.oneof(fc.constantFrom(...CODES), fc.string()), { nil: undefined });

	it('a mutation or action with an unknown outcome is never sent again', () => {
		fc.assert(
			fc.property(anyOperation, anyStatus, anyCode, (operation, httpStatus, code) => {
				const { outcome, retryable } = refusedCall(operation, httpStatus, code);
				expect(outcome === 'unknown' && retryable).toBe(false);
			}),
			RUNS,
		);
		for (const operation of SIDE_EFFECTS) expect(lostAnswer(operation).retryable).toBe(false);
		expect(FOREIGN_ANSWER).toEqual({ outcome: 'unknown', retryable: false });
	});

	it('an action is sent again only when it did not start', () => {
		fc.assert(
			fc.property(anyStatus, anyCode, (httpStatus, code) => {
				const { outcome, retryable } = refusedCall('action', httpStatus, code);
				expect(retryable && outcome !== 'notExecuted').toBe(false);
			}),
			RUNS,
		);
	});

	it('neither a redirect nor an outage proves that a call did not start, without a code that does', () => {
		const status = fc.oneof(fc.integer({ min: 300, max: 399 }), fc.integer({ min: 500, max: 599 }));
		fc.assert(
			fc.property(anyOperation, status, (operation, httpStatus) => {
				expect(refusedCall(operation, httpStatus, undefined).outcome).toBe('unknown');
			}),
			RUNS,
		);
	});
});

describe('a call of which nothing was sent', () => {
	it('may be sent again unless the reason lasts', () => {
		expect(unsentCall(false)).toEqual({ outcome: 'notExecuted', retryable: true });
		expect(unsentCall(true)).toEqual({ outcome: 'notExecuted', retryable: false });
	});
});

describe('an overload', () => {
	it.each<[number, string | undefined, boolean]>([
		[429, undefined, true],
		[429, 'TooManyConcurrentRequests', true],
		[429, 'TooManyWrites', true],
		[503, 'ExpiredInQueue', true],
		[503, 'WorkerOverloaded', true],
		[503, 'InitialPermitTimeoutError', true],
		[503, 'ExecuteFullError', true],
		[503, 'IsolateNotClean', true],
		[503, 'UpstreamConnectError', true],
		[503, 'OptimisticConcurrencyControlFailure', false],
		[503, 'SearchIndexesUnavailable', false],
		[503, undefined, false],
		[500, 'InternalServerError', false],
		[400, 'BadJsonBody', false],
		[401, 'BadAdminKey', false],
	])('is distinguished from other failures: %i %s', (httpStatus, code, expected) => {
		expect(isOverload(httpStatus, code)).toBe(expected);
	});
});
