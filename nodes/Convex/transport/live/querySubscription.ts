import type { FunctionResult } from 'convex/browser';
import { convexToJson, type JSONValue } from 'convex/values';
import type { ConvexCredential } from '../../convex/deployment/credential';
import type { ConvexFailure } from '../../convex/failure';
import { functionFailure } from '../../convex/failures/functionFailure';
import type { UserIdentity } from '../../convex/deployment/identity';
import { toPlainJson } from '../../convex/values/plainJson';
import { SyncClient, type FunctionInvocation } from './syncClient';
import { startTimer, stopTimer } from '../timers';

/** Of many triggers that watch the same, each begins anew at a moment of its own. */
const RESUBSCRIBE_DELAY_MS = 1_000;

export interface QuerySubscriptionObserver {
	/** Asked before each connection; what it throws keeps it from being made. */
	beforeConnect: () => Promise<void>;
	/** The query's result, in Convex's encoded JSON: the first, each new one, or the same again. */
	result: (value: JSONValue) => void;
	/** The query threw, or the deployment refused to run it. It stays subscribed. */
	failed: (failure: ConvexFailure) => void;
	/** There is a connection; a result is going to come over it. */
	connected: () => void;
	/** The connection is lost, or did not come about; a new one is tried all the time. */
	disconnected: (reason: string) => void;
	/** The deployment did not accept the credential. Nothing is tried until `reconnect`. */
	refused: (reason: string) => void;
}

/** A query that is watched over a live connection until it is closed. */
export class QuerySubscription {
	private client: SyncClient;

	private retryTimer: number | undefined;

	private isClosed = false;

	/** Whether it was asked for anew because of a cursor, and gave no result since. */
	private hasResubscribed = false;

	/** @throws ConvexFailure (`input`) on a host without WebSockets */
	constructor(
		private readonly credential: ConvexCredential,
		private readonly identity: UserIdentity | undefined,
		private readonly subscription: FunctionInvocation,
		private readonly observer: QuerySubscriptionObserver,
	) {
		this.client = this.connect();
	}

	/** Whether there is a connection; what comes over it may be long under way. */
	get isConnected(): boolean {
		return this.client.isOpen;
	}

	/** Puts a new client in the place of the present one after a while. */
	reconnect(delayMs: number): void {
		this.startReconnect(delayMs, () => true);
	}

	/** Does the same unless there is a connection by then: what is under way over it would come anew. */
	reconnectIfLost(delayMs: number): void {
		this.startReconnect(delayMs, () => !this.isConnected);
	}

	/** Ends within a second. Closing again does nothing. */
	async close(): Promise<void> {
		this.isClosed = true;
		stopTimer(this.retryTimer);
		await this.client.close();
	}

	private startReconnect(delayMs: number, isWanted: () => boolean): void {
		if (this.isClosed) return;
		stopTimer(this.retryTimer);
		this.retryTimer = startTimer(() => {
			if (!isWanted()) return;
			const { client } = this;
			this.client = this.connect();
			void client.close();
		}, delayMs);
	}

	private connect(): SyncClient {
		let failure: string | undefined;
		/** What one says that another has taken the place of is out of date. */
		const isPresent = () => !this.isClosed && client === this.client;
		const client: SyncClient = new SyncClient(this.credential, this.identity, {
			beforeConnect: this.observer.beforeConnect,
			opened: () => {
				if (isPresent()) this.observer.connected();
			},
			protocolFailed: (message) => {
				failure = message;
			},
			closed: (reason) => {
				if (isPresent()) this.observer.disconnected(failure ?? reason);
				failure = undefined;
			},
			authenticationRefused: (message) => {
				if (!isPresent()) return;
				// Left alone it would connect again without the credential.
				void client.close();
				this.observer.refused(message);
			},
		});
		client.subscribe(this.subscription, (result) => {
			if (isPresent()) this.receive(result);
		});
		return client;
	}

	private receive(result: FunctionResult): void {
		if (result.success) {
			this.hasResubscribed = false;
			this.observer.result(convexToJson(result.value));
			return;
		}
		const { errorMessage, errorData, logLines } = result;
		const failure = functionFailure({
			operation: 'query',
			errorMessage,
			errorData: errorData === undefined ? undefined : toPlainJson(convexToJson(errorData)),
			logLines,
		});
		if (failure.reason === 'invalidCursor' && !this.hasResubscribed) this.resubscribe();
		else this.observer.failed(failure);
	}

	/**
	 * A watched page ends where it ended before: the client keeps the deployment's journal for that. Once
	 * the journal does not fit the query any more, the deployment may never run it again. A new client has
	 * none (convex-js src/browser/sync/local_state.ts).
	 */
	private resubscribe(): void {
		this.hasResubscribed = true;
		this.observer.disconnected('');
		this.reconnect(RESUBSCRIBE_DELAY_MS * (0.5 + Math.random()));
	}
}
