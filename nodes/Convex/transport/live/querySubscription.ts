import type { FunctionResult } from 'convex/browser';
import type { JSONValue } from 'convex/values';
import { toEncodedJson } from '../../convex/values/encodedJson';
import type { ConvexCredential } from '../../convex/deployment/credential';
import type { ConvexFailure } from '../../convex/failure';
import { functionFailure } from '../../convex/failures/functionFailure';
import type { UserIdentity } from '../../convex/deployment/identity';
import { toPlainJson } from '../../convex/values/plainJson';
import { SyncClient, type FunctionInvocation } from './syncClient';
import { startTimer, stopTimer } from '../timers';

/** Of many triggers that watch the same query, each subscribes again at a moment of its own. */
const RESUBSCRIBE_DELAY_MS = 1_000;

export interface QuerySubscriptionObserver {
	/** Asked before each connection; what it throws keeps it from being made. */
	beforeConnect: () => Promise<void>;
	/** The query's result, in Convex's encoded JSON: the first, each new one, or the same again. */
	onResult: (value: JSONValue) => void;
	/** The query threw, or the deployment refused to run it. It stays subscribed. */
	onError: (failure: ConvexFailure) => void;
	/** There is a connection; a result is going to come over it. */
	onOpen: () => void;
	/** The connection is lost, or was not made; a new one is tried all the time. */
	onClose: (reason: string) => void;
	/** The deployment did not accept the credential. Nothing is tried until `reconnect`. */
	onUnauthorized: (reason: string) => void;
}

/** A query that is watched over a live connection until it is closed. */
export class QuerySubscription {
	private client: SyncClient;

	private retryTimer: number | undefined;

	private isClosed = false;

	/** Whether it subscribed again because of a cursor, and gave no result since. */
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

	/** Whether there is a connection; what comes over it may take long. */
	get isConnected(): boolean {
		return this.client.isOpen;
	}

	/** Puts a new client in the place of the present one after a while. */
	reconnect(delayMs: number): void {
		this.startReconnect(delayMs, () => true);
	}

	/** Does the same unless there is a connection by then: what is in flight over it would come again. */
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
			onOpen: () => {
				if (isPresent()) this.observer.onOpen();
			},
			onProtocolError: (message) => {
				failure = message;
			},
			onClose: (reason) => {
				if (isPresent()) this.observer.onClose(failure ?? reason);
				failure = undefined;
			},
			onUnauthorized: (message) => {
				if (!isPresent()) return;
				// Left alone it would connect again without the credential.
				void client.close();
				this.observer.onUnauthorized(message);
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
			this.observer.onResult(toEncodedJson(result.value));
			return;
		}
		const { errorMessage, errorData, logLines } = result;
		const failure = functionFailure({
			operation: 'query',
			errorMessage,
			errorData: errorData === undefined ? undefined : toPlainJson(toEncodedJson(errorData)),
			logLines,
		});
		if (failure.reason === 'invalidCursor' && !this.hasResubscribed) this.resubscribe();
		else this.observer.onError(failure);
	}

	/**
	 * A watched page ends where it ended before: the client keeps the deployment's journal for that. Once
	 * the journal does not fit the query any more, the deployment may never run it again. A new client has
	 * none (convex-js src/browser/sync/local_state.ts).
	 */
	private resubscribe(): void {
		this.hasResubscribed = true;
		this.observer.onClose('');
		this.reconnect(RESUBSCRIBE_DELAY_MS * (0.5 + Math.random()));
	}
}
