import { startTimer, stopTimer } from './timers';

/** A deployment that answers by then, but not over the live connection, will not do so later. */
const FIRST_CHECK_MS = 30_000;
/** A restart or a redeployment takes less; the client reconnects by itself meanwhile. */
const LONG_ABSENCE_MS = 300_000;

/** How long the deployment has been away, in two steps. */
export interface AbsenceObserver {
	/** @param isLong whether it has been away for minutes, and again each time as many have passed */
	stillAway: (since: Date, isLong: boolean) => void;
}

/** Watches over the time in which a deployment cannot be reached. */
export class Absence {
	private since: Date | undefined;

	private timer: number | undefined;

	constructor(private readonly observer: AbsenceObserver) {}

	/** Begins an absence, unless one is under way. */
	begin(): void {
		if (this.since !== undefined) return;
		const since = new Date();
		this.since = since;
		this.wait(FIRST_CHECK_MS, since, false);
	}

	end(): void {
		this.since = undefined;
		stopTimer(this.timer);
	}

	private wait(delayMs: number, since: Date, isLong: boolean): void {
		this.timer = startTimer(() => {
			const nextMs = isLong ? LONG_ABSENCE_MS : LONG_ABSENCE_MS - FIRST_CHECK_MS;
			this.wait(nextMs, since, true);
			this.observer.stillAway(since, isLong);
		}, delayMs);
	}
}
