import { platformFailure } from '../failures/platformFailure';
import type { ConvexFailure } from '../failure';
import type { DeploymentResponse } from '../functions/functionCall';
import { parseJsonObject } from '../values/jsonText';
import { STATUS_OK, unreadableAnswer } from './functionResponse';

export type UploadResult =
	{ status: 'success'; storageId: string } | { status: 'failure'; failure: ConvexFailure };

const STORAGE_ID = /^[\w-]{1,200}$/;

/** Reads the answer to an upload: `{"storageId": "…"}` (convex-backend crates/local_backend/src/storage.rs). */
export function parseUploadResponse(response: DeploymentResponse): UploadResult {
	if (response.httpStatus !== STATUS_OK) {
		return { status: 'failure', failure: platformFailure('mutation', response) };
	}
	const storageId = parseJsonObject(response.body)?.storageId;
	return typeof storageId === 'string' && STORAGE_ID.test(storageId)
		? { status: 'success', storageId }
		: { status: 'failure', failure: unreadableAnswer('mutation', response) };
}
