const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;

/** The pauses between attempts at something that has to succeed: they double, and differ by chance. */
export class Backoff {
	private attempts = 0;

	nextDelayMs(): number {
		const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.attempts, MAX_DELAY_MS);
		this.attempts += 1;
		return delayMs * (0.5 + Math.random());
	}

	/** It has succeeded. */
	reset(): void {
		this.attempts = 0;
	}
}
