import type { IExecuteFunctions } from 'n8n-workflow';
import { mayPassOnceReached, RetryPolicy } from '../../convex/failures/retryPolicy';
import type { FunctionCall } from '../../convex/functions/functionCall';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import type { Caller } from '../caller';
import { callFunction } from '../http/functionCalls';
import { pause, Retries } from '../retries';
import type { DeploymentReach } from './deploymentReach';
import type { WatchedQuery } from './watchedQuery';

/** By how much the interval differs by chance, as a share of it: many queries are not asked at once. */
const INTERVAL_SPREAD = 0.3;

export interface PollingTimes {
	/** How long a live connection may be missing until queries are asked over HTTP. */
	graceMs: number;
	/** How long to wait before a query is asked again. */
	intervalMs: number;
	/** For the answer to the first request; after one that did not come in time, twice as long. */
	requestMs: number;
	/** The same for one that is made while a live connection is open, which may carry the same result. */
	besideMs: number;
	/** How long an open connection then has a slow network for itself. */
	aloneMs: number;
}

/** A deployment that was never reached is asked again as often as calls are sent again. */
const MAX_RETRIES = 4;

/**
 * Asks for the results of queries over HTTP, again and again.
 *
 * What Convex itself says is final unless it passes: the failure of the query, a refused credential, a
 * paused deployment. Anything else is waited for once the run has reached the deployment; until then, as
 * long as a call waits for it.
 */
export class QueryPolling {
	/** How many requests were made. */
	requests = 0;

	private readonly policy: RetryPolicy;

	/**
	 * @param caller a user to act as is part of its credential
	 * @param connection aborted when the live connection closes that is open; undefined while none is
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly caller: Caller,
		private readonly reach: DeploymentReach,
		private readonly times: PollingTimes,
		private readonly connection: () => AbortSignal | undefined,
	) {
		this.policy = new RetryPolicy(MAX_RETRIES, context.getMode() === 'manual');
	}

	/** Asks for a query's result until one comes over a live connection, or nobody waits for it any more. */
	async poll(query: WatchedQuery): Promise<void> {
		const stopped = query.beginPolling();
		if (stopped === undefined) return;
		const retries = new Retries(this.policy, stopped);
		let patience = 1;
		let awaited = stopped;
		const ask = async () => {
			awaited = query.asking();
			const open = this.connection();
			const { requestMs, besideMs, aloneMs } = this.times;
			const timeoutMs = (open === undefined ? requestMs : besideMs) * patience;
			const result = await this.ask(query.call, timeoutMs, stopped);
			if (result.status === 'success') return result;
			query.problem = result.failure;
			if (result.failure.reason !== 'timedOut') return result;
			// A long answer over a slow network would never come in the same time, and if the connection
			// receives it too, neither of both would come.
			patience *= 2;
			if (open !== undefined) await pause(aloneMs, AbortSignal.any([open, stopped]));
			return result;
		};
		let isWaitedThrough = false;
		while (!stopped.aborted) {
			const isRetried = !isWaitedThrough && !this.reach.hasAnswered;
			const result = isRetried ? await retries.run(ask) : await ask();
			if (stopped.aborted) return;
			isWaitedThrough = this.take(query, result);
			// Who comes to wait is not told an older result, and need not wait for the next one that long.
			await pause(this.delayMs(result), result.status === 'success' ? awaited : stopped);
		}
	}

	private async ask(
		call: FunctionCall,
		timeoutMs: number,
		stopped: AbortSignal,
	): Promise<FunctionResult> {
		this.requests += 1;
		// The request ends with the polling, which ends with the execution.
		const context: IExecuteFunctions = Object.create(this.context, {
			getExecutionCancelSignal: { value: () => stopped },
		});
		const encoded: FunctionCall = { ...call, valueFormat: 'encoded' };
		return await callFunction(context, this.caller, encoded, timeoutMs);
	}

	/** @returns whether it is a failure that is waited through */
	private take(query: WatchedQuery, result: FunctionResult): boolean {
		if (result.status === 'failure' && this.reach.isWaitedThrough(result.failure)) return true;
		if (result.status === 'success' || !mayPassOnceReached(result.failure)) this.reach.answered();
		query.answered(result);
		return false;
	}

	private delayMs(result: FunctionResult): number {
		const asked = result.status === 'failure' ? (result.failure.details.retryAfterMs ?? 0) : 0;
		return Math.max(asked, this.times.intervalMs * (1 + INTERVAL_SPREAD * (Math.random() - 0.5)));
	}
}
