/** Soon at full speed, and few enough where it is slow. */
const FIRST_LIMIT = 32;

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
 * The fastest call has taken the time of the way and of one mutation. While calls take twice as long at
 * the most, the deployment's queue is short, and one more is sent with each answer: the number doubles
 * with each round trip. When they take longer, as many are sent as it answers in that time.
 */
export class SendAhead {
	private fastestMs = Number.POSITIVE_INFINITY;

	private current = FIRST_LIMIT;

	/** @param max never more than these */
	constructor(private readonly max: number) {}

	get limit(): number {
		return this.current;
	}

	/**
	 * @param elapsedMs from when a call was sent to its answer
	 * @param inFlight how many were in flight with it when it was sent
	 */
	answered(elapsedMs: number, inFlight: number): void {
		this.fastestMs = Math.min(this.fastestMs, elapsedMs);
		const wantedMs = MAX_SLOWDOWN * this.fastestMs + SLACK_MS;
		this.current =
			elapsedMs <= wantedMs
				? Math.min(this.max, this.current + 1)
				: Math.max(MIN_LIMIT, Math.ceil((inFlight * wantedMs) / elapsedMs));
	}
}
