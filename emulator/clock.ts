/** The deployment's time, which tests can set forward: what expires does so without waiting. */
export class Clock {
	private aheadMs = 0;

	/** Milliseconds since 1970. */
	now(): number {
		return Date.now() + this.aheadMs;
	}

	advance(ms: number): void {
		this.aheadMs += ms;
	}

	/** The real time again. */
	reset(): void {
		this.aheadMs = 0;
	}
}
