import { provesNoEffect } from '../../convex/failures/callOutcome';

/**
 * Whether a mutation was certainly rejected when its connection closed. One that Convex did not run for
 * load, or rolled back, ends the connection with the code of that. But so may what it does beside: so it is
 * certain only of a mutation that was alone in flight, without a response, on a connection that owed nothing else.
 * Of several it is not: answers to those before it may be lost with the connection (convex-backend
 * crates/sync/src/worker.rs `go_inner`, crates/local_backend/src/subs/mod.rs `run_sync_socket`).
 */
export class RejectionProof {
	/** Whether a mutation has run since the last call was added; the client may not give its result yet. */
	private hasResponse = false;

	/** Whether the deployment is about to send a transition: behind each mutation, and first of all. */
	private owesTransition = true;

	connected(): void {
		this.owesTransition = true;
	}

	called(): void {
		this.hasResponse = false;
	}

	/** @param message of the deployment, as text */
	received(message: string): void {
		if (message.includes('"MutationResponse"')) {
			this.hasResponse = true;
			this.owesTransition = true;
		} else if (message.includes('"Transition"')) {
			this.owesTransition = false;
		}
	}

	/**
	 * @param code of the closed connection
	 * @param inFlight how many mutations may have run, as far as anything else says
	 */
	holds(code: string, inFlight: number): boolean {
		const isItsOwn = inFlight === 1 && !this.hasResponse && !this.owesTransition;
		return isItsOwn && provesNoEffect(code);
	}
}
