import { startTimer, stopTimer } from '../timers';

/** How long a deployment may be away. */
export interface Patience {
	/** One that answers by then, but not over the live connection, will not do so later. */
	firstCheckMs: number;
	/** A restart or a redeployment takes less; the client reconnects by itself meanwhile. */
	longAbsenceMs: number;
}

export const PATIENCE: Patience = { firstCheckMs: 30_000, longAbsenceMs: 300_000 };

export interface AbsenceObserver {
	/** @param isLong whether it has been away for minutes, and again each time as many have passed */
	stillAway: (since: Date, isLong: boolean) => void;
}

/** Watches over the time in which a deployment cannot be reached. */
export class Absence {
	private since: Date | undefined;

	private timer: number | undefined;

	constructor(
		private readonly patience: Patience,
		private readonly observer: AbsenceObserver,
	) {}

	/** Begins an absence, unless one is under way. */
	begin(): void {
		if (this.since !== undefined) return;
		const since = new Date();
		this.since = since;
		this.wait(this.patience.firstCheckMs, since, false);
	}

	end(): void {
		this.since = undefined;
		stopTimer(this.timer);
	}

	private wait(delayMs: number, since: Date, isLong: boolean): void {
		this.timer = startTimer(() => {
			const { firstCheckMs, longAbsenceMs } = this.patience;
			this.wait(isLong ? longAbsenceMs : longAbsenceMs - firstCheckMs, since, true);
			this.observer.stillAway(since, isLong);
		}, delayMs);
	}
}
