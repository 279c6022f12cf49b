import { executionCancelled, type ConvexFailure } from '../../convex/failure';
import { importTimedOut } from '../../convex/imports/importFailure';
import { pause } from '../../transport/retries';

/** How often is looked whether something has happened; less often when it takes longer. */
const FIRST_POLL_MS = 200;
const MAX_POLL_MS = 2_000;
const POLL_GROWTH = 1.5;

/** How long an import may go on: up to its time limit, and no longer than the run. */
export class ImportDeadline {
	private readonly endsAtMs: number;

	/**
	 * @param stopped aborted when the run is over
	 * @param timedOut what it means that the time is over
	 */
	constructor(
		private readonly timeLimitMs: number,
		private readonly stopped: AbortSignal,
		private readonly timedOut: (timeLimitMs: number) => ConvexFailure = importTimedOut,
	) {
		this.endsAtMs = performance.now() + timeLimitMs;
	}

	/** @throws ConvexFailure when it is over */
	check(): void {
		if (this.stopped.aborted) throw executionCancelled();
		if (performance.now() > this.endsAtMs) throw this.timedOut(this.timeLimitMs);
	}

	/**
	 * Looks again and again, until there is something.
	 *
	 * @throws ConvexFailure when it is over
	 */
	async until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
		for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * POLL_GROWTH, MAX_POLL_MS)) {
			this.check();
			const found = await look();
			if (found !== undefined) return found;
			await pause(Math.min(pollMs, this.endsAtMs - performance.now()), this.stopped);
		}
	}
}
