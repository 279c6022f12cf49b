import type { FunctionResult as SyncResult } from 'convex/browser';
import type { JSONValue } from 'convex/values';
import type { ConvexFailure } from '../../convex/failure';
import type { FunctionCall } from '../../convex/functions/functionCall';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import { readSessionResult } from '../../convex/responses/sessionResult';
import type { SyncClient } from './syncClient';

/** A result of a query, in Convex's encoded JSON. */
export interface QueryResult {
	value: JSONValue;
	logLines: string[];
}

export interface ResultObserver {
	/** The first result, each new one, or the same again. */
	onResult: (result: QueryResult) => void;
	/** The query threw, or the deployment refuses it. Nothing follows. */
	onFailure: (failure: ConvexFailure) => void;
}

/** A query that is watched for all who wait for its result. */
export class WatchedQuery {
	private readonly observers = new Set<ResultObserver>();

	/** Those who came after the last request over HTTP was made: its answer may be older than their wait. */
	private readonly newcomers = new Set<ResultObserver>();

	private last: QueryResult | undefined;

	/** Whether the last result is what the query gives now, as far as a live connection tells. */
	private isCurrent = false;

	/**
	 * Whether an answer over HTTP was taken since it subscribed: what comes over the connection may have
	 * been computed before that.
	 */
	private mayBeOvertaken = false;

	/** Whether it subscribed again because of a cursor, and gave no result since. */
	private hasResubscribed = false;

	private unsubscribe: () => void = () => {};

	private polling: AbortController | undefined;

	/** Ends the pause before the next request over HTTP. */
	private pausing: AbortController | undefined;

	/** Why it ended, if so: who comes until it is released is told too. */
	private failure: ConvexFailure | undefined;

	/** Why it could not be asked the last time, if so. */
	problem: ConvexFailure | undefined;

	constructor(readonly call: FunctionCall) {}

	/** Who comes later gets the present result too, or has it asked for, but never before this has returned. */
	add(observer: ResultObserver): void {
		this.observers.add(observer);
		this.newcomers.add(observer);
		this.pausing?.abort();
		const { last, failure } = this;
		if (failure !== undefined) {
			void Promise.resolve().then(() => {
				if (this.observers.has(observer)) observer.onFailure(failure);
			});
			return;
		}
		if (last === undefined || !this.isCurrent) return;
		void Promise.resolve().then(() => {
			if (this.observers.has(observer) && this.last === last) observer.onResult(last);
		});
	}

	/** @returns whether others wait for it still */
	remove(observer: ResultObserver): boolean {
		this.observers.delete(observer);
		this.newcomers.delete(observer);
		return this.observers.size > 0;
	}

	/** Watches it over a live connection, in the place of an earlier one. */
	subscribe(client: SyncClient): void {
		this.mayBeOvertaken = false;
		const { functionPath, args, componentPath } = this.call;
		this.unsubscribe = client.subscribe({ functionPath, args, componentPath }, (result) =>
			this.receive(client, result),
		);
	}

	/** Begins to be asked over HTTP, unless it is already. @returns what ends it */
	beginPolling(): AbortSignal | undefined {
		if (this.polling !== undefined) return undefined;
		this.polling = new AbortController();
		return this.polling.signal;
	}

	/** The connection is lost: what was received over it may be out of date. */
	disconnected(): void {
		this.isCurrent = false;
	}

	/**
	 * A request over HTTP is made: its answer is for all who wait by now.
	 *
	 * @returns what ends the pause behind it: somebody else comes to wait, or the polling ends
	 */
	asking(): AbortSignal {
		this.newcomers.clear();
		this.pausing = new AbortController();
		return this.pausing.signal;
	}

	/** Hands on what was answered over HTTP. What the query gives from then on, the next answer says. */
	answered(result: FunctionResult): void {
		this.mayBeOvertaken = true;
		this.isCurrent = false;
		this.accept(result, this.newcomers);
	}

	fail(failure: ConvexFailure): void {
		this.failure = failure;
		for (const { onFailure } of [...this.observers]) onFailure(failure);
	}

	end(): void {
		this.stopPolling();
		this.endSubscription();
	}

	/** @param uninformed who is not told of the result */
	private accept(result: FunctionResult, uninformed?: ReadonlySet<ResultObserver>): void {
		if (result.status === 'failure') {
			this.fail(result.failure);
			return;
		}
		const { value, logLines } = result;
		this.problem = undefined;
		this.last = { value, logLines };
		for (const observer of [...this.observers]) {
			if (uninformed?.has(observer) !== true) observer.onResult(this.last);
		}
	}

	private receive(client: SyncClient, result: SyncResult): void {
		this.stopPolling();
		if (this.mayBeOvertaken) {
			this.resubscribeSoon(client);
			return;
		}
		const read = readSessionResult('query', 'encoded', result);
		const hasInvalidCursor = read.status === 'failure' && read.failure.reason === 'invalidCursor';
		if (hasInvalidCursor && this.last !== undefined && !this.hasResubscribed) {
			this.hasResubscribed = true;
			this.resubscribeSoon(client);
			return;
		}
		if (read.status === 'success') this.hasResubscribed = false;
		this.isCurrent = true;
		this.accept(read);
	}

	/**
	 * Asks for the result anew, in the place of one that is not handed on. The client would hand this very
	 * result to who subscribes while it hands it on.
	 */
	private resubscribeSoon(client: SyncClient): void {
		this.isCurrent = false;
		void Promise.resolve().then(() => this.resubscribe(client));
	}

	/** The client keeps where a page ended; once that does not fit any more, it begins anew without. */
	private resubscribe(client: SyncClient): void {
		this.endSubscription();
		if (this.observers.size > 0) this.subscribe(client);
	}

	/** The client takes a second end for that of another's subscription. */
	private endSubscription(): void {
		const { unsubscribe } = this;
		this.unsubscribe = () => {};
		unsubscribe();
	}

	private stopPolling(): void {
		this.polling?.abort();
		this.pausing?.abort();
		this.polling = undefined;
	}
}
