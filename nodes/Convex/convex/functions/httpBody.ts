import { inputFailure } from '../failure';

const MEBIBYTE = 2 ** 20;

/** What Convex takes and gives (HTTP_ACTION_BODY_LIMIT of crates/udf/src/http_action.rs). */
export const MAX_HTTP_BODY_BYTES = 20 * MEBIBYTE;

/** @throws ConvexFailure (`input`) for a request that Convex would not take */
export function checkBodyLength(bytes: number): void {
	if (bytes <= MAX_HTTP_BODY_BYTES) return;
	throw inputFailure(
		`The body has ${(bytes / MEBIBYTE).toFixed(1)} MiB, and an HTTP action takes 20 MiB at most`,
		'Send less, for example in several items. A larger file can be uploaded to the file storage of Convex.',
	);
}
