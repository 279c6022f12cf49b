/** What was found out lately, of all runs in the process: so many values at most, the newest last. */
export class Remembered<Value> {
	private readonly entries = new Map<string, { value: Value; untilMs: number }>();

	/** @param now in milliseconds, by a clock that does not jump */
	constructor(
		private readonly max: number,
		private readonly lifetimeMs: number,
		private readonly now: () => number = () => performance.now(),
	) {}

	get(key: string, nowMs = this.now()): Value | undefined {
		const entry = this.entries.get(key);
		return entry === undefined || entry.untilMs <= nowMs ? undefined : entry.value;
	}

	/** @param untilMs for what was found out before now; a lifetime from now unless given */
	set(key: string, value: Value, untilMs = this.now() + this.lifetimeMs): void {
		this.entries.delete(key);
		this.entries.set(key, { value, untilMs });
		if (this.entries.size <= this.max) return;
		const [oldest] = this.entries.keys();
		if (oldest !== undefined) this.entries.delete(oldest);
	}

	delete(key: string): void {
		this.entries.delete(key);
	}

	/** Forgets it. @returns it, and until when it was to be remembered */
	take(key: string): { value: Value; untilMs: number } | undefined {
		const entry = this.entries.get(key);
		this.delete(key);
		return entry === undefined || entry.untilMs <= this.now() ? undefined : entry;
	}
}
