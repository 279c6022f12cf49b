import { settledWithin } from '../timers';

/** `refused` is a connection that was not made, or closed again; `silent` one of which nothing came. */
export type Opening = 'ready' | 'refused' | 'silent';

/**
 * Whether the first live connection works, which its opening alone does not say: a proxy may open it, and
 * the deployment reads the credential only then. But it answers the client's first set of queries, also
 * an empty one, as soon as it has accepted the credential before it (convex-backend crates/sync/src/worker.rs
 * `begin_update_queries`).
 */
export class Readiness {
	private settle: (opening: Opening) => void = () => {};

	private readonly opening = new Promise<Opening>((resolve) => {
		this.settle = resolve;
	});

	/** The deployment has sent a message. Only what comes first decides. */
	confirm(): void {
		this.settle('ready');
	}

	/** The connection is not there, or not any more. */
	refuse(): void {
		this.settle('refused');
	}

	async within(limitMs: number): Promise<Opening> {
		return (await settledWithin(this.opening, limitMs)) ?? 'silent';
	}
}
