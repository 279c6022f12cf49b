import type { JSONValue } from 'convex/values';

/** A function and its arguments as a client sent them, encoded, before anything is checked. */
export interface ReceivedCall {
	path: string;
	args: JSONValue;
}

const MAX_CALLS = 20;

/** The newest calls of clients, oldest first; those before are dropped, so that it does not grow. */
export class ReceivedCalls {
	private calls: ReceivedCall[] = [];

	/** @param args the object of arguments, or a list of it alone, as Convex's own clients send it */
	add(path: string, args: JSONValue): void {
		const [object = {}] = Array.isArray(args) ? args : [args];
		this.calls = [...this.calls, { path, args: object }].slice(-MAX_CALLS);
	}

	all(): ReceivedCall[] {
		return this.calls;
	}
}
