/** Keeps at most `limit` tasks in flight at once. */
export class ConcurrencyLimiter {
	private running = 0;

	/** Ends the wait of all who wait for the next completion. */
	private complete: () => void = () => {};

	private completion = this.pendingCompletion();

	private thrown: unknown;

	constructor(private readonly limit: number) {}

	get free(): number {
		return this.limit - this.running;
	}

	get inFlight(): number {
		return this.running;
	}

	get isIdle(): boolean {
		return this.running === 0;
	}

	/** Waits until a task can start. */
	async whenAvailable(): Promise<void> {
		while (this.free <= 0) await this.nextCompletion();
	}

	/**
	 * Waits until no task is in flight.
	 *
	 * @throws what the first task threw that threw
	 */
	async drain(): Promise<void> {
		while (!this.isIdle) await this.nextCompletion();
		if (this.thrown !== undefined) throw this.thrown;
	}

	start(task: () => Promise<void>): void {
		this.running += 1;
		void task()
			.catch((error: unknown) => {
				this.thrown ??= error;
			})
			.finally(() => {
				this.running -= 1;
				this.complete();
				this.completion = this.pendingCompletion();
			});
	}

	/** Waits until a task has ended, however it ended. */
	async nextCompletion(): Promise<void> {
		await this.completion;
	}

	private async pendingCompletion(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.complete = resolve;
		});
	}
}
