import type { IExecuteFunctions } from 'n8n-workflow';
import { RetryPolicy } from '../../convex/failures/retryPolicy';
import type { Caller } from '../../transport/caller';
import { Retries } from '../../transport/retries';

/** The retries of a run, by the deployment's address: an outage of one says nothing of another. */
export class DeploymentRetries {
	private readonly known = new Map<string, Retries>();

	/** @param stopped aborted when nothing more is to be sent */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly maxRetries: number,
		private readonly stopped: AbortSignal,
	) {}

	/** Sends calls to a deployment, and retries those that are safe to retry. */
	of({ credential: { deploymentUrl } }: Caller): Retries {
		const isByHand = this.context.getMode() === 'manual';
		const retries =
			this.known.get(deploymentUrl) ??
			new Retries(new RetryPolicy(this.maxRetries, isByHand), this.stopped);
		this.known.set(deploymentUrl, retries);
		return retries;
	}
}
