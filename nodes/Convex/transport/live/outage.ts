import { startTimer, stopTimer } from '../timers';

/**
 * How much later than that something may happen, as a share of the time: a deployment that many
 * triggers miss is not asked by all of them at once.
 */
const FIRST_CHECK_SPREAD = 0.5;
const PROLONGED_SPREAD = 0.2;

/** How long a deployment may be unavailable. */
export interface OutageThresholds {
	/** By then it is asked whether it answers over HTTP. */
	firstCheckMs: number;
	/** A restart or a redeployment takes less; the client reconnects by itself meanwhile. */
	prolongedMs: number;
}

/** @param isProlonged whether it has lasted for `prolongedMs`, and again each time as much has passed */
export type OnOutage = (since: Date, isProlonged: boolean) => void;

interface Ongoing {
	since: Date;
	isProlonged: boolean;
	hasReconnected: boolean;
}

/**
 * The time in which something is waited for from a deployment and nothing comes. Whoever watches over
 * it is told (`onOutage`) when to ask whether to wait on, to connect at once, or to give up:
 *
 *            begin         firstCheckMs: onOutage        prolongedMs: onOutage
 *   none ────────────▶ new ──────────────────────▶ checked ─────────────────▶ prolonged ──┐
 *     ▲                 │                             │                         │    ▲    │ prolongedMs:
 *     └───── end ───────┴─────────────────────────────┴─────────────────────────┘    └────┘ onOutage
 */
export class Outage {
	private ongoing: Ongoing | undefined;

	private timer: number | undefined;

	/** @param random spreads the times; 0 keeps to them */
	constructor(
		private readonly thresholds: OutageThresholds,
		private readonly onOutage: OnOutage,
		protected readonly random: () => number = Math.random,
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
