import type { IExecuteFunctions } from 'n8n-workflow';
import { mayPassOnceReached, RetryPolicy } from '../../convex/failures/retryPolicy';
import type { FunctionCall } from '../../convex/functions/functionCall';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import type { Caller } from '../caller';
import { callFunction } from '../http/functionCalls';
import { pause, Retries } from '../retries';
import type { WatchedQuery } from './watchedQuery';

/** By how much the interval differs by chance, as a share of it: many queries are not asked at once. */
const INTERVAL_SPREAD = 0.3;

/** For the answer to one request. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A deployment that was never reached is asked again as often as calls are sent again. */
const MAX_RETRIES = 4;

/**
 * Asks for the results of queries over HTTP, again and again.
 *
 * What Convex itself says is final unless it passes: the failure of the query, a refused credential, a
 * paused deployment. Anything else is waited for once the deployment was reached; until then, as long as
 * a call waits for it.
 */
export class QueryPolling {
	/** How many requests were made. */
	requests = 0;

	private wasReached = false;

	private readonly policy: RetryPolicy;

	/**
	 * @param caller a user to act as is part of its credential
	 * @param intervalMs how long to wait before a query is asked again
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly caller: Caller,
		private readonly intervalMs: number,
	) {
		this.policy = new RetryPolicy(MAX_RETRIES, context.getMode() === 'manual');
	}

	/** The deployment has answered: it, and nobody in its place. */
	reached(): void {
		this.wasReached = true;
	}

	/** Asks for a query's result until one comes over a live connection, or nobody waits for it any more. */
	async poll(query: WatchedQuery): Promise<void> {
		const stopped = query.beginPolling();
		if (stopped === undefined) return;
		const retries = new Retries(this.policy, stopped);
		while (!stopped.aborted) {
			const ask = async () => await this.ask(query.call, stopped);
			const result = this.wasReached ? await ask() : await retries.run(ask);
			if (stopped.aborted) return;
			this.take(query, result);
			await pause(this.delayMs(result), stopped);
		}
	}

	private async ask(call: FunctionCall, stopped: AbortSignal): Promise<FunctionResult> {
		this.requests += 1;
		// The request ends with the polling, which ends with the execution.
		const context: IExecuteFunctions = Object.create(this.context, {
			getExecutionCancelSignal: { value: () => stopped },
		});
		const encoded: FunctionCall = { ...call, valueFormat: 'encoded' };
		return await callFunction(context, this.caller, encoded, REQUEST_TIMEOUT_MS);
	}

	private take(query: WatchedQuery, result: FunctionResult): void {
		if (result.status === 'success' || !mayPassOnceReached(result.failure)) {
			this.reached();
		} else if (this.wasReached) {
			query.problem = result.failure;
			return;
		}
		query.answered(result);
	}

	private delayMs(result: FunctionResult): number {
		const asked = result.status === 'failure' ? (result.failure.details.retryAfterMs ?? 0) : 0;
		return Math.max(asked, this.intervalMs * (1 + INTERVAL_SPREAD * (Math.random() - 0.5)));
	}
}
