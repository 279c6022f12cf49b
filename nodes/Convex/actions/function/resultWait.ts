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
}

/** The wait of one item for a result that meets its condition. It always ends, and leaves nothing behind. */
export class ResultWait implements ResultObserver {
	private readonly progress: WaitProgress;

	private query: WatchedQuery | undefined;

	private timer: number | undefined;

	private last: QueryResult | undefined;

	private succeed: (result: QueryResult) => void = () => {};

	private reject: (failure: ConvexFailure) => void = () => {};

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
		const { call, timeoutMs, startedAtMs, stopped } = this.options;
		const { valueFormat } = call;
		try {
			const leftMs = Math.max(0, startedAtMs + timeoutMs - performance.now());
			const { value, logLines } = await new Promise<QueryResult>((resolve, reject) => {
				this.succeed = resolve;
				this.reject = reject;
				this.query = this.queries.watch(call, this);
				this.timer = startTimer(() => this.onTimeout(), leftMs);
				stopped.addEventListener('abort', this.onStop);
				if (stopped.aborted) this.onStop();
			});
			return { value: written(value, valueFormat), logLines: [...logLines] };
		} catch (thrown) {
			throw this.described(toFailure(thrown));
		} finally {
			stopTimer(this.timer);
			stopped.removeEventListener('abort', this.onStop);
			if (this.query !== undefined) this.queries.release(this.query, this);
		}
	}

	readonly onResult = (result: QueryResult) => {
		this.last = result;
		try {
			if (this.progress.isMetBy(result.value)) this.succeed(result);
		} catch (thrown) {
			this.reject(toFailure(thrown));
		}
	};

	readonly onFailure = (failure: ConvexFailure) => this.reject(failure);

	private onTimeout(): void {
		const { condition, timeoutMs } = this.options;
		this.reject(waitTimedOut(condition, this.last, timeoutMs, this.query?.problem));
	}

	private readonly onStop = () => {
		this.reject(this.options.isCancelled() ? executionCancelled() : runStopped());
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
