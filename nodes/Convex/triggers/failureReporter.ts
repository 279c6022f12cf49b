import type { ConvexFailure } from '../convex/failure';

/**
 * What keeps a trigger from doing its work, each for itself.
 *
 * - `query`: the query throws, or is refused.
 * - `result`: its result cannot be watched the way that was chosen.
 * - `absence`: there is no connection to the deployment, or nothing comes over it.
 * - `start`: n8n did not take over the start of the workflow.
 * - `memory`: what is remembered cannot be written to n8n's static data.
 */
export type IncidentKind = 'query' | 'result' | 'absence' | 'start' | 'memory';

/** Tells the workflow, in its next item, that something was wrong for a time. */
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

/** Reports what goes wrong with a trigger once, however often it shows. */
export class FailureReporter {
	private readonly open = new Map<IncidentKind, Incident>();

	private recovery: Recovery | undefined;

	private isMuted = true;

	/** @param report called for an incident as it begins, but not before `release` */
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
		this.recovery ??= recoveryFrom(incident);
	}

	/** From here on incidents are reported, those that are under way too. */
	unmute(): void {
		this.isMuted = false;
		for (const incident of this.open.values()) this.reportOnce(incident);
	}

	/** What is over and was not told yet; with the next start of the workflow, what kept it from starting. */
	get untold(): Recovery | undefined {
		return this.recovery ?? recoveryFrom(this.open.get('start'));
	}

	/** The workflow started, with what was not told yet. */
	started(): void {
		this.open.delete('start');
		this.recovery = undefined;
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
