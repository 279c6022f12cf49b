/** Lets at most `limit` pieces of work be under way at once. */
export class ConcurrencyLimiter {
	private busy = 0;

	private wake: (() => void) | undefined;

	private thrown: unknown;

	constructor(private readonly limit: number) {}

	get free(): number {
		return this.limit - this.busy;
	}

	get isIdle(): boolean {
		return this.busy === 0;
	}

	/** Waits until a piece of work can start. */
	async whenAvailable(): Promise<void> {
		while (this.free <= 0) await this.nextCompletion();
	}

	/**
	 * Waits until none is under way.
	 *
	 * @throws what the first piece of work threw that threw
	 */
	async drain(): Promise<void> {
		while (this.busy > 0) await this.nextCompletion();
		if (this.thrown !== undefined) throw this.thrown;
	}

	start(work: () => Promise<void>): void {
		this.busy += 1;
		void work()
			.catch((error: unknown) => {
				this.thrown ??= error;
			})
			.finally(() => {
				this.busy -= 1;
				this.wake?.();
			});
	}

	/** Waits until a piece of work has ended. */
	async nextCompletion(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.wake = resolve;
		});
	}
}
