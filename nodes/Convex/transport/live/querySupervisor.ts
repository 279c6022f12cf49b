import type { JSONValue } from 'convex/values';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { ConvexFailure } from '../../convex/failure';
import type { FunctionPath } from '../../convex/functions/functionPath';
import type { UserIdentity } from '../../convex/deployment/identity';
import type { DeploymentState } from '../../convex/deployment/credentialProbe';
import { noLiveConnection, noResultOverConnection } from '../../convex/failures/liveFailure';
import { actingAs, type Caller } from '../caller';
import { withNearestName } from '../http/functionSignature';
import { toFailure } from '../nodeError';
import { DeploymentCheck } from '../http/deploymentCheck';
import { Backoff } from '../backoff';
import { checkEgress } from './egress';
import { QuerySubscription } from './querySubscription';
import { SubscriptionOutage, type SubscriptionThresholds } from './subscriptionOutage';
import { startTimer, stopTimer } from '../timers';

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
	/** There has been no connection for long, or nothing came over it. It is watched on. */
	onOutage: (failure: ConvexFailure, since: Date) => void;
	/** The deployment does not accept the credential. This is the end. */
	onUnauthorized: (failure: ConvexFailure) => void;
}

/** `failure` is why the query could not be subscribed to the last time, if so. */
type SupervisorState =
	| { status: 'opening'; failure?: ConvexFailure }
	| { status: 'retrying'; failure: ConvexFailure; timer: number }
	| { status: 'subscribed'; subscription: QuerySubscription }
	| { status: 'closed'; closed: Promise<void> };

/**
 * Watches a query until it is closed, through everything but a refused credential. What Convex's own
 * client cannot know is found out over HTTP: why there is no connection, and whether a credential is
 * refused indeed.
 *
 *   start            arguments known
 *  ───────▶ opening ─────────────────▶ subscribed    reconnects by itself, whatever closes its
 *            │   ▲                                   connection; `SubscriptionOutage` watches over both
 *     failed │   │ pause over
 *            ▼   │                     close, from each: closed
 *           retrying
 */
export class QuerySupervisor {
	private readonly outage: SubscriptionOutage;

	/** For HTTP, where the user to act as is part of the credential. */
	private readonly httpCaller: Caller;

	private readonly deploymentCheck: DeploymentCheck;

	private state: SupervisorState = { status: 'opening' };

	private readonly backoff = new Backoff();

	/** Why there is no connection, as far as it is known. */
	private reason = '';

	/** Counts what arrived of the query, to tell what is out of date. */
	private received = 0;

	/** @throws ConvexFailure (`input`) for a user to act as without a deploy key */
	constructor(
		private readonly context: ITriggerFunctions,
		private readonly caller: Caller,
		private readonly watched: WatchedQuery,
		private readonly observer: QuerySupervisorObserver,
		thresholds: SubscriptionThresholds,
	) {
		const { identity } = watched;
		this.httpCaller = identity === undefined ? caller : actingAs(caller, identity);
		this.deploymentCheck = new DeploymentCheck(context, this.httpCaller, identity !== undefined);
		this.outage = new SubscriptionOutage(thresholds, {
			isConnected: () => this.isConnected,
			check: async () => await this.check(),
			reconnect: (delayMs) => this.attempt(delayMs),
			liveFailure: () => this.liveFailure(),
			onOutage: observer.onOutage,
			onUnauthorized: observer.onUnauthorized,
		});
	}

	start(): void {
		this.outage.begin();
		void this.open();
	}

	/** Whether there is a connection; what comes over it may take long. */
	get isConnected(): boolean {
		return this.state.status === 'subscribed' && this.state.subscription.isConnected;
	}

	/** What the deployment says over HTTP. */
	async check(timeoutMs?: number): Promise<DeploymentState> {
		return await this.deploymentCheck.ask(timeoutMs);
	}

	/** Ends within a second. Closing again waits for the same. */
	async close(): Promise<void> {
		const { state } = this;
		if (state.status === 'closed') return await state.closed;
		const closed = state.status === 'subscribed' ? state.subscription.close() : Promise.resolve();
		this.state = { status: 'closed', closed };
		this.outage.end();
		if (state.status === 'retrying') stopTimer(state.timer);
		await closed;
	}

	private get isClosed(): boolean {
		return this.state.status === 'closed';
	}

	private async open(): Promise<void> {
		try {
			const args = await this.watched.args();
			if (this.isClosed) return;
			this.state = { status: 'opening' };
			this.outage.begin();
			this.observer.onSubscribed(args);
			this.state = { status: 'subscribed', subscription: this.subscribe(args) };
		} catch (thrown) {
			if (!this.isClosed) await this.retry(toFailure(thrown));
		}
	}

	private subscribe(args: EncodedArguments): QuerySubscription {
		const { functionPath, componentPath, identity } = this.watched;
		const { credential } = this.caller;
		return new QuerySubscription(
			credential,
			identity,
			{ functionPath, args, componentPath },
			{
				beforeConnect: async () => await checkEgress(this.context, credential.deploymentUrl),
				onResult: (value) => this.arrived(() => this.observer.onResult(value)),
				onError: (failure) => this.arrived(() => void this.onError(failure)),
				onOpen: () => this.outage.connected(),
				onClose: (reason) => this.disconnected(reason),
				onUnauthorized: (reason) => void this.onUnauthorized(reason),
			},
		);
	}

	private async retry(failure: ConvexFailure): Promise<void> {
		const { kind, retryable } = failure.details;
		const check = kind === 'deployment' ? await this.check() : undefined;
		if (this.isClosed) return;
		if (check?.status === 'refuses') {
			this.observer.onUnauthorized(check.failure);
			return;
		}
		this.pause(failure, this.backoff.nextDelayMs());
		if (kind === 'network' || retryable === true || check?.status === 'unavailable') {
			this.disconnected(failure.message);
		} else {
			// The deployment is there; it has answered.
			this.outage.end();
			this.observer.onError(failure);
		}
	}

	private pause(failure: ConvexFailure, delayMs: number): void {
		const timer = startTimer(() => {
			this.state = { status: 'opening', failure };
			void this.open();
		}, delayMs);
		this.state = { status: 'retrying', failure, timer };
	}

	/** Without the rest of the pause before the next attempt. */
	private attempt(delayMs: number): void {
		const { state } = this;
		if (state.status === 'subscribed') {
			state.subscription.reconnectIfLost(delayMs);
		} else if (state.status === 'retrying') {
			stopTimer(state.timer);
			this.pause(state.failure, delayMs);
		}
	}

	private arrived(report: () => void): void {
		if (this.isClosed) return;
		this.received += 1;
		this.backoff.reset();
		this.reason = '';
		this.outage.end();
		report();
	}

	private async onError(failure: ConvexFailure): Promise<void> {
		const { received } = this;
		const { functionPath, componentPath } = this.watched;
		const target = { operation: 'query' as const, functionPath, componentPath };
		const helpful = await withNearestName(this.context, this.httpCaller, target, failure);
		if (!this.isClosed && received === this.received) this.observer.onError(helpful);
	}

	private disconnected(reason: string): void {
		if (this.isClosed) return;
		this.reason = reason;
		this.outage.begin();
	}

	/** A live connection may be refused for a passing reason; what HTTP says too is final. */
	private async onUnauthorized(reason: string): Promise<void> {
		const check = await this.check();
		if (this.isClosed) return;
		if (check.status === 'refuses') {
			this.observer.onUnauthorized(check.failure);
			return;
		}
		this.disconnected(reason);
		if (this.state.status === 'subscribed') {
			this.state.subscription.reconnect(this.backoff.nextDelayMs());
		}
	}

	/** Why nothing comes over the live connection of a deployment that answers over HTTP. */
	private liveFailure(): ConvexFailure {
		const { state, outage, reason } = this;
		const failure = 'failure' in state ? state.failure : undefined;
		if (failure !== undefined) return failure;
		return outage.hasReconnected ? noResultOverConnection(reason) : noLiveConnection(reason);
	}
}
