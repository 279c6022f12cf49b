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
	/** How long the server asks to wait before that. */
	retryAfterMs?: number;
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
		return joinSentences(this.message, this.description);
	}

	/**
	 * The same failure, saying also which call it was. What it says already stays.
	 *
	 * Who calls may see the message only, as a model does that uses the node as its tool. So where a
	 * mutation or action may have run although its answer was lost, the message itself warns of
	 * repeating it, and nothing advises to. `run` takes functions of any type.
	 */
	ofCall(names: Pick<FailureDetails, 'functionPath' | 'operation'>): ConvexFailure {
		const { message, description, details } = this;
		const named = { ...names, ...details };
		const mayHaveRun =
			named.outcome === 'unknown' && named.operation !== undefined && named.operation !== 'query';
		return mayHaveRun && details.operation === undefined
			? new ConvexFailure(
					joinSentences(withoutRepeatAdvice(message), MAY_HAVE_RUN),
					joinSentences(withoutRepeatAdvice(description), WHERE_TO_CHECK),
					named,
				)
			: new ConvexFailure(message, description, named);
	}
}

const MAY_HAVE_RUN =
	'The function may have run: do not call it again before checking that in Convex.';
const WHERE_TO_CHECK =
	'The Logs page of the Convex dashboard and the data itself show whether it ran.';

/**
 * Texts of Convex and of ours give it for calls that may be repeated. That a mutation failed "on every
 * subsequent retry" is what happened.
 */
const REPEAT_ADVICE =
	/\b(?:try|run|send|call)\b.{0,80}\bagain\b|(?<!subsequent )\bretry\b|'Maximum Retries'/is;

function withoutRepeatAdvice(text: string): string {
	const sentences = text.split(/(?<=[.!?])\s+/);
	const others = sentences.filter((sentence) => !REPEAT_ADVICE.test(sentence));
	return others.length === sentences.length ? text : others.join(' ');
}

function joinSentences(first: string, second: string): string {
	if (first === '') return second;
	return `${first}${/[.!?]$/.test(first) ? '' : '.'} ${second}`;
}

/** The call was in flight when the execution ended. n8n does not say which of both ended it. */
export function executionCancelled(): ConvexFailure {
	return new ConvexFailure(
		"The execution was cancelled during the call, by a user or by the workflow's time limit",
		"The time limit is set in the workflow's settings ('Timeout Workflow'). Run the workflow again.",
		{ kind: 'network', retryable: true, outcome: 'unknown' },
	);
}

/** A parameter or credential field that is refused before anything is sent. */
export function inputFailure(message: string, description: string): ConvexFailure {
	return new ConvexFailure(message, description, {
		kind: 'input',
		retryable: false,
		outcome: 'notExecuted',
	});
}
