import type { MeasuredQueries } from '../../convex/responses/batchSizing';
import { Remembered } from '../../transport/remembered';

/** Long enough for the next run of a schedule, too short for a deployment to have become another. */
const LIFETIME_MS = 10 * 60_000;
const MAX_REMEMBERED = 200;

/** By deployment and function; of all workflows that run in this process of n8n. */
const remembered = new Remembered<MeasuredQueries>(MAX_REMEMBERED, LIFETIME_MS);

/** What batches of a function's queries took in an earlier run, if that was not long ago. */
export function knownSpeed(key: string, nowMs?: number): MeasuredQueries | undefined {
	return remembered.get(key, nowMs);
}

export function rememberSpeed(key: string, measured: MeasuredQueries): void {
	remembered.set(key, measured);
}

/** The next run finds out by itself again. */
export function forgetSpeed(key: string): void {
	remembered.delete(key);
}
