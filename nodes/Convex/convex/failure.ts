import type { JSONValue } from 'convex/values';

/**
 * What went wrong with a call, in the words a workflow sees on its error branch.
 *
 * - `function`: the function was refused or threw (its own text is the message).
 * - `application`: the function threw a `ConvexError`; its data is in `errorData`.
 * - `deployment`: Convex itself answered with a failure: key, permission, load, paused, outage.
 * - `network`: there was no whole answer.
 * - `input`: the node's parameters or the credential were refused before anything was sent.
 */
export type FailureKind = 'function' | 'application' | 'deployment' | 'network' | 'input';

/**
 * What is known about the function's effects.
 *
 * - `notExecuted`: it did not start, so nothing changed.
 * - `failed`: it ran and did not complete. A mutation was rolled back; an action may have had effects.
 * - `unknown`: the answer was lost, so it may have run to its end.
 */
export type FailureOutcome = 'notExecuted' | 'failed' | 'unknown';

export interface FailureDetails {
	functionPath?: string;
	operation?: string;
	kind: FailureKind;
	/** The data of a `ConvexError`, in the format the call asked for. */
	errorData?: JSONValue;
	logLines?: string[];
	/** Convex's code for a platform failure, or the network's (`ECONNREFUSED`). */
	code?: string;
	httpStatus?: number;
	requestId?: string;
	/** Whether sending the same call again is safe and may succeed. */
	retryable?: boolean;
	outcome: FailureOutcome;
}

/** A call that did not succeed: what happened (`message`) and how to get unstuck (`description`). */
export class ConvexFailure extends Error {
	override readonly name = 'ConvexFailure';

	constructor(
		message: string,
		readonly description: string,
		readonly details: FailureDetails,
	) {
		super(message);
	}

	/** What happened and what to do, for a place that shows one text only. */
	get sentences(): string {
		const end = /[.!?]$/.test(this.message) ? '' : '.';
		return `${this.message}${end} ${this.description}`;
	}

	/** The same failure, saying also which call it was. What it says already stays. */
	ofCall(names: Pick<FailureDetails, 'functionPath' | 'operation'>): ConvexFailure {
		return new ConvexFailure(this.message, this.description, { ...names, ...this.details });
	}
}

/** A parameter or credential field that is refused before anything is sent. */
export function inputFailure(message: string, description: string): ConvexFailure {
	return new ConvexFailure(message, description, {
		kind: 'input',
		retryable: false,
		outcome: 'notExecuted',
	});
}
