import type { FailureReason } from '../advice';

/** What Convex says of the key of a credential holds for a whole run: nothing is gained by asking again. */
export const KEY_REFUSALS: ReadonlySet<FailureReason> = new Set([
	'deployKeyRefused',
	'deployKeyNeeded',
	'permissionNeeded',
]);
