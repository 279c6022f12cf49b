import { ConvexFailure } from '../../nodes/Convex/convex/failure';

/** The failure that a call throws. */
export function failureOf(call: () => unknown): ConvexFailure {
	let thrown: unknown;
	try {
		call();
	} catch (error) {
		thrown = error;
	}
	if (thrown instanceof ConvexFailure) return thrown;
	throw new Error(`Expected a ConvexFailure, got ${String(thrown)}`, { cause: thrown });
}

/** Expects a call to be refused before anything is sent, in these words. */
export function expectRefusal(call: () => unknown, message: string, description: RegExp): void {
	const failure = failureOf(call);
	expect(failure.message).toBe(message);
	expect(failure.description).toMatch(description);
	expect(failure.details).toEqual({ kind: 'input', retryable: false, outcome: 'notExecuted' });
}
