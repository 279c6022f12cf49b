import type { JSONValue } from 'convex/values';
import type {
	ResultCheckpoint,
	ResultTracker,
	ResultUpdate,
} from '../../../../nodes/Convex/convex/changes/resultEvent';
import { TrackedDocuments } from '../../../../nodes/Convex/convex/changes/trackedDocuments';
import { TrackedValue } from '../../../../nodes/Convex/convex/changes/trackedValue';

/** A watched query whose results are all accepted, and what is kept of the last one. */
export class Tracking {
	remembered: ResultCheckpoint | undefined;

	private constructor(private readonly tracker: ResultTracker) {}

	static ofDocuments(
		remembered: ResultCheckpoint | undefined,
		{ emitInitial = false, keyField = '_id' } = {},
	): Tracking {
		return new Tracking(new TrackedDocuments(keyField, remembered, emitInitial));
	}

	static ofValue(remembered: ResultCheckpoint | undefined, emitInitial = false): Tracking {
		return new Tracking(new TrackedValue(remembered, emitInitial));
	}

	/** Compares a result with the one before, and accepts it. */
	take(result: JSONValue): Pick<ResultUpdate, 'events' | 'warning'> {
		const { events, warning, checkpoint, accept } = this.tracker.compare(result);
		accept();
		this.remembered = checkpoint;
		return { events, ...(warning !== undefined && { warning }) };
	}
}
