import type { ConvexFailure } from '../../convex/failure';
import type { TimestampResult } from '../../convex/responses/snapshot';
import type { Caller } from '../../transport/caller';

type Ask = () => Promise<TimestampResult>;

/**
 * The moments as of which the items of a run read, one for each deployment: the first that it tells
 * any of them. Until it is told, those with the same caller and the same time limit ask together: what
 * fails one with another user, or with less time, does not fail them.
 */
export class Snapshots {
	/** Each deployment's, by its address. A failure is that of one that can be read no more. */
	private readonly known = new Map<string, TimestampResult>();

	private readonly asked = new Map<string, Promise<TimestampResult>>();

	/** @param ask asks the deployment for its latest moment */
	async read({ credential }: Caller, timeoutMs: number, ask: Ask): Promise<TimestampResult> {
		const { deploymentUrl, authorization } = credential;
		const known = this.known.get(deploymentUrl);
		if (known !== undefined) return known;
		const key = JSON.stringify([deploymentUrl, authorization, timeoutMs]);
		const asked = this.asked.get(key) ?? ask();
		this.asked.set(key, asked);
		const result = await asked;
		// What failed may be answered to the next item.
		if (this.asked.get(key) === asked) this.asked.delete(key);
		const first = this.known.get(deploymentUrl) ?? result;
		if (first.status === 'success') this.known.set(deploymentUrl, first);
		return first;
	}

	/** Notes that a deployment's snapshot can be read no more, by no other item either. */
	end({ credential: { deploymentUrl } }: Caller, failure: ConvexFailure): void {
		this.known.set(deploymentUrl, { status: 'failure', failure });
	}
}
