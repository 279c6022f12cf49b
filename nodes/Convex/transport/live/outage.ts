import { startTimer, stopTimer } from '../timers';

/**
 * How much later than that something may happen, as a share of the time: a deployment that many
 * triggers miss is not asked by all of them at once, nor connected to by all once it is back.
 */
const FIRST_CHECK_SPREAD = 0.5;
const PROLONGED_SPREAD = 0.2;
const ATTEMPT_SPREAD = 0.2;

/** How long a deployment may be unavailable. */
export interface OutageThresholds {
	/** One that does not answer by then is waited for. One that does is connected to at once. */
	firstCheckMs: number;
	/** One that answers, but is not connected to within this time of a fresh attempt, will not be later. */
	freshAttemptMs: number;
	/** A restart or a redeployment takes less; the client reconnects by itself meanwhile. */
	prolongedMs: number;
}

/** A trigger waits for its deployment however long it takes, and reports what is not over soon. */
export const SUBSCRIPTION_THRESHOLDS: OutageThresholds = {
	firstCheckMs: 30_000,
	freshAttemptMs: 15_000,
	prolongedMs: 300_000,
};

/** A run waits as long as calls over HTTP are sent again without any answer. */
export const SESSION_THRESHOLDS: OutageThresholds = {
	firstCheckMs: 60_000,
	freshAttemptMs: 0,
	prolongedMs: 60_000,
};

/** @param isProlonged whether it has lasted for `prolongedMs`, and again each time as much has passed */
export type OnOutage = (since: Date, isProlonged: boolean) => void;

interface Ongoing {
	since: Date;
	isProlonged: boolean;
	hasReconnected: boolean;
}

/**
 * The time in which something is waited for from a deployment and nothing comes. Whoever watches over
 * it is told when to ask whether to wait on, to connect at once, or to give up:
 *
 *                     begin                    firstCheckMs            prolongedMs
 *   (nothing missed) ───────▶ unnoticed ─────────────────▶ checked ─────────────────▶ prolonged ─┐
 *         ▲                      │            onOutage        │         onOutage      ▲  │       │
 *         └────────── end ───────┴────────────────────────────┴───────────────────────┼──┘       │
 *                                                                                     └──────────┘
 *                                                                             onOutage, each prolongedMs
 */
export class Outage {
	private ongoing: Ongoing | undefined;

	private timer: number | undefined;

	private attemptTimer: number | undefined;

	/** @param random spreads the times; 0 keeps to them */
	constructor(
		private readonly thresholds: OutageThresholds,
		private readonly onOutage: OnOutage,
		private readonly random: () => number = Math.random,
	) {}

	/** When the present one began. */
	get since(): Date | undefined {
		return this.ongoing?.since;
	}

	get isProlonged(): boolean {
		return this.ongoing?.isProlonged === true;
	}

	/** Whether there was a connection since it began, over which nothing came. */
	get hasReconnected(): boolean {
		return this.ongoing?.hasReconnected === true;
	}

	/** How long to wait before a fresh attempt, which others make too. */
	get attemptDelayMs(): number {
		return this.thresholds.firstCheckMs * ATTEMPT_SPREAD * this.random();
	}

	/** Begins an outage, unless there is one. */
	begin(): void {
		if (this.ongoing !== undefined) return;
		const { firstCheckMs, prolongedMs } = this.thresholds;
		const ongoing = { since: new Date(), isProlonged: false, hasReconnected: false };
		this.ongoing = ongoing;
		const delayMs = firstCheckMs * (1 + FIRST_CHECK_SPREAD * this.random());
		this.wait(ongoing, delayMs, firstCheckMs >= prolongedMs);
	}

	end(): void {
		this.ongoing = undefined;
		stopTimer(this.timer);
		stopTimer(this.attemptTimer);
	}

	/** There is a connection. The outage is over when something comes over it. */
	connected(): void {
		if (this.ongoing !== undefined) this.ongoing.hasReconnected = true;
	}

	/** @returns what was found, unless the outage ended meanwhile */
	async during<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
		const { ongoing } = this;
		const found = await find();
		return ongoing !== undefined && ongoing === this.ongoing ? found : undefined;
	}

	/**
	 * @param attemptFailed called if the outage lasts beyond the time of a fresh attempt
	 * @param delayMs when the attempt is made
	 */
	afterAttempt(attemptFailed: () => void, delayMs = 0): void {
		stopTimer(this.attemptTimer);
		this.attemptTimer = startTimer(attemptFailed, delayMs + this.thresholds.freshAttemptMs);
	}

	private wait(ongoing: Ongoing, delayMs: number, isProlonged: boolean): void {
		this.timer = startTimer(() => {
			const { prolongedMs } = this.thresholds;
			const restMs = isProlonged ? prolongedMs : Math.max(prolongedMs - delayMs, 0);
			ongoing.isProlonged = isProlonged;
			this.wait(ongoing, restMs + prolongedMs * PROLONGED_SPREAD * this.random(), true);
			this.onOutage(ongoing.since, isProlonged);
		}, delayMs);
	}
}
