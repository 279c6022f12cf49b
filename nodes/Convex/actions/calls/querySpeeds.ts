import type { MeasuredQueries } from '../../convex/responses/batchSizing';

/** Long enough for the next run of a schedule, too short for a deployment to have become another. */
const LIFETIME_MS = 10 * 60_000;
const MAX_REMEMBERED = 200;

interface RememberedSpeed {
	measured: MeasuredQueries;
	/** By `performance.now()`. */
	atMs: number;
}

/** By deployment and function, the newest last; of all workflows that run in this process of n8n. */
const remembered = new Map<string, RememberedSpeed>();

/** What batches of a function's queries took in an earlier run, if that was not long ago. */
export function knownSpeed(key: string, nowMs = performance.now()): MeasuredQueries | undefined {
	const known = remembered.get(key);
	return known === undefined || known.atMs < nowMs - LIFETIME_MS ? undefined : known.measured;
}

export function rememberSpeed(key: string, measured: MeasuredQueries): void {
	remembered.delete(key);
	remembered.set(key, { measured, atMs: performance.now() });
	if (remembered.size <= MAX_REMEMBERED) return;
	const [oldest] = remembered.keys();
	if (oldest !== undefined) remembered.delete(oldest);
}

/** The next run finds out by itself again. */
export function forgetSpeed(key: string): void {
	remembered.delete(key);
}
