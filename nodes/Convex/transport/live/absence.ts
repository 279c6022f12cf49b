import { ConvexFailure } from '../../convex/failure';
import { startTimer, stopTimer } from '../timers';

/**
 * How much later than that something may happen, as a share of the time: a deployment that many
 * triggers miss is not asked by all of them at once, nor connected to by all once it is back.
 */
const FIRST_CHECK_SPREAD = 0.5;
const LONG_ABSENCE_SPREAD = 0.2;
const ATTEMPT_SPREAD = 0.2;

/** How long a deployment may be away. */
export interface Patience {
	/** One that does not answer by then is waited for. One that does is connected to at once. */
	firstCheckMs: number;
	/** One that answers, but is not connected to within this time of a fresh attempt, will not be later. */
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

/** Watches over the time in which nothing comes from a deployment. */
export class Absence {
	private began: Date | undefined;

	private timer: number | undefined;

	private attemptTimer: number | undefined;

	constructor(
		private readonly patience: Patience,
		private readonly observer: AbsenceObserver,
		private readonly random: () => number = Math.random,
	) {}

	/** How long to wait before a fresh attempt, which others make too. */
	get attemptDelayMs(): number {
		return this.patience.firstCheckMs * ATTEMPT_SPREAD * this.random();
	}

	/** When the one that is under way began. */
	get since(): Date | undefined {
		return this.began;
	}

	/** Begins an absence, unless one is under way. */
	begin(): void {
		if (this.began !== undefined) return;
		const since = new Date();
		this.began = since;
		this.wait(this.patience.firstCheckMs * (1 + FIRST_CHECK_SPREAD * this.random()), since, false);
	}

	end(): void {
		this.began = undefined;
		stopTimer(this.timer);
		stopTimer(this.attemptTimer);
	}

	/**
	 * @param attemptFailed called if the absence is still under way after the time of a fresh attempt
	 * @param delayMs when the attempt is made
	 */
	afterAttempt(attemptFailed: () => void, delayMs = 0): void {
		stopTimer(this.attemptTimer);
		this.attemptTimer = startTimer(attemptFailed, delayMs + this.patience.freshAttemptMs);
	}

	private wait(delayMs: number, since: Date, isLong: boolean): void {
		this.timer = startTimer(() => {
			const { longAbsenceMs } = this.patience;
			const restMs = isLong ? longAbsenceMs : Math.max(longAbsenceMs - delayMs, 0);
			this.wait(restMs + longAbsenceMs * LONG_ABSENCE_SPREAD * this.random(), since, true);
			this.observer.stillAway(since, isLong);
		}, delayMs);
	}
}

/** @param cause why it lasts, as far as it is known */
export function longAway(since: Date, cause: ConvexFailure): ConvexFailure {
	return cause.with({
		message: `No live connection to the deployment since ${since.toISOString()}. ${cause.message}`,
	});
}

/** There is a connection, and the result that is waited for does not come over it. */
export function longWithoutResult(since: Date): ConvexFailure {
	return new ConvexFailure(
		`The query has given no result since ${since.toISOString()}. The live connection (WebSocket) to the deployment is open`,
		'A big result takes its time over a slow network: watch a query that returns less. Otherwise look in Convex at what the query does.',
		{ kind: 'network', retryable: true, outcome: 'notExecuted' },
	);
}
