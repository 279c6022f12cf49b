import type { ConvexFailure } from '../../convex/failure';
import type { DeploymentState } from '../../convex/deployment/credentialProbe';
import { noResult, prolongedOutage } from '../../convex/failures/liveFailure';
import { startTimer, stopTimer } from '../timers';
import { Outage, type OutageThresholds } from './outage';

export interface SubscriptionThresholds extends OutageThresholds {
	/** A deployment that answers, but is not connected to within this time, will not be later either. */
	freshAttemptMs: number;
}

/** A trigger waits for its deployment however long it takes, and reports what is not over soon. */
export const SUBSCRIPTION_THRESHOLDS: SubscriptionThresholds = {
	firstCheckMs: 30_000,
	freshAttemptMs: 15_000,
	prolongedMs: 300_000,
};

/** When a fresh attempt is made at the latest, as a share of the time before the first check. */
const ATTEMPT_SPREAD = 0.2;

export interface WatchedConnection {
	isConnected: () => boolean;
	/** What the deployment says over HTTP. */
	check: () => Promise<DeploymentState>;
	/** Connects after this time, without the rest of the pause before the next attempt. */
	reconnect: (delayMs: number) => void;
	/** Why nothing comes over the live connection, though the deployment answers over HTTP. */
	liveFailure: () => ConvexFailure;
	onOutage: (failure: ConvexFailure, since: Date) => void;
	onUnauthorized: (failure: ConvexFailure) => void;
}

/** The outage of a subscription: decides when it is connected again, and what is reported of it. */
export class SubscriptionOutage extends Outage {
	private attemptTimer: number | undefined;

	constructor(
		private readonly attemptThresholds: SubscriptionThresholds,
		private readonly connection: WatchedConnection,
		random?: () => number,
	) {
		super(attemptThresholds, (since, isProlonged) => void this.judge(since, isProlonged), random);
	}

	override end(): void {
		super.end();
		stopTimer(this.attemptTimer);
	}

	private async judge(since: Date, isProlonged: boolean): Promise<void> {
		const { connection } = this;
		if (connection.isConnected()) {
			if (isProlonged) connection.onOutage(noResult(since), since);
			this.awaitAttempt(since, isProlonged, 0);
			return;
		}
		const state = await this.check();
		if (state === undefined || (state.status === 'unavailable' && !isProlonged)) return;
		// Convex's client makes pauses of up to 24 seconds, and may have begun one before it came back.
		const delayMs = this.attemptThresholds.firstCheckMs * ATTEMPT_SPREAD * this.random();
		connection.reconnect(delayMs);
		if (state.status === 'accepts') this.awaitAttempt(since, isProlonged, delayMs);
		else connection.onOutage(prolongedOutage(since, state.failure), since);
	}

	private awaitAttempt(since: Date, isProlonged: boolean, delayMs: number): void {
		stopTimer(this.attemptTimer);
		this.attemptTimer = startTimer(
			() => void this.judgeAttempt(since, isProlonged),
			delayMs + this.attemptThresholds.freshAttemptMs,
		);
	}

	/**
	 * What answers over HTTP and not over a fresh live connection will not do so later either. An open
	 * one is left alone: a large result may be in flight, of which the host's WebSocket tells nothing
	 * before it is whole, and one that is silent for a minute is replaced by Convex's client.
	 */
	private async judgeAttempt(since: Date, isProlonged: boolean): Promise<void> {
		const { connection } = this;
		if (connection.isConnected()) {
			this.awaitAttempt(since, isProlonged, 0);
			return;
		}
		const state = await this.check();
		if (state === undefined || (state.status === 'unavailable' && !isProlonged)) return;
		const cause = state.status === 'accepts' ? connection.liveFailure() : state.failure;
		connection.onOutage(prolongedOutage(since, cause), since);
	}

	/** @returns undefined when the outage ended meanwhile, or the credential is refused */
	private async check(): Promise<DeploymentState | undefined> {
		const state = await this.during(this.connection.check);
		if (state?.status !== 'refuses') return state;
		this.connection.onUnauthorized(state.failure);
		return undefined;
	}
}
