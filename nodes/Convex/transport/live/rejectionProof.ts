import { provesNoEffect } from '../../convex/failures/callOutcome';

/**
 * Whether a mutation was certainly rejected when its connection closed. One that Convex did not run for
 * load, or rolled back, ends the connection with the code of that. It is certain for one that was alone in
 * flight, and had no response yet. Of several it is not: answers to those before it may be lost with the
 * connection (convex-backend crates/local_backend/src/subs/mod.rs `run_sync_socket` drops what it has not sent).
 */
export class RejectionProof {
	/** Since the last call was added. */
	private hasResponse = false;

	called(): void {
		this.hasResponse = false;
	}

	/** A mutation has run; the client may not give its result yet. */
	responded(): void {
		this.hasResponse = true;
	}

	/**
	 * @param code of the closed connection
	 * @param inFlight how many mutations may have run, as far as anything else says
	 */
	holds(code: string, inFlight: number): boolean {
		return inFlight === 1 && !this.hasResponse && provesNoEffect(code);
	}
}
