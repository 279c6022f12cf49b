const FIRST_LIMIT = 16;

/** Enough for a deployment that is slow and far. */
const MIN_LIMIT = 8;

/** How much longer than the fastest a call may take, in times of it, and for chance and the event loop. */
const MAX_SLOWDOWN = 2;
const SLACK_MS = 20;

/**
 * How many mutations are sent ahead of their answers: as many as keep the deployment busy for a round
 * trip, and hardly more. They would only wait there, and where the connection is lost for good, of each it
 * is unknown whether it ran.
 *
 * The time of the fastest is that of the way and of one mutation. While calls take twice as long at the
 * most, the deployment's queue is short and one more is sent with each answer, so that the number doubles
 * with each round trip; when they take longer, one less.
 */
export class SendAhead {
	private fastestMs = Number.POSITIVE_INFINITY;

	private current = FIRST_LIMIT;

	/** @param max never more than these */
	constructor(private readonly max: number) {}

	get limit(): number {
		return this.current;
	}

	/** @param elapsedMs from when a call was sent to its answer */
	answered(elapsedMs: number): void {
		this.fastestMs = Math.min(this.fastestMs, elapsedMs);
		const isQueueShort = elapsedMs <= MAX_SLOWDOWN * this.fastestMs + SLACK_MS;
		this.current = isQueueShort
			? Math.min(this.max, this.current + 1)
			: Math.max(MIN_LIMIT, this.current - 1);
	}
}
