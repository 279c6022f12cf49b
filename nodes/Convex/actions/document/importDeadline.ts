import { executionCancelled, type ConvexFailure } from '../../convex/failure';
import { mayPassOnceReached } from '../../convex/failures/retryPolicy';
import { importTimedOut } from '../../convex/imports/importFailure';
import { toFailure } from '../../transport/nodeError';
import { pause } from '../../transport/retries';

/** How often is looked whether something has happened; less often when it takes longer. */
const FIRST_POLL_MS = 200;
const MAX_POLL_MS = 2_000;
const POLL_GROWTH = 1.5;

/** What it means that the time is over. */
type TimedOut = (timeLimitMs: number) => ConvexFailure;

/** How long an import may go on: up to its time limit, and no longer than the run. */
export class ImportDeadline {
	private readonly endsAtMs: number;

	/** @param stopped aborted when the run is over */
	constructor(
		private readonly timeLimitMs: number,
		private readonly stopped: AbortSignal,
	) {
		this.endsAtMs = performance.now() + timeLimitMs;
	}

	/** @throws ConvexFailure when it is over */
	check(timedOut: TimedOut = importTimedOut): void {
		if (this.stopped.aborted) throw executionCancelled();
		if (this.isTimeOver) throw timedOut(this.timeLimitMs);
	}

	/**
	 * Looks again and again, until there is something. An outage is waited through: what Convex is busy with
	 * goes on by itself, and looking changes nothing.
	 *
	 * @param look sends one request, without retries: they give up after some time
	 * @throws ConvexFailure when it is over, or what `look` throws and no outage explains
	 */
	async until<Found>(look: () => Promise<Found | undefined>, timedOut?: TimedOut): Promise<Found> {
		let outage: ConvexFailure | undefined;
		for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * POLL_GROWTH, MAX_POLL_MS)) {
			// Where the time is over because nothing could be seen, the outage is the reason.
			if (outage !== undefined && this.isTimeOver && !this.stopped.aborted) throw outage;
			this.check(timedOut);
			const seen = await lookedAt(look);
			if (seen.found !== undefined) return seen.found;
			({ outage } = seen);
			const delayMs = Math.max(pollMs, outage?.details.retryAfterMs ?? 0);
			await pause(Math.min(delayMs, this.endsAtMs - performance.now()), this.stopped);
		}
	}

	get isTimeOver(): boolean {
		return performance.now() > this.endsAtMs;
	}
}

interface Seen<Found> {
	found?: Found | undefined;
	outage?: ConvexFailure;
}

async function lookedAt<Found>(look: () => Promise<Found | undefined>): Promise<Seen<Found>> {
	return await look().then(
		(found) => ({ found }),
		(thrown: unknown) => {
			const outage = toFailure(thrown);
			if (!mayPassOnceReached(outage)) throw thrown;
			return { outage };
		},
	);
}
