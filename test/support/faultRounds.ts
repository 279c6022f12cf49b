import type { FaultEffect } from '../../emulator/faults';
import { ConcurrencyLimiter } from '../../nodes/Convex/actions/concurrencyLimiter';
import type { ConvexRunResult } from './convexNode';

const ROUNDS_AT_ONCE = 25;

/** What may happen to a call over HTTP. */
export const HTTP_FAULTS: Array<FaultEffect & { weight?: number }> = [
	{ kind: 'rejection', code: 'TooManyConcurrentRequests', weight: 4 },
	{ kind: 'rejection', code: 'TooManyWrites' },
	{ kind: 'rejection', code: 'OptimisticConcurrencyControlFailure' },
	{ kind: 'rejection', code: 'CommitterFullError' },
	{ kind: 'rejection', code: 'ExpiredInQueue' },
	{ kind: 'rejection', code: 'WorkerOverloaded' },
	{ kind: 'rejection', code: 'InitialPermitTimeoutError' },
	{ kind: 'rejection', code: 'ExecuteFullError' },
	{ kind: 'rejection', code: 'IsolateNotClean' },
	{ kind: 'rejection', code: 'UpstreamConnectError' },
	{ kind: 'serverError', status: 500 },
	{ kind: 'serverError', status: 503, when: 'after' },
	{ kind: 'answer', status: 408, body: '', when: 'after' },
	{ kind: 'resetBefore' },
	{ kind: 'resetAfter' },
	{ kind: 'dropBefore' },
	{ kind: 'dropAfter' },
	{ kind: 'truncate' },
	{ kind: 'cut' },
	{ kind: 'drip', bytes: 20 },
	{ kind: 'delay', ms: 30 },
];

/** What may happen to a session. */
export const SESSION_FAULTS: Array<FaultEffect & { weight?: number }> = [
	{ kind: 'dropBefore', weight: 3 },
	{ kind: 'dropAfter', weight: 3 },
	{ kind: 'resetBefore' },
	{ kind: 'resetAfter' },
	{ kind: 'rejection', code: 'CommitterFullError' },
	{ kind: 'rejection', code: 'OptimisticConcurrencyControlFailure' },
	{ kind: 'serverError', status: 500 },
	{ kind: 'serverError', status: 503, when: 'after' },
	{ kind: 'delay', ms: 30 },
];

/** Runs rounds of a node, many at once, each with items and keys of its own. */
export async function runRounds(
	count: number,
	run: (round: number) => Promise<ConvexRunResult>,
): Promise<ConvexRunResult[]> {
	const results: ConvexRunResult[] = [];
	const limiter = new ConcurrencyLimiter(ROUNDS_AT_ONCE);
	for (let round = 0; round < count; round++) {
		await limiter.whenAvailable();
		limiter.start(async () => {
			results[round] = await run(round);
		});
	}
	await limiter.drain();
	return results;
}
