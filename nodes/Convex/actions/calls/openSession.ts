import type { SessionOperation } from '../../convex/functions/functionCall';
import type { OutageThresholds } from '../../transport/live/outage';
import { Session } from '../../transport/live/session';
import type { CallRunner } from './callRunner';
import type { PreparedCall } from './prepareCall';

/**
 * A session for an item and those behind it that are of the same caller.
 *
 * @throws ConvexFailure (`input`) on a host without WebSockets
 */
export function openSession(
	{ context }: Pick<CallRunner, 'context'>,
	{ itemCaller, options: { identity } }: PreparedCall,
	operation: SessionOperation,
	thresholds: OutageThresholds,
): Session {
	return new Session({
		context,
		caller: itemCaller,
		identity,
		operation,
		cancelSignal: context.getExecutionCancelSignal?.(),
		thresholds,
	});
}
