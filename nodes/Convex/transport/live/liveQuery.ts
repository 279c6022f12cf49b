import type { FunctionResult } from 'convex/browser';
import { convexToJson, type JSONValue } from 'convex/values';
import type { ConvexCredential } from '../../convex/credential';
import type { ConvexFailure } from '../../convex/failure';
import { functionFailure } from '../../convex/functionFailure';
import type { UserIdentity } from '../../convex/identity';
import { toPlainJson } from '../../convex/plainJson';
import { SyncClient, type FunctionInvocation } from './syncClient';
import { startTimer, stopTimer } from '../timers';

export interface LiveQueryObserver {
	/** Asked before each connection; what it throws keeps it from being made. */
	permit: () => Promise<void>;
	/** The query's result, in Convex's encoded JSON: the first, each new one, or the same again. */
	result: (value: JSONValue) => void;
	/** The query threw, or the deployment refused to run it. It stays subscribed. */
	failed: (failure: ConvexFailure) => void;
	/** The connection is lost, or did not come about; a new one is tried all the time. */
	disconnected: (reason: string) => void;
	/** The deployment did not accept the credential. Nothing is tried until `reconnect`. */
	refused: (reason: string) => void;
}

/** A query that is watched over a live connection until it is closed. */
export class LiveQuery {
	private client: SyncClient;

	private retryTimer: number | undefined;

	private isClosed = false;

	/** @throws ConvexFailure (`input`) on a host without WebSockets */
	constructor(
		private readonly credential: ConvexCredential,
		private readonly identity: UserIdentity | undefined,
		private readonly subscription: FunctionInvocation,
		private readonly observer: LiveQueryObserver,
	) {
		this.client = this.connect();
	}

	/** Puts a new client in the place of the present one after a while. */
	reconnect(delayMs: number): void {
		if (this.isClosed) return;
		stopTimer(this.retryTimer);
		this.retryTimer = startTimer(() => {
			void this.client.close();
			this.client = this.connect();
		}, delayMs);
	}

	/** Ends within a second. Closing again does nothing. */
	async close(): Promise<void> {
		this.isClosed = true;
		stopTimer(this.retryTimer);
		await this.client.close();
	}

	private connect(): SyncClient {
		let failure: string | undefined;
		const client = new SyncClient(this.credential, this.identity, {
			permit: this.observer.permit,
			opened: () => {},
			protocolFailed: (message) => {
				failure = message;
			},
			closed: (reason) => {
				if (!this.isClosed) this.observer.disconnected(failure ?? reason);
				failure = undefined;
			},
			authenticationRefused: (message) => {
				if (this.isClosed) return;
				// Left alone it would connect again without the credential.
				void client.close();
				this.observer.refused(message);
			},
		});
		client.subscribe(this.subscription, (result) => {
			if (!this.isClosed) this.receive(result);
		});
		return client;
	}

	private receive(result: FunctionResult): void {
		if (result.success) {
			this.observer.result(convexToJson(result.value));
			return;
		}
		const { errorMessage, errorData, logLines } = result;
		this.observer.failed(
			functionFailure({
				operation: 'query',
				errorMessage,
				errorData: errorData === undefined ? undefined : toPlainJson(convexToJson(errorData)),
				logLines,
			}),
		);
	}
}
