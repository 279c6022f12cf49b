import type { ConvexFailure } from './failure';

/** The wait before the first retry is at most this long; it doubles with each further one. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** With nothing but failures for this long, a run does not retry any more. */
const PATIENCE_MS = 60_000;

/**
 * When a run sends calls again, by the table in convex/platformFailure.ts: only what failed in a way
 * that is safe to repeat (`details.retryable`), and not for ever.
 *
 * The time is bounded for the run, not for the call: of 10,000 items that meet a deployment that is
 * gone, the first ones wait for it and the others fail at once.
 */
export class RetryPolicy {
	private lastAnswerAtMs: number;

	constructor(
		private readonly maxRetries: number,
		private readonly now: () => number = Date.now,
		private readonly random: () => number = Math.random,
	) {
		this.lastAnswerAtMs = now();
	}

	/** A function ran, so the deployment is there. */
	answered(): void {
		this.lastAnswerAtMs = this.now();
	}

	/**
	 * How long to wait before a failed call is sent again: a random part of a time that doubles, so
	 * that calls which failed together do not come back together ("full jitter").
	 *
	 * @param retries how often this call was sent again already
	 * @returns undefined when it must not be, or need not be, sent again
	 */
	delayMs(failure: ConvexFailure, retries: number): number | undefined {
		const { kind, retryable } = failure.details;
		if (kind === 'function' || kind === 'application') this.answered();
		if (retryable !== true || retries >= this.maxRetries) return undefined;
		const delayMs = this.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** retries);
		return this.now() + delayMs - this.lastAnswerAtMs < PATIENCE_MS ? delayMs : undefined;
	}
}
