import { failureOf, type ConvexFailure } from '../failure';
import type { DeploymentResponse } from '../functions/functionCall';
import { STATUS_OK, unreadableAnswer } from './functionResponse';
import { parseJsonObject } from '../values/jsonText';
import { platformFailure } from '../failures/platformFailure';

/** Gives the latest snapshot, for `/api/query_at_ts` (convex-backend crates/local_backend/src/public_api.rs). */
export const TIMESTAMP_PATH = '/api/query_ts';

export type TimestampResult =
	{ status: 'success'; timestamp: string } | { status: 'failure'; failure: ConvexFailure };

export function parseTimestampResponse(response: DeploymentResponse): TimestampResult {
	if (response.httpStatus !== STATUS_OK) {
		return { status: 'failure', failure: platformFailure('query', response) };
	}
	const timestamp = parseJsonObject(response.body)?.ts;
	return typeof timestamp === 'string'
		? { status: 'success', timestamp }
		: { status: 'failure', failure: unreadableAnswer('query', response) };
}

/**
 * A query at a snapshot that is too old fails like any outage: with 503 and no code of its own
 * (convex-backend crates/errors/src/lib.rs `OutOfRetention`).
 */
export function snapshotFailure(failure: ConvexFailure): ConvexFailure {
	const { httpStatus, code } = failure.details;
	if (httpStatus !== 503 || code !== 'InternalServerError') return failure;
	return failureOf(
		'snapshotGone',
		'Convex could not read the snapshot, probably because it is too old',
		{ kind: 'deployment', code: 'SnapshotGone', retryable: false, outcome: 'notExecuted' },
	);
}
