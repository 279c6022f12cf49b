import type { JSONValue } from 'convex/values';
import type { Caller } from './identity';

/** What an endpoint runs: one type of function, or any. */
export type Requested = 'query' | 'mutation' | 'action' | 'any';

export interface FunctionRequest {
	requested: Requested;
	/** `''` for the app itself. */
	componentPath: string;
	path: string;
	args: JSONValue;
	caller: Caller;
	/** A query's: the timestamp, in nanoseconds, as of which it reads; the latest unless given. */
	at?: bigint;
}
