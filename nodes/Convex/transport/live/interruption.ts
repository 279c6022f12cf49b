import { startTimer, stopTimer } from '../timers';

interface Begun {
	/** How many connections there had been. */
	connections: number;
	isLong: boolean;
	timer: number;
}

/** A time in which calls wait without an answer because their connection broke, or is not there yet. */
export class Interruption {
	private begun: Begun | undefined;

	/** @param long called when it has lasted for the limit */
	constructor(
		private readonly limitMs: number,
		private readonly long: () => void,
	) {}

	/** What tells this interruption from others; undefined while there is none. */
	get current(): object | undefined {
		return this.begun;
	}

	/** Whether it has lasted for the limit. */
	get isLong(): boolean {
		return this.begun?.isLong === true;
	}

	/**
	 * Whether there was a connection since it began.
	 *
	 * @param connections how many there have been so far
	 */
	hasReconnected(connections: number): boolean {
		return this.begun !== undefined && connections > this.begun.connections;
	}

	/**
	 * Beginning one that is under way does nothing.
	 *
	 * @param connections how many there have been so far
	 */
	begin(connections: number): void {
		if (this.begun !== undefined) return;
		const begun: Begun = {
			connections,
			isLong: false,
			timer: startTimer(() => {
				begun.isLong = true;
				this.long();
			}, this.limitMs),
		};
		this.begun = begun;
	}

	end(): void {
		stopTimer(this.begun?.timer);
		this.begun = undefined;
	}
}
