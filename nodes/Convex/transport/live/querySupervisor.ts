import type { JSONValue } from 'convex/values';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { ConvexFailure } from '../../convex/failure';
import type { FunctionPath } from '../../convex/functions/functionPath';
import type { UserIdentity } from '../../convex/deployment/identity';
import { noLiveConnection, noResultOverConnection } from '../../convex/failures/liveFailure';
import { actingAs, type Deployment } from '../deployment';
import { withNearestName } from '../http/functionSignature';
import { toFailure } from '../nodeError';
import { Absence, longAway, longWithoutResult, type Patience } from './absence';
import { checkDeployment, type DeploymentCheck } from '../http/deploymentCheck';
import { checkEgress } from './egress';
import { QuerySubscription } from './querySubscription';
import { startTimer, stopTimer } from '../timers';

const CHECK_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export interface WatchedQuery {
	functionPath: FunctionPath;
	/** The component the query is in; undefined for the app itself. */
	componentPath: string | undefined;
	/** The user to act as, if any; needs a deploy key. */
	identity: UserIdentity | undefined;
	/** May ask the deployment; asked again as long as it throws. */
	args: () => Promise<EncodedArguments>;
}

export interface QuerySupervisorObserver {
	/** The arguments are known, and the query is going to be watched. */
	onSubscribed: (args: EncodedArguments) => void;
	/** The query's result, in Convex's encoded JSON: the first, each new one, or the same again. */
	onResult: (value: JSONValue) => void;
	/** The query throws, or is refused. It is watched on. */
	onError: (failure: ConvexFailure) => void;
	/** There has been no connection for long, or nothing came over it; it is tried on. */
	onOutage: (failure: ConvexFailure, since: Date) => void;
	/** The deployment does not accept the credential. This is the end. */
	onUnauthorized: (failure: ConvexFailure) => void;
}

/**
 * Watches a query until it is closed, through everything but a refused credential. What Convex's own
 * client cannot know is found out over HTTP: why there is no connection, and whether a credential is
 * refused indeed.
 */
export class QuerySupervisor {
	private readonly absence: Absence;

	/** For HTTP, where the user to act as is part of the credential. */
	private readonly caller: Deployment;

	private query: QuerySubscription | undefined;

	private isClosed = false;

	private retryTimer: number | undefined;

	private retries = 0;

	/** Why the query could not be asked for yet, if so. */
	private openingFailure: ConvexFailure | undefined;

	/** Why there is no connection, as far as it is known. */
	private reason = '';

	/** How often a connection came about since something arrived of the query. */
	private connections = 0;

	/** Counts what arrived of the query, to tell what is out of date. */
	private received = 0;

	/** @throws ConvexFailure (`input`) for a user to act as without a deploy key */
	constructor(
		private readonly context: ITriggerFunctions,
		private readonly deployment: Deployment,
		private readonly watched: WatchedQuery,
		private readonly observer: QuerySupervisorObserver,
		patience: Patience,
	) {
		const { identity } = watched;
		this.caller = identity === undefined ? deployment : actingAs(deployment, identity);
		this.absence = new Absence(patience, {
			stillAway: (since, isLong) => void this.stillAway(since, isLong),
		});
	}

	start(): void {
		this.absence.begin();
		void this.open();
	}

	/** Whether there is a connection; what comes over it may be long under way. */
	get isConnected(): boolean {
		return this.query?.isConnected === true;
	}

	/** Ends within a second. Closing again does nothing. */
	async close(): Promise<void> {
		this.isClosed = true;
		this.absence.end();
		stopTimer(this.retryTimer);
		await this.query?.close();
	}

	/** What the deployment says over HTTP. */
	private async check(): Promise<DeploymentCheck> {
		const actsAsUser = this.watched.identity !== undefined;
		return await checkDeployment(this.context, this.caller, actsAsUser, CHECK_TIMEOUT_MS);
	}

	private async open(): Promise<void> {
		const { functionPath, componentPath, identity } = this.watched;
		const { credential } = this.deployment;
		this.retryTimer = undefined;
		try {
			const args = await this.watched.args();
			if (this.isClosed) return;
			this.openingFailure = undefined;
			this.absence.begin();
			this.observer.onSubscribed(args);
			this.query = new QuerySubscription(
				credential,
				identity,
				{ functionPath, args, componentPath },
				{
					beforeConnect: async () => await checkEgress(this.context, credential.deploymentUrl),
					result: (value) => this.arrived(() => this.observer.onResult(value)),
					failed: (failure) => this.arrived(() => void this.failed(failure)),
					connected: () => {
						this.connections += 1;
					},
					disconnected: (reason) => this.disconnected(reason),
					refused: (reason) => void this.refused(reason),
				},
			);
		} catch (thrown) {
			if (!this.isClosed) await this.openLater(toFailure(thrown));
		}
	}

	private async openLater(failure: ConvexFailure): Promise<void> {
		const { kind, retryable } = failure.details;
		const check = kind === 'deployment' ? await this.check() : undefined;
		if (this.isClosed) return;
		if (check?.status === 'refuses') {
			this.observer.onUnauthorized(check.failure);
			return;
		}
		this.openingFailure = failure;
		if (kind === 'network' || retryable === true || check?.status === 'unreachable') {
			this.disconnected(failure.message);
		} else {
			// The deployment is there; it has answered.
			this.absence.end();
			this.observer.onError(failure);
		}
		this.retryTimer = startTimer(() => void this.open(), this.nextRetryMs());
	}

	/** Without the rest of the pause before the next attempt. */
	private attempt(delayMs: number): void {
		if (this.query !== undefined) {
			this.query.reconnectIfLost(delayMs);
		} else if (this.retryTimer !== undefined) {
			stopTimer(this.retryTimer);
			this.retryTimer = startTimer(() => void this.open(), delayMs);
		}
	}

	private nextRetryMs(): number {
		const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.retries, LAST_RETRY_MS);
		this.retries += 1;
		return delayMs * (0.5 + Math.random());
	}

	private arrived(tell: () => void): void {
		if (this.isClosed) return;
		this.received += 1;
		this.retries = 0;
		this.connections = 0;
		this.reason = '';
		this.absence.end();
		tell();
	}

	private async failed(failure: ConvexFailure): Promise<void> {
		const { received } = this;
		const { functionPath, componentPath } = this.watched;
		const target = { operation: 'query' as const, functionPath, componentPath };
		const helpful = await withNearestName(this.context, this.caller, target, failure);
		if (!this.isClosed && received === this.received) this.observer.onError(helpful);
	}

	private disconnected(reason: string): void {
		if (this.isClosed) return;
		this.reason = reason;
		this.absence.begin();
	}

	/** A live connection may be refused for a passing reason; what HTTP says too is final. */
	private async refused(reason: string): Promise<void> {
		const check = await this.check();
		if (this.isClosed) return;
		if (check.status === 'refuses') {
			this.observer.onUnauthorized(check.failure);
			return;
		}
		this.disconnected(reason);
		this.query?.reconnect(this.nextRetryMs());
	}

	private async stillAway(since: Date, isLong: boolean): Promise<void> {
		if (this.isConnected) {
			if (isLong) this.observer.onOutage(longWithoutResult(since), since);
			this.watchOver(since, isLong);
			return;
		}
		const check = await this.checkAbsence(since);
		if (check === undefined || (check.status === 'unreachable' && !isLong)) return;
		// Convex's client makes pauses of up to 24 seconds, and may have begun one before it came back.
		const { attemptDelayMs } = this.absence;
		this.attempt(attemptDelayMs);
		if (check.status === 'answers') this.watchOver(since, isLong, attemptDelayMs);
		else this.observer.onOutage(longAway(since, check.failure), since);
	}

	private watchOver(since: Date, isLong: boolean, attemptDelayMs = 0): void {
		this.absence.afterAttempt(() => void this.afterAttempt(since, isLong), attemptDelayMs);
	}

	/**
	 * What answers over HTTP and not over a fresh live connection will not do so later either. An open
	 * one is left alone: a big result may be under way, of which the host's WebSocket tells nothing
	 * before it is whole, and one that is silent for a minute is replaced by Convex's client.
	 */
	private async afterAttempt(since: Date, isLong: boolean): Promise<void> {
		if (this.isConnected) {
			this.watchOver(since, isLong);
			return;
		}
		const check = await this.checkAbsence(since);
		if (check === undefined) return;
		if (check.status === 'answers') {
			this.observer.onOutage(
				longAway(since, this.openingFailure ?? this.connectionFailure()),
				since,
			);
		} else if (isLong) {
			this.observer.onOutage(longAway(since, check.failure), since);
		}
	}

	private connectionFailure(): ConvexFailure {
		return this.connections > 0
			? noResultOverConnection(this.reason)
			: noLiveConnection(this.reason);
	}

	/** @returns undefined when the absence ended meanwhile, or ends everything */
	private async checkAbsence(since: Date): Promise<DeploymentCheck | undefined> {
		const check = await this.check();
		if (this.absence.since !== since) return undefined;
		if (check.status !== 'refuses') return check;
		this.observer.onUnauthorized(check.failure);
		return undefined;
	}
}
