import { failureOf, type ConvexFailure } from '../convex/failure';
import type { RetryPolicy } from '../convex/failures/retryPolicy';
import { startTimer, stopTimer } from './timers';

interface Failed {
	status: 'failure';
	failure: ConvexFailure;
}

/** The result of an attempt; anything but a failure is a success. */
type Attempted = Failed | { status: 'success' | 'answered' };

export interface RetryOptions {
	/** How often the call was retried already, as part of a batch. */
	retried?: number;
	/** The failure of what was sent before in the call's place: the first attempt waits as a retry would. */
	after?: ConvexFailure;
	/** Whether the call is not to be sent again after a failure: asked before the wait for that, and behind it. */
	shouldStop?: (failure: ConvexFailure) => boolean;
}

/** Makes calls, and retries them as the policy says. Once `stopped`, nothing more is sent. */
export class Retries {
	private failed: ConvexFailure | undefined;

	constructor(
		private readonly policy: RetryPolicy,
		private readonly stopped: AbortSignal,
	) {}

	/** Why the last attempt failed, if so: for who stops waiting for the next one. */
	get lastFailure(): ConvexFailure | undefined {
		return this.failed;
	}

	async run<Result extends Attempted>(
		attempt: () => Promise<Result>,
		{ retried = 0, after, shouldStop = () => false }: RetryOptions = {},
	): Promise<Result | Failed> {
		const firstDelayMs = after && this.policy.delayMs(after, retried - 1);
		if (firstDelayMs !== undefined) await pause(firstDelayMs, this.stopped);
		if (this.stopped.aborted) return { status: 'failure', failure: notSent() };
		const exhausted = this.policy.budgetExhausted();
		if (exhausted !== undefined) return { status: 'failure', failure: exhausted };
		for (let retries = retried; ; retries++) {
			const result = await attempt();
			this.failed = result.status === 'failure' ? result.failure : undefined;
			if (result.status !== 'failure') {
				this.policy.succeeded();
				return result;
			}
			const isLast = shouldStop(result.failure);
			this.policy.failed(result.failure, !isLast);
			const delayMs = this.policy.delayMs(result.failure, retries);
			if (delayMs === undefined || isLast) return result;
			await pause(delayMs, this.stopped);
			if (this.stopped.aborted || shouldStop(result.failure)) return result;
		}
	}
}

function notSent(): ConvexFailure {
	return failureOf('runStopped', 'The call was not sent: the run had stopped', {
		kind: 'input',
		retryable: true,
		outcome: 'notExecuted',
	});
}

/** Waits for a time, or until it is stopped. */
export async function pause(delayMs: number, stopped: AbortSignal): Promise<void> {
	if (stopped.aborted) return;
	await new Promise<void>((resolve) => {
		const end = () => {
			stopTimer(timer);
			stopped.removeEventListener('abort', end);
			resolve();
		};
		const timer = startTimer(end, delayMs);
		stopped.addEventListener('abort', end);
	});
}
