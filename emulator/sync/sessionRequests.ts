import type { Outcome } from '../functionOutcome';

export interface CompletedCall {
	outcome: Outcome;
	timestamp: bigint;
}

/**
 * Mutations that sessions asked for, so that one that is sent again does not run again: the backend's
 * table `_session_requests`. As there, one that failed wrote nothing and may run again.
 */
export class SessionRequests {
	private readonly mutations = new Map<string, Promise<CompletedCall>>();

	/** Runs a mutation unless this request ran already, on whichever connection. */
	async once(
		sessionId: string,
		requestId: number,
		run: () => Promise<CompletedCall>,
	): Promise<CompletedCall> {
		const key = `${sessionId} ${requestId}`;
		for (let earlier = this.mutations.get(key); earlier; earlier = this.mutations.get(key)) {
			const completed = await earlier.catch(() => undefined);
			if (completed?.outcome.status === 'success') return completed;
		}
		const running = run();
		this.mutations.set(key, running);
		const isDone = await running.then(
			({ outcome }) => outcome.status === 'success',
			() => false,
		);
		if (!isDone) this.mutations.delete(key);
		return await running;
	}

	forget(): void {
		this.mutations.clear();
	}
}
