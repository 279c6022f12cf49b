import { ADVICE } from '../advice';
import { ConvexFailure } from '../failure';
import type { SystemFunction } from '../functions/systemFunctions';
import { PERMISSION_NEEDED } from './knownFailures';

const UNCAUGHT_ERROR = /^Uncaught Error: /;

/** What a key needs for most of Convex's own functions. */
const PERMISSIONS = { query: 'deployment:data:view', mutation: 'deployment:data:write' };

/**
 * The same failure, of a function of Convex's own, where it means something else than that of an app's
 * function. They ask for a key's permission themselves and throw what it lacks, before they do anything
 * (system-udfs/convex/_system/server.ts `requireOperation`). A deployment that hides what is thrown hides
 * that as well, also from keys (crates/application/src/{log_visibility,redaction}.rs; Convex's cloud decides
 * by code that is not public), and its logs tell nothing of these functions (function_log.rs).
 */
export function systemFailure(
	failure: ConvexFailure,
	{ operation, permission = PERMISSIONS[operation] }: SystemFunction,
): ConvexFailure {
	if (failure.reason === 'hidden') {
		const effects = operation === 'mutation' ? ' Nothing of it was written.' : '';
		return failure.with({
			advice: `This deployment hides what happened. Most often the deploy key lacks the permission '${permission}'; otherwise it was more than Convex allows at once (docs.convex.dev/production/state/limits).${effects}`,
		});
	}
	if (!UNCAUGHT_ERROR.test(failure.message)) return failure;
	const text = failure.message.replace(UNCAUGHT_ERROR, '');
	const { text: refusal, reason, kind, help } = PERMISSION_NEEDED;
	const match = refusal.exec(text);
	if (match === null) return failure;
	const details = { ...failure.details, kind, outcome: 'notExecuted' } as const;
	return new ConvexFailure(text, help(match) ?? ADVICE[reason], details, reason);
}
