import type { SessionOperation } from '../../convex/functions/functionCall';
import type { UserIdentity } from '../../convex/deployment/identity';
import type { CallContext, Caller } from '../caller';
import type { OutageThresholds } from './outage';

/** A run waits as long as calls over HTTP are sent again without any answer. */
export const SESSION_THRESHOLDS: OutageThresholds = { firstCheckMs: 60_000, prolongedMs: 60_000 };

export interface SessionOptions {
	context: CallContext;
	caller: Caller;
	/** The user to act as, if any; needs a deploy key. */
	identity: UserIdentity | undefined;
	/** What is called: all calls of a session are of one type. */
	operation: SessionOperation;
	/** Ends the session at once. */
	cancelSignal: AbortSignal | undefined;
	/** How long calls wait for a connection, and those that were sent for any answer. */
	thresholds: OutageThresholds;
}
