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

	set(key: string, value: Value): void {
		this.entries.delete(key);
		this.entries.set(key, { value, untilMs: this.now() + this.lifetimeMs });
		if (this.entries.size <= this.max) return;
		const [oldest] = this.entries.keys();
		if (oldest !== undefined) this.entries.delete(oldest);
	}

	delete(key: string): void {
		this.entries.delete(key);
	}
}
