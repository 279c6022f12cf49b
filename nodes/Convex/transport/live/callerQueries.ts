import type { IExecuteFunctions } from 'n8n-workflow';
import type { ConvexFailure } from '../../convex/failure';
import type { FunctionCall } from '../../convex/functions/functionCall';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { UserIdentity } from '../../convex/deployment/identity';
import { canonicalJson } from '../../convex/values/fingerprint';
import { Backoff } from '../backoff';
import type { Caller } from '../caller';
import { toFailure } from '../nodeError';
import { startTimer, stopTimer } from '../timers';
import { checkEgress } from './egress';
import type { DeploymentReach } from './deploymentReach';
import { QueryPolling, type PollingTimes } from './queryPolling';
import { hasWebSockets, SyncClient } from './syncClient';
import { WatchedQuery, type ResultObserver } from './watchedQuery';

export const POLLING_TIMES: PollingTimes = {
	graceMs: 2_000,
	intervalMs: 3_000,
	requestMs: 60_000,
	besideMs: 15_000,
	// As long as Convex's client bears the silence of a connection that receives one long message.
	aloneMs: 60_000,
};

export interface CallerQueriesOptions {
	context: IExecuteFunctions;
	/** The items' own, as their credential says. */
	itemCaller: Caller;
	/** For HTTP, where the user to act as is part of the credential. */
	caller: Caller;
	/** The user to act as, if any. */
	identity: UserIdentity | undefined;
	/** That of the run, which others share. */
	reach: DeploymentReach;
	times: PollingTimes;
}

type LiveState =
	/** No connection works, or not yet; `timer` ends the time in which that is waited for. */
	| { status: 'connecting'; timer: number }
	/** The deployment sends messages. */
	| { status: 'live' }
	/** No connection works, so queries are asked over HTTP; the client keeps trying to connect. */
	| { status: 'polling' }
	/** n8n permits no connection. */
	| { status: 'forbidden'; failure: ConvexFailure }
	| { status: 'closed' };

/**
 * The queries that items of one caller wait for, over one live connection, and over HTTP while there is
 * none. Equal queries are watched once.
 *
 *                      message                close
 *   connecting(grace) ─────────▶ live ────────────────▶ connecting(grace)
 *      │                          ▲
 *      │ grace over, refused,     │ message
 *      │ no WebSockets            │
 *      └───────────▶ polling ─────┘     egress refused, from each: forbidden. close: closed
 *
 * The client reconnects by itself, through whatever outage. Why there is no connection is for HTTP to say.
 */
export class CallerQueries {
	private readonly queries = new Map<string, WatchedQuery>();

	private readonly polling: QueryPolling;

	private readonly backoff = new Backoff();

	private client: SyncClient | undefined;

	private reconnectTimer: number | undefined;

	/** Clients that were refused, while they close. */
	private closing: Promise<unknown> = Promise.resolve();

	private state: LiveState;

	/** Aborted when the connection closes that is open. */
	private connection: AbortController | undefined;

	/** Whether a live connection has worked. */
	private wasLive = false;

	constructor(private readonly options: CallerQueriesOptions) {
		const { context, caller, reach, times } = options;
		this.polling = new QueryPolling(context, caller, reach, times, () => this.connection?.signal);
		if (hasWebSockets()) {
			this.state = this.awaitConnection();
			this.connect();
		} else {
			this.state = { status: 'polling' };
		}
	}

	/** Whether nothing is waited for at present. */
	get isIdle(): boolean {
		return this.queries.size === 0;
	}

	/** Whether all that was found out was asked for over HTTP. */
	get wasPolledOnly(): boolean {
		return this.polling.requests > 0 && !this.wasLive;
	}

	/**
	 * Watches a query. The observer is told nothing before this has returned.
	 *
	 * @returns the query, to be given to `release`
	 */
	watch(call: FunctionCall, observer: ResultObserver): WatchedQuery {
		const key = keyOf(call);
		const known = this.queries.get(key);
		const query = known ?? new WatchedQuery(call);
		query.add(observer);
		if (known === undefined) {
			this.queries.set(key, query);
			void Promise.resolve().then(() => this.begin(query));
		}
		return query;
	}

	/** The observer waits no longer. Releasing again does nothing. */
	release(query: WatchedQuery, observer: ResultObserver): void {
		const key = keyOf(query.call);
		if (query.remove(observer) || this.queries.get(key) !== query) return;
		this.queries.delete(key);
		query.end();
	}

	/** Ends within a second. Closing again does nothing. */
	async close(): Promise<void> {
		const { state, client } = this;
		if (state.status === 'connecting') stopTimer(state.timer);
		this.state = { status: 'closed' };
		stopTimer(this.reconnectTimer);
		for (const query of this.queries.values()) query.end();
		this.queries.clear();
		await Promise.all([this.closing, client?.close()]);
	}

	private begin(query: WatchedQuery): void {
		// It may have been released meanwhile.
		if (this.queries.get(keyOf(query.call)) !== query) return;
		const { state, client } = this;
		if (state.status === 'forbidden') {
			query.fail(state.failure);
			return;
		}
		if (client !== undefined) this.subscribe(query, client);
		if (state.status === 'polling') void this.polling.poll(query);
	}

	private connect(): void {
		const { itemCaller, identity, reach } = this.options;
		/** What one says that another has taken the place of is out of date. */
		const isPresent = () => client === this.client && this.state.status !== 'closed';
		const client: SyncClient = new SyncClient(itemCaller.credential, identity, {
			beforeConnect: async () => await this.beforeConnect(),
			onOpen: () => {
				reach.opened();
				if (isPresent()) this.connection = new AbortController();
			},
			onMessage: () => {
				if (isPresent()) this.connected();
			},
			onProtocolError: () => {},
			onClose: () => {
				if (isPresent()) this.disconnected();
			},
			onUnauthorized: () => {
				if (isPresent()) this.refused(client);
			},
		});
		this.client = client;
		for (const query of this.queries.values()) this.subscribe(query, client);
	}

	/** What the client cannot send is a failure of its query alone. */
	private subscribe(query: WatchedQuery, client: SyncClient): void {
		try {
			query.subscribe(client);
		} catch (thrown) {
			query.fail(toFailure(thrown));
		}
	}

	private async beforeConnect(): Promise<void> {
		const { context, itemCaller } = this.options;
		try {
			await checkEgress(context, itemCaller.credential.deploymentUrl);
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (failure.details.kind === 'input') this.forbid(failure);
			throw failure;
		}
	}

	private awaitConnection(): LiveState {
		const timer = startTimer(() => this.fallBack(), this.options.times.graceMs);
		return { status: 'connecting', timer };
	}

	private connected(): void {
		const { state } = this;
		if (state.status === 'live') return;
		if (state.status === 'connecting') stopTimer(state.timer);
		this.state = { status: 'live' };
		this.wasLive = true;
		this.options.reach.answered();
		this.backoff.reset();
	}

	private disconnected(): void {
		this.connection?.abort();
		this.connection = undefined;
		if (this.state.status !== 'live') return;
		for (const query of this.queries.values()) query.disconnected();
		this.state = this.awaitConnection();
	}

	/** A live connection may be refused for a passing reason; what HTTP says too is final. */
	private refused(client: SyncClient): void {
		// Left alone it would connect again without the credential.
		this.closing = Promise.all([this.closing, client.close()]);
		this.disconnected();
		this.fallBack();
		this.client = undefined;
		this.reconnectTimer = startTimer(() => this.connect(), this.backoff.nextDelayMs());
	}

	private forbid(failure: ConvexFailure): void {
		const { state, client } = this;
		if (state.status === 'closed') return;
		if (state.status === 'connecting') stopTimer(state.timer);
		stopTimer(this.reconnectTimer);
		this.state = { status: 'forbidden', failure };
		for (const query of [...this.queries.values()]) query.fail(failure);
		void client?.close();
	}

	private fallBack(): void {
		const { state } = this;
		if (state.status !== 'connecting') return;
		stopTimer(state.timer);
		this.state = { status: 'polling' };
		for (const query of this.queries.values()) void this.polling.poll(query);
	}
}

/**
 * The client takes queries for the same whatever the order of their arguments' fields, and tells who
 * subscribes to one of these later nothing before it changes.
 */
function keyOf({ functionPath, args }: FunctionCall): string {
	return canonicalJson([formatFunctionPath(functionPath), args]);
}
