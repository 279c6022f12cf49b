import { ConvexFailure } from '../../convex/failure';
import { startTimer, stopTimer } from '../timers';

/** How long a deployment may be away. */
export interface Patience {
	/** One that does not answer by then is waited for. One that does is connected to at once. */
	firstCheckMs: number;
	/** One that answers, but gives nothing over a fresh connection within this time, will not do so later. */
	freshAttemptMs: number;
	/** A restart or a redeployment takes less; the client reconnects by itself meanwhile. */
	longAbsenceMs: number;
}

export const PATIENCE: Patience = {
	firstCheckMs: 30_000,
	freshAttemptMs: 15_000,
	longAbsenceMs: 300_000,
};

export interface AbsenceObserver {
	/** @param isLong whether it has been away for minutes, and again each time as many have passed */
	stillAway: (since: Date, isLong: boolean) => void;
}

/** Watches over the time in which a deployment cannot be reached. */
export class Absence {
	private began: Date | undefined;

	private timer: number | undefined;

	private attemptTimer: number | undefined;

	constructor(
		private readonly patience: Patience,
		private readonly observer: AbsenceObserver,
	) {}

	/** When the one that is under way began. */
	get since(): Date | undefined {
		return this.began;
	}

	/** Begins an absence, unless one is under way. */
	begin(): void {
		if (this.began !== undefined) return;
		const since = new Date();
		this.began = since;
		this.wait(this.patience.firstCheckMs, since, false);
	}

	end(): void {
		this.began = undefined;
		stopTimer(this.timer);
		stopTimer(this.attemptTimer);
	}

	/** @param attemptFailed called if the absence is still under way after the time of a fresh attempt */
	afterAttempt(attemptFailed: () => void): void {
		stopTimer(this.attemptTimer);
		this.attemptTimer = startTimer(attemptFailed, this.patience.freshAttemptMs);
	}

	private wait(delayMs: number, since: Date, isLong: boolean): void {
		this.timer = startTimer(() => {
			const { firstCheckMs, longAbsenceMs } = this.patience;
			this.wait(isLong ? longAbsenceMs : longAbsenceMs - firstCheckMs, since, true);
			this.observer.stillAway(since, isLong);
		}, delayMs);
	}
}

/** @param cause why it lasts, as far as it is known */
export function longAway(since: Date, cause: ConvexFailure): ConvexFailure {
	return new ConvexFailure(
		`No live connection to the deployment since ${since.toISOString()}. ${cause.message}`,
		cause.description,
		cause.details,
	);
}
