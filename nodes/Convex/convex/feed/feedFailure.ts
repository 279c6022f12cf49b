import { ConvexFailure } from '../failure';

/** The other trigger, for whoever cannot have the feed. */
const CONVEX_TRIGGER =
	'The Convex Trigger, which watches a query, works on every plan and with every credential.';

/** Why a position cannot be gone on from. */
export type PositionRefusal =
	/** It is older than what Convex keeps of the past. */
	| 'expired'
	/** It is not one of this deployment. */
	| 'foreign';

const REFUSALS = new Map<string | undefined, PositionRefusal>([
	['DataSyncCursorExpired', 'expired'],
	['InvalidDataSyncCursor', 'foreign'],
]);

/** @returns undefined for a failure that says nothing of the position */
export function positionRefusal({ details: { code } }: ConvexFailure): PositionRefusal | undefined {
	return REFUSALS.get(code);
}

/** Convex's code for a plan without the feed (convex-backend crates/model/src/backend_info/mod.rs). */
const NOT_ON_PLAN = 'StreamingExportNotEnabled';

export function isNotOnPlan({ details: { code } }: ConvexFailure): boolean {
	return code === NOT_ON_PLAN;
}

/** A failure of the feed, in the words of its trigger. What could not be read has changed nothing. */
export function feedFailure(failed: ConvexFailure): ConvexFailure {
	const failure = failed.with({ details: { outcome: 'failed' } });
	if (isNotOnPlan(failure)) {
		return failure.with({
			message:
				'The plan of this Convex deployment has no streaming export, which the Convex Document Trigger reads: Convex has it on the Pro plan, and where you host it yourself',
			advice: `Change the plan on the Convex dashboard (convex.dev/plans), or use another trigger. ${CONVEX_TRIGGER}`,
		});
	}
	return failure;
}

/**
 * A failure of the request for a page: a deployment that has no feed does not know its path. The page of a
 * proxy says nothing of the deployment.
 */
export function pageFailure(failure: ConvexFailure): ConvexFailure {
	if (failure.details.httpStatus !== 404 || failure.reason === 'foreignAnswer') return failure;
	return failure.with({
		message: `The deployment has no streaming export: ${failure.message}`,
		advice: `${failure.description} A version of Convex that is hosted by yourself may be too old: update it. ${CONVEX_TRIGGER}`,
	});
}

/** Something gave the same page twice, as no deployment does. It would be read without end. */
export function endlessFeed(): ConvexFailure {
	return new ConvexFailure(
		'The changes could not be read: a page of them leads back to itself',
		'The trigger stays where it is and asks again at the next poll. If it stays so, look at what is between n8n and the deployment, such as a proxy that keeps answers.',
		{ kind: 'deployment', retryable: true, outcome: 'failed' },
	);
}
