import { ConvexFailure, type FailureDetails } from '../../../../nodes/Convex/convex/failure';
import type { FunctionOperation } from '../../../../nodes/Convex/convex/functions/functionCall';
import { httpActionFailure } from '../../../../nodes/Convex/convex/failures/httpActionFailure';
import {
	mayPassOnceReached,
	parseRetryAfter,
	RetryPolicy,
} from '../../../../nodes/Convex/convex/failures/retryPolicy';
import { networkFailure } from '../../../../nodes/Convex/transport/http/networkFailure';

const failing = (details: Partial<FailureDetails> = {}) =>
	new ConvexFailure('It broke', 'Fix it.', {
		kind: 'deployment',
		retryable: true,
		outcome: 'notExecuted',
		...details,
	});
const overloaded = failing({ httpStatus: 429 });

/** A policy whose clock is set by hand, and whose waits are this part of the longest. */
function policyWith({ maxRetries = 4, part = 1, isByHand = false } = {}) {
	let nowMs = 1_700_000_000_000;
	const policy = new RetryPolicy(
		maxRetries,
		isByHand,
		() => nowMs,
		() => part,
	);
	return {
		policy,
		pass: (ms: number) => {
			nowMs += ms;
		},
	};
}

const delaysOf = (policy: RetryPolicy, tries: number) =>
	Array.from({ length: tries }, (_, retries) => policy.delayMs(overloaded, retries));

describe('whether a call is sent again', () => {
	it.each<[string, ConvexFailure, boolean]>([
		['is said to be safe', failing({ retryable: true }), true],
		['is said not to be safe', failing({ retryable: false }), false],
		['is not said to be safe', failing({ retryable: undefined }), false],
	])('depends on the failure: one that %s', (_what, failure, isSentAgain) => {
		expect(policyWith().policy.delayMs(failure, 0) !== undefined).toBe(isSentAgain);
	});

	it.each([0, 1, 4, 20])('ends after the maximum of %i retries', (maxRetries) => {
		const delays = delaysOf(policyWith({ maxRetries, part: 0 }).policy, 25);
		expect(delays.filter((delay) => delay !== undefined)).toHaveLength(maxRetries);
		expect(delays.slice(maxRetries).every((delay) => delay === undefined)).toBe(true);
	});

	it.each<[string, Partial<FailureDetails>, number, number]>([
		['cannot be reached', { kind: 'network' }, 1, 4],
		['lost the answer', { kind: 'network', outcome: 'unknown' }, 4, 4],
		['is overloaded', { httpStatus: 429 }, 4, 4],
	])('depends on who waits, where the deployment %s', (_what, details, byHand, unattended) => {
		const retriesOf = (isByHand: boolean) => {
			const { policy } = policyWith({ isByHand, part: 0 });
			return Array.from({ length: 9 }, (_, retries) =>
				policy.delayMs(failing(details), retries),
			).filter((delay) => delay !== undefined).length;
		};
		expect([retriesOf(true), retriesOf(false)]).toEqual([byHand, unattended]);
	});

	it('is as patient by hand as unattended once the deployment was reached', () => {
		const { policy } = policyWith({ isByHand: true, part: 0 });
		policy.succeeded();
		const unreachable = failing({ kind: 'network', retryable: true, outcome: 'notExecuted' });
		const delays = Array.from({ length: 9 }, (_, retries) => policy.delayMs(unreachable, retries));
		expect(delays.filter((delay) => delay !== undefined)).toHaveLength(4);
	});

	it('is counted for each call by itself', () => {
		const { policy } = policyWith({ maxRetries: 1 });
		for (let call = 0; call < 10; call++) {
			expect([policy.delayMs(overloaded, 0), policy.delayMs(overloaded, 1)]).toEqual([
				500,
				undefined,
			]);
		}
	});
});

describe('the wait before a call is sent again', () => {
	it('doubles up to ten seconds at most', () => {
		const { policy } = policyWith({ maxRetries: 20 });
		expect(delaysOf(policy, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
		expect(policy.delayMs(overloaded, 19)).toBe(10_000);
	});

	it.each([0, 0.25, 0.999])('is any part of that, from none at all on: %d', (part) => {
		const { policy } = policyWith({ part });
		expect(delaysOf(policy, 4)).toEqual([500, 1_000, 2_000, 4_000].map((most) => most * part));
	});

	it('is drawn again each time, so that calls which failed together part', () => {
		const policy = new RetryPolicy(4);
		const delays = Array.from({ length: 500 }, () => policy.delayMs(overloaded, 2) ?? Number.NaN);
		expect(delays.every((delay) => delay >= 0 && delay < 2_000)).toBe(true);
		expect(new Set(delays).size).toBeGreaterThan(400);
		expect(Math.min(...delays)).toBeLessThan(500);
		expect(Math.max(...delays)).toBeGreaterThan(1_500);
	});
});

describe('the time of a run', () => {
	afterEach(() => jest.restoreAllMocks());

	it.each([3_600_000, -3_600_000])('is not that of a clock which jumps by %i ms', (jumpMs) => {
		let atMs = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => atMs);
		const policy = new RetryPolicy(4);
		policy.failed(overloaded);
		atMs += jumpMs;
		expect(policy.budgetExhausted()).toBeUndefined();
		// A server asks to be left alone for as long as a run takes.
		expect(policy.delayMs(failing({ retryAfterMs: 60_000 }), 0)).toBeUndefined();
		expect(policy.delayMs(overloaded, 0)).toBeDefined();
	});
});

describe('a server that says when it wants to be called again', () => {
	const limited = (retryAfterMs: number) => failing({ httpStatus: 429, retryAfterMs });

	it('is left alone until then, and calls that failed together still part', () => {
		const { policy } = policyWith({ part: 0.5 });
		expect(policy.delayMs(limited(7_000), 0)).toBe(7_250);
		expect(policy.delayMs(limited(7_000), 2)).toBe(8_000);
	});

	it('is not waited for longer than the run retries', () => {
		const { policy, pass } = policyWith({ part: 0 });
		policy.failed(limited(30_000));
		expect(policy.delayMs(limited(59_999), 0)).toBe(59_999);
		expect(policy.delayMs(limited(60_000), 0)).toBeUndefined();
		pass(40_000);
		expect(policy.delayMs(limited(20_000), 0)).toBeUndefined();
		expect(policy.delayMs(limited(19_999), 0)).toBe(19_999);
	});

	const NOW_MS = Date.UTC(2026, 0, 31, 12);
	it.each<[unknown, number | undefined]>([
		['0', 0],
		['5', 5_000],
		[' 120 ', 120_000],
		['Sat, 31 Jan 2026 12:00:07 GMT', 7_000],
		['Sat, 31 Jan 2026 11:00:00 GMT', 0],
		['1.5', 2_000],
		['0.2', 1_000],
		['-5', undefined],
		['2026-01-31', undefined],
		['9999999999', undefined],
		['Fri, 31 Dec 9999 23:59:59 GMT', undefined],
		['99999999999999999999', undefined],
		['soon', undefined],
		['', undefined],
		['1.5s', undefined],
		[undefined, undefined],
		[['5', '6'], undefined],
		[5, undefined],
	])('writes it as seconds or as a date: %j', (header, retryAfterMs) => {
		expect(parseRetryAfter(header, NOW_MS).retryAfterMs).toBe(retryAfterMs);
	});
});

describe('the time that a run retries for', () => {
	const PATIENCE_MS = 60_000;
	const GIVEN_UP = 'The call was not sent: no call before it succeeded for a minute';

	it('ends when there were only failures for a minute, counted from the first', () => {
		const { policy, pass } = policyWith({ part: 0 });
		pass(3_600_000);
		policy.failed(overloaded);
		for (const ms of [30_000, 29_999]) {
			pass(ms);
			policy.failed(overloaded);
			expect(policy.budgetExhausted()).toBeUndefined();
			expect(policy.delayMs(overloaded, 0)).toBe(0);
		}
		pass(1);
		expect(policy.budgetExhausted()?.message).toBe(GIVEN_UP);
		expect(policy.delayMs(overloaded, 0)).toBeUndefined();
	});

	it('is not used up before anything failed, nor by a function that takes long', () => {
		const { policy, pass } = policyWith();
		pass(3_600_000);
		expect(policy.budgetExhausted()).toBeUndefined();
		policy.failed(overloaded);
		expect(policy.delayMs(overloaded, 0)).toBe(500);
	});

	it('does not begin a wait that would outlast it', () => {
		const { policy, pass } = policyWith();
		policy.failed(overloaded);
		pass(PATIENCE_MS - 501);
		expect(policy.delayMs(overloaded, 0)).toBe(500);
		pass(1);
		expect(policy.delayMs(overloaded, 0)).toBeUndefined();
		expect(policy.budgetExhausted()).toBeUndefined();
	});

	it('is that of all its calls: the first ones wait, the others are not sent', () => {
		const { policy, pass } = policyWith({ maxRetries: 20 });
		let waitedMs = 0;
		let retries = 0;
		for (; ; retries++) {
			policy.failed(overloaded);
			const delayMs = policy.delayMs(overloaded, retries);
			if (delayMs === undefined) break;
			waitedMs += delayMs;
			pass(delayMs);
		}
		expect(retries).toBeGreaterThan(5);
		expect(waitedMs).toBeLessThan(PATIENCE_MS);
		pass(PATIENCE_MS - waitedMs);
		for (let call = 0; call < 100; call++) expect(policy.budgetExhausted()?.message).toBe(GIVEN_UP);
	});

	it('that ended says that the call was not sent, and what to do', () => {
		const { policy, pass } = policyWith({ maxRetries: 0 });
		policy.failed(overloaded);
		pass(PATIENCE_MS);
		const failure = policy.budgetExhausted();
		expect(failure?.description).toMatch(/Run the workflow again for the remaining items/);
		expect(failure?.details).toEqual({
			kind: 'deployment',
			retryable: true,
			outcome: 'notExecuted',
		});
		policy.failed(failing({ kind: 'network' }));
		expect(policy.budgetExhausted()?.details.kind).toBe('network');
	});

	it('starts again with every call that succeeds', () => {
		const { policy, pass } = policyWith();
		for (let hour = 0; hour < 3; hour++) {
			policy.failed(overloaded);
			pass(PATIENCE_MS);
			expect(policy.budgetExhausted()).toBeDefined();
			policy.succeeded();
			expect(policy.budgetExhausted()).toBeUndefined();
			expect(policy.delayMs(overloaded, 0)).toBe(500);
		}
	});

	/** A call whose answer did not come in time. */
	const late = (operation: FunctionOperation) =>
		networkFailure(operation, Object.assign(new Error('late'), { code: 'ECONNABORTED' }), 1_000);

	it.each<[string, Partial<FailureDetails> | ConvexFailure, isOutage: boolean]>([
		['an overload', { httpStatus: 429 }, true],
		['a server error', { httpStatus: 500 }, true],
		['an outage', { httpStatus: 503 }, true],
		['a server that waited in vain', { httpStatus: 408 }, true],
		['a server that is not loaded yet', { httpStatus: 425 }, true],
		['a connection that broke', { kind: 'network', code: 'ECONNRESET' }, true],
		['nothing that answers', { kind: 'network', code: 'ECONNREFUSED' }, true],
		['an answer that was cut off', { kind: 'network', httpStatus: 200 }, true],
		['a query without an answer', late('query'), true],
		['a mutation without an answer', late('mutation'), false],
		['a file that arrives too slowly', late('query').with({ details: { httpStatus: 200 } }), false],
		['an action that a proxy does not wait for', { httpStatus: 504, retryable: false }, false],
		['an action at its own time limit', { httpStatus: 408, retryable: false }, false],
		['a query that a proxy does not wait for', { httpStatus: 524 }, true],
		['a 5xx of an HTTP action', httpActionFailure('POST', { httpStatus: 503, text: '' }), false],
		['one that is sent again', httpActionFailure('GET', { httpStatus: 503, text: '' }), true],
		['a snapshot that is gone', { code: 'SnapshotGone', retryable: false }, false],
		['a function that threw', { kind: 'function' }, false],
		['a ConvexError', { kind: 'application' }, false],
		['a refused key', { httpStatus: 401 }, false],
		['a refused request', { httpStatus: 400 }, false],
		['an address without Convex', { httpStatus: 404 }, false],
		['a redirect', { httpStatus: 302 }, false],
		['a paused deployment', { kind: 'deployment' }, false],
		['a refused parameter', { kind: 'input' }, false],
	])('is used up by %s: %s', (_what, failed, isOutage) => {
		const { policy, pass } = policyWith();
		policy.failed(failed instanceof ConvexFailure ? failed : failing(failed));
		pass(PATIENCE_MS);
		expect(policy.budgetExhausted() !== undefined).toBe(isOutage);
	});

	it('is not used up by an HTTP action that is late or answers 5xx, and is not sent again', () => {
		for (const failure of [
			httpActionFailure('GET', { httpStatus: 503, text: '' }),
			late('query'),
		]) {
			const { policy, pass } = policyWith();
			policy.failed(failure, false);
			pass(PATIENCE_MS);
			expect(policy.budgetExhausted()).toBeUndefined();
		}
	});

	it('continues while mutations take longer than their timeout, which is inconclusive', () => {
		const { policy, pass } = policyWith();
		policy.failed(overloaded);
		for (let second = 0; second < 60; second++) {
			pass(PATIENCE_MS / 60);
			policy.failed(late('mutation'));
		}
		expect(policy.budgetExhausted()).toBeDefined();
	});

	it('starts again with a failure that the deployment gave itself', () => {
		const { policy, pass } = policyWith();
		policy.failed(overloaded);
		pass(PATIENCE_MS);
		policy.failed(failing({ kind: 'application', retryable: false }));
		expect(policy.budgetExhausted()).toBeUndefined();
	});
});

it.each([
	[403, 'Forbidden', true],
	[401, 'NotAuthorized', true],
	[403, 'ACCESS_DENIED', true],
	[403, 'OperationNotPermitted', false],
	[401, 'BadDeployKey', false],
	[400, 'BackendIsNotRunning', false],
	[404, undefined, true],
])('a deployment that was reached may answer later: %i, %s, %s', (httpStatus, code, passes) => {
	const details = { kind: 'deployment', retryable: false, outcome: 'notExecuted' } as const;
	const failure = failing({ ...details, httpStatus, ...(code !== undefined && { code }) });
	expect(mayPassOnceReached(failure)).toBe(passes);
});
