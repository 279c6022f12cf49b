import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { EmbeddedDeployment } from '../../emulator/client';
import type { FaultEffect } from '../../emulator/faults';
import type { RequestStats } from '../../emulator/requestStats';
import { ConcurrencyLimiter } from '../../nodes/Convex/actions/concurrencyLimiter';
import type { ConvexRunResult } from './convexNode';
import { FAULT_SEED } from './faultSeed';

const ROUNDS_AT_ONCE = 40;

type WeightedFault = FaultEffect & { weight?: number };

/** What may happen to a call over HTTP. */
export const HTTP_FAULTS: WeightedFault[] = [
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

/** What may happen to a session; and to a call over HTTP that takes the place of one. */
export const SESSION_FAULTS: WeightedFault[] = [
	{ kind: 'dropBefore', weight: 3 },
	{ kind: 'dropAfter', weight: 3 },
	{ kind: 'resetBefore' },
	{ kind: 'resetAfter' },
	{ kind: 'rejection', code: 'TooManyConcurrentRequests' },
	{ kind: 'rejection', code: 'CommitterFullError' },
	{ kind: 'rejection', code: 'OptimisticConcurrencyControlFailure' },
	{ kind: 'serverError', status: 500 },
	{ kind: 'serverError', status: 503, when: 'after' },
	{ kind: 'delay', ms: 30 },
];

/** Rounds of sessions that each deliver so many items. */
export const SESSION_ROUNDS = {
	count: 40,
	items: 25,
	path: '/sync/',
	faults: SESSION_FAULTS,
};

/** Rounds of a node, each with items and keys of its own, while anything may happen. */
export interface Rounds {
	count: number;
	/** In each round. */
	items: number;
	/** Of a request, or of a message of a session, to be hit. */
	probability: number;
	/** Only what goes to a path with this text in it; everything unless given. */
	path?: string;
	faults: WeightedFault[];
}

export interface RoundItem extends IDataObject {
	round: string;
	key: string;
}

export interface RoundsResult {
	/** By round. */
	results: ConvexRunResult[];
	/** What the deployment saw of them. */
	stats: RequestStats;
	/** How often a function was started for each key. */
	startsOf: (functionPath: string) => Record<string, number>;
}

/** The items of a round. */
export function itemsOf(round: number, count: number): RoundItem[] {
	return Array.from({ length: count }, (_, item) => ({
		round: `${round}`,
		key: `${round}/${item}`,
	}));
}

/** Runs rounds, many at once. Afterwards nothing more goes wrong. */
export async function runRounds(
	deployment: EmbeddedDeployment,
	{ count, items, probability, path, faults }: Rounds,
	run: (input: RoundItem[], round: number) => Promise<ConvexRunResult>,
): Promise<RoundsResult> {
	await deployment.setRandomFaults({
		seed: FAULT_SEED,
		probability,
		...(path !== undefined && { path }),
		faults,
	});
	const results: ConvexRunResult[] = [];
	const limiter = new ConcurrencyLimiter(ROUNDS_AT_ONCE);
	for (let round = 0; round < count; round++) {
		await limiter.whenAvailable();
		limiter.start(async () => {
			results[round] = await run(itemsOf(round, items), round);
		});
	}
	await limiter.drain();
	await deployment.setRandomFaults();
	const stats = await deployment.requestStats();
	const starts = await deployment.executionsByKey();
	return { results, stats, startsOf: (functionPath) => starts[functionPath] ?? {} };
}

/** How many items ended in which way. */
export interface Tally {
	succeeded: number;
	/** Certainly not run. */
	notRun: number;
	unknown: number;
}

/**
 * Expects of rounds that continued on errors that each item tells the truth: its function ran once where
 * it succeeded, once at most where that is unknown, and else never.
 *
 * @param times how often it ran for each key
 */
export function expectTruth(
	results: ConvexRunResult[],
	items: number,
	times: Record<string, number>,
): Tally {
	const tally: Tally = { succeeded: 0, notRun: 0, unknown: 0 };
	for (const { success, error } of results) {
		expect(success.length + error.length).toBe(items);
		expectValues(success, times);
		tally.succeeded += success.length;
		for (const { json } of error) {
			const { outcome } = json.details as IDataObject;
			const most = outcome === 'unknown' ? 1 : 0;
			const isTrue = (times[String(json.key)] ?? 0) <= most;
			expect([json.key, outcome, isTrue]).toEqual([json.key, outcome, true]);
			tally[outcome === 'unknown' ? 'unknown' : 'notRun'] += 1;
		}
	}
	return tally;
}

/** Expects of items that succeeded, and give their key, that the function ran once for each. */
export function expectValues(success: INodeExecutionData[], times: Record<string, number>): void {
	for (const { json } of success) {
		expect([json.value, times[String(json.value)]]).toEqual([json.value, 1]);
	}
}

/** Expects that most kinds of fault occurred: otherwise rounds say little. Which do is up to the requests. */
export function expectMostKinds({ faults: seen }: RequestStats, faults: WeightedFault[]): void {
	const kinds = new Set(faults.map(({ kind }) => kind));
	expect(Object.keys(seen).length).toBeGreaterThan(kinds.size / 2);
}
