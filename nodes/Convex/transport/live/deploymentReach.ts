import type { ConvexFailure } from '../../convex/failure';
import { mayPassOnceReached } from '../../convex/failures/retryPolicy';
import type { Caller } from '../caller';

/**
 * How far a run has got to a deployment, by whichever of its connections: what may pass is waited for
 * only where the deployment was there before, so that a wrong URL shows soon.
 *
 *             opened              answered
 *   unknown ──────────▶ opened ──────────────▶ answered
 */
export class DeploymentReach {
	private state: 'unknown' | 'opened' | 'answered' = 'unknown';

	/** Whether the deployment has answered: it, and nobody in its place. */
	get hasAnswered(): boolean {
		return this.state === 'answered';
	}

	/** Somebody takes live connections at its URL; a proxy does so for a deployment that is not there. */
	opened(): void {
		if (this.state === 'unknown') this.state = 'opened';
	}

	answered(): void {
		this.state = 'answered';
	}

	/**
	 * Whether a failure is waited through. Of a URL where a live connection is open, a request that is not
	 * answered says nothing: its answer may be long, and the network slow.
	 */
	isWaitedThrough(failure: ConvexFailure): boolean {
		if (!mayPassOnceReached(failure)) return false;
		return this.hasAnswered || (this.state === 'opened' && failure.details.kind === 'network');
	}
}

/** That of each deployment of a run, by its address: one says nothing of another. */
export class DeploymentReaches {
	private readonly known = new Map<string, DeploymentReach>();

	of({ credential: { deploymentUrl } }: Caller): DeploymentReach {
		const reach = this.known.get(deploymentUrl) ?? new DeploymentReach();
		this.known.set(deploymentUrl, reach);
		return reach;
	}
}
