import type { ConvexFailure } from '../convex/failure';

/**
 * What keeps a trigger from doing its work, each for itself.
 *
 * - `query`: the query throws, or is refused.
 * - `result`: its result cannot be watched the way that was chosen.
 * - `outage`: there is no connection to the deployment, or nothing comes over it.
 * - `start`: n8n did not start the workflow.
 * - `checkpoint`: what is remembered cannot be written to n8n's static data.
 */
export type IncidentKind = 'query' | 'result' | 'outage' | 'start' | 'checkpoint';

/** What the workflow's next item says of a failure that is over. */
export interface Recovery {
	message: string;
	/** ISO date. */
	since: string;
}

interface Incident {
	failure: ConvexFailure;
	since: Date;
	isReported: boolean;
}

/** Reports each failure of a trigger once, however often it occurs. */
export class FailureReporter {
	private readonly open = new Map<IncidentKind, Incident>();

	private ended: Recovery | undefined;

	private isMuted = true;

	/** @param report called once for each incident, and not before `unmute` */
	constructor(private readonly report: (failure: ConvexFailure) => void) {}

	begin(kind: IncidentKind, failure: ConvexFailure, since = new Date()): void {
		if (this.open.has(kind)) return;
		const incident = { failure, since, isReported: false };
		this.open.set(kind, incident);
		if (!this.isMuted) this.reportOnce(incident);
	}

	end(kind: IncidentKind): void {
		const incident = this.open.get(kind);
		this.open.delete(kind);
		this.ended ??= recoveryFrom(incident);
	}

	/** Reports incidents from here on, and those that are open already. */
	unmute(): void {
		this.isMuted = false;
		for (const incident of this.open.values()) this.reportOnce(incident);
	}

	/** What the next item has to say: what is over and in no item yet, or what kept the workflow from starting. */
	get unreportedRecovery(): Recovery | undefined {
		return this.ended ?? recoveryFrom(this.open.get('start'));
	}

	/** The workflow started, with the recovery in its item. */
	started(): void {
		this.open.delete('start');
		this.ended = undefined;
	}

	private reportOnce(incident: Incident): void {
		if (incident.isReported) return;
		incident.isReported = true;
		this.report(incident.failure);
	}
}

function recoveryFrom(incident: Incident | undefined): Recovery | undefined {
	if (incident === undefined || !incident.isReported) return undefined;
	return { message: incident.failure.message, since: incident.since.toISOString() };
}
