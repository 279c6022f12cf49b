import type { ConvexFailure } from '../convex/failure';
import type { RetryPolicy } from '../convex/retryPolicy';

/** What a call came to; anything but a failure is a success. */
type Attempted = { status: 'failure'; failure: ConvexFailure } | { status: 'success' | 'answered' };

/** Sends calls again as the policy says, until `stopped`: the waiting ends with the run. */
export class Retries {
	constructor(
		private readonly policy: RetryPolicy,
		private readonly stopped: AbortSignal,
	) {}

	/** @param givesUp whether a failure is to be met in another way than by sending the same again */
	async run<Result extends Attempted>(
		attempt: () => Promise<Result>,
		givesUp: (failure: ConvexFailure) => boolean = () => false,
	): Promise<Result> {
		for (let retries = 0; ; retries++) {
			const result = await attempt();
			if (result.status !== 'failure') {
				this.policy.answered();
				return result;
			}
			const delayMs = this.policy.delayMs(result.failure, retries);
			if (delayMs === undefined || givesUp(result.failure)) return result;
			await pause(delayMs, this.stopped);
			if (this.stopped.aborted) return result;
		}
	}
}

/** Waits for a time, or until it is stopped. */
async function pause(delayMs: number, stopped: AbortSignal): Promise<void> {
	if (stopped.aborted) return;
	const timeout = AbortSignal.timeout(Math.ceil(delayMs));
	await new Promise<void>((resolve) => {
		const end = () => {
			timeout.removeEventListener('abort', end);
			stopped.removeEventListener('abort', end);
			resolve();
		};
		timeout.addEventListener('abort', end);
		stopped.addEventListener('abort', end);
	});
}
