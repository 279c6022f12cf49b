import { WaitProgress, type WaitCondition } from '../../convex/changes/waitCondition';
import { shownLastValue, waitTimedOut } from '../../convex/changes/waitFailure';
import { executionCancelled, failureOf, type ConvexFailure } from '../../convex/failure';
import type { FunctionCall, ValueFormat } from '../../convex/functions/functionCall';
import { cloneJson } from '../../convex/values/cloneJson';
import { toPlainJson } from '../../convex/values/plainJson';
import { toFailure } from '../../transport/nodeError';
import type { CallerQueries } from '../../transport/live/callerQueries';
import type { QueryResult, ResultObserver, WatchedQuery } from '../../transport/live/watchedQuery';
import { startTimer, stopTimer } from '../../transport/timers';

export interface ResultWaitOptions {
	call: FunctionCall;
	condition: WaitCondition;
	timeoutMs: number;
	/** When that time began, by `performance.now()`. */
	startedAtMs: number;
	/** Ends the wait: the run has stopped. */
	stopped: AbortSignal;
	/** Whether it stopped because the execution was cancelled. */
	isCancelled: () => boolean;
	/** Lets n8n work: a result may be long, and may have come to many items at once. */
	yieldToEventLoop: () => Promise<void>;
}

/** The wait of one item for a result that meets its condition. It always ends, and leaves nothing behind. */
export class ResultWait implements ResultObserver {
	private readonly progress: WaitProgress;

	private query: WatchedQuery | undefined;

	private timer: number | undefined;

	private last: QueryResult | undefined;

	/** What came later does not count, although there may be no time yet to tell of it. */
	private hasEnded = false;

	private settle: (end: () => QueryResult) => void = () => {};

	constructor(
		private readonly queries: CallerQueries,
		private readonly options: ResultWaitOptions,
	) {
		this.progress = new WaitProgress(options.condition);
	}

	/**
	 * @returns the result that meets the condition, in the format the item asked for
	 * @throws ConvexFailure of the query or the deployment; `timeout` when the time is over
	 */
	async result(): Promise<QueryResult> {
		const end = await this.ended();
		await this.options.yieldToEventLoop();
		try {
			const { value, logLines } = end();
			return { value: written(value, this.options.call.valueFormat), logLines: [...logLines] };
		} catch (thrown) {
			throw this.described(toFailure(thrown));
		}
	}

	/** @returns what gives the result, or throws why there is none */
	private async ended(): Promise<() => QueryResult> {
		const { call, timeoutMs, startedAtMs, stopped } = this.options;
		try {
			const leftMs = Math.max(0, startedAtMs + timeoutMs - performance.now());
			return await new Promise<() => QueryResult>((resolve) => {
				this.settle = resolve;
				this.query = this.queries.watch(call, this);
				this.timer = startTimer(() => this.onTimeout(), leftMs);
				stopped.addEventListener('abort', this.onStop);
				if (stopped.aborted) this.onStop();
			});
		} finally {
			stopTimer(this.timer);
			stopped.removeEventListener('abort', this.onStop);
			if (this.query !== undefined) this.queries.release(this.query, this);
		}
	}

	readonly onResult = (result: QueryResult) => {
		if (this.hasEnded) return;
		this.last = result;
		try {
			if (this.progress.isMetBy(result.value)) this.end(() => result);
		} catch (thrown) {
			this.fail(() => toFailure(thrown));
		}
	};

	readonly onFailure = (failure: ConvexFailure) => this.fail(() => failure);

	private end(end: () => QueryResult): void {
		if (this.hasEnded) return;
		this.hasEnded = true;
		this.settle(end);
	}

	/** @param failure made when there is time for it: it may quote a long result */
	private fail(failure: () => ConvexFailure): void {
		this.end(() => {
			throw failure();
		});
	}

	private onTimeout(): void {
		const { condition, timeoutMs } = this.options;
		const problem = this.query?.problem;
		this.fail(() => waitTimedOut(condition, this.last, timeoutMs, problem));
	}

	private readonly onStop = () => {
		this.fail(() => (this.options.isCancelled() ? executionCancelled() : runStopped()));
	};

	/** The failure in the format that the item asked for, with the last result if there was one. */
	private described(failure: ConvexFailure): ConvexFailure {
		const { valueFormat } = this.options.call;
		const { errorData } = failure.details;
		const { last } = this;
		return failure.with({
			details: {
				...(errorData !== undefined && { errorData: written(errorData, valueFormat) }),
				...(last !== undefined && { lastValue: shownLastValue(written(last.value, valueFormat)) }),
			},
		});
	}
}

/** Results are shared with other items, so each has a copy. */
function written(value: QueryResult['value'], valueFormat: ValueFormat): QueryResult['value'] {
	return valueFormat === 'json' ? toPlainJson(value) : cloneJson(value);
}

function runStopped(): ConvexFailure {
	return failureOf('runStopped', 'The result was waited for no longer: the run had stopped', {
		kind: 'input',
		retryable: true,
		outcome: 'notExecuted',
	});
}
