import type { JSONValue } from 'convex/values';
import {
	ADVICE,
	type Advice,
	type AdvisedReason,
	type AdviceTable,
	type FailureReason,
} from './advice';
import { withoutRepeatAdvice } from './repeatAdvice';

/**
 * What went wrong with a call, in the words a workflow sees on its error branch.
 *
 * - `function`: the function was refused or threw (its own text is the message).
 * - `application`: the function threw a `ConvexError`; its data is in `errorData`.
 * - `deployment`: Convex itself answered with a failure: key, permission, load, paused, outage.
 * - `network`: there was no whole answer.
 * - `input`: the node's parameters or the credential were refused before anything was sent.
 * - `timeout`: the result that was waited for did not come in time.
 */
export type FailureKind =
	'function' | 'application' | 'deployment' | 'network' | 'input' | 'timeout';

/**
 * What is known about the function's effects.
 *
 * - `notExecuted`: it did not start, so nothing changed.
 * - `failed`: it ran and did not complete. A mutation was rolled back; an action may have had effects.
 * - `unknown`: the answer was lost, so it may have run to its end.
 */
export type FailureOutcome = 'notExecuted' | 'failed' | 'unknown';

export interface FailureDetails {
	/** What the operation works on, unless it is a function: `document`, `file` or `httpAction`. */
	resource?: string;
	functionPath?: string;
	/** The method and path of an HTTP action, without what the user's values made of it. */
	method?: string;
	path?: string;
	operation?: string;
	kind: FailureKind;
	/** The data of a `ConvexError`, in the format the call asked for. */
	errorData?: JSONValue;
	logLines?: string[];
	/** The last result of a query whose result is waited for, in the format the item asked for. */
	lastValue?: JSONValue;
	/** Convex's code for a platform failure, or the network's (`ECONNREFUSED`). */
	code?: string;
	httpStatus?: number;
	/** What an HTTP action answered: its JSON, or how its text begins. */
	body?: JSONValue;
	requestId?: string;
	/** Whether sending the same call again is safe and may succeed. */
	retryable?: boolean;
	/** How long the server asks to wait before that. */
	retryAfterMs?: number;
	outcome: FailureOutcome;
	/** How many items the call was for, where it was one for many: they all failed with it. */
	callItems?: number;
	/** How many rows an import was for. */
	rows?: number;
	/** How many of them were written all the same, at least. */
	rowsWritten?: number;
}

/**
 * A call that did not succeed: what happened (`message`) and why (`reason`), and how to get unstuck
 * (`description`), in the words of the Convex node unless `advisedBy` chose those of another surface.
 */
export class ConvexFailure extends Error {
	override readonly name = 'ConvexFailure';

	readonly advice: Advice;

	constructor(
		message: string,
		advice: Advice | string,
		readonly details: FailureDetails,
		readonly reason: FailureReason = 'other',
	) {
		super(message);
		this.advice = typeof advice === 'string' ? { help: advice } : advice;
	}

	/** How to get unstuck. It advises to make the call again only where that runs nothing twice. */
	get description(): string {
		const { help, repeat = '' } = this.advice;
		const last = this.mayHaveRun
			? warningOf(this.details).check
			: (longWait(this.details) ?? repeat);
		// Advice that was made of a description says it already.
		return help.includes(last) ? help : joinSentences(help, last);
	}

	/** What happened and what to do, for a place that shows one text only. */
	get sentences(): string {
		return joinSentences(this.message, this.description);
	}

	/** Whether it may have changed something although its answer was lost. `run` takes functions of any type. */
	get mayHaveRun(): boolean {
		const { outcome, operation } = this.details;
		return outcome === 'unknown' && operation !== undefined && !isRead(this.details);
	}

	/** The same failure with other words or further details. */
	with({ message = this.message, advice = this.advice, details }: Changes): ConvexFailure {
		return new ConvexFailure(message, advice, { ...this.details, ...details }, this.reason);
	}

	/** The same failure, which says one thing more of what happened. */
	saying(sentence: string): ConvexFailure {
		return this.with({ message: joinSentences(this.message, sentence) });
	}

	/** The same failure with the advice that a surface has for its reason, if it has one. */
	advisedBy(table: AdviceTable): ConvexFailure {
		return this.with({ advice: table[this.reason] });
	}

	/**
	 * The same failure, saying also which call it was. What it says already stays.
	 *
	 * Who calls may see the message only, as a model does that uses the node as its tool. So where a
	 * mutation or action may have run although its answer was lost, the message itself warns of
	 * repeating it, and what Convex says in it does not advise to.
	 */
	ofCall(names: Pick<FailureDetails, CallName>): ConvexFailure {
		const named = this.with({ details: { ...names, ...this.details } });
		if (!named.mayHaveRun || this.mayHaveRun) return named;
		const what = withoutRepeatAdvice(this.message) || statusSentence(this.details.httpStatus);
		return named.with({ message: joinSentences(what, warningOf(named.details).warning) });
	}
}

/** After so long without an answer a run gives up. */
export const RETRY_BUDGET_MS = 60_000;

const MS_PER_MINUTE = 60_000;

/** What to do where a server asks for more time than a run has; no option of the node helps then. */
function longWait({ retryAfterMs = 0 }: FailureDetails): string | undefined {
	if (retryAfterMs < RETRY_BUDGET_MS) return undefined;
	const minutes = Math.ceil(retryAfterMs / MS_PER_MINUTE);
	const time = minutes === 1 ? 'a minute' : `${minutes} minutes`;
	return `The server asks to wait ${time} before the next call.`;
}

/** What says which call it was. */
type CallName = 'resource' | 'functionPath' | 'method' | 'path' | 'operation' | 'callItems';

interface Changes {
	message?: string | undefined;
	advice?: Advice | string | undefined;
	details?: Partial<FailureDetails>;
}

/** Operations that change nothing, of all resources but HTTP actions. */
const READS: ReadonlySet<string> = new Set([
	'query',
	'waitForResult',
	'get',
	'getMany',
	'download',
]);

/**
 * HTTP actions with these methods count as reads although the app's code may do as it likes: HTTP
 * says that they change nothing, and browsers and proxies send them again (RFC 9110 §9.2.1).
 */
const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Whether nothing is changed by what was called. */
export function isRead({ operation = '', method = '' }: FailureDetails): boolean {
	return READS.has(operation) || READING_METHODS.has(method);
}

/** Who calls is warned of what may have had its effect, and told where to look. */
interface LostAnswerWarning {
	warning: string;
	check: string;
}

const OF_FUNCTION: LostAnswerWarning = {
	warning: 'The function may have run: do not call it again before checking that in Convex.',
	check: 'The Logs page of the Convex dashboard and the data itself show whether it ran.',
};

const OF_DATA: LostAnswerWarning = {
	warning: 'The change may have been made: do not repeat it before checking that in Convex.',
	check: 'The Data and Files pages of the Convex dashboard show whether it was made.',
};

/** Nothing refers to a file whose ID nobody was told: it takes space, and changes no data. */
const OF_UPLOAD: LostAnswerWarning = {
	warning: 'The file may have been stored: uploading it once more would store it twice.',
	check:
		'The Files page of the Convex dashboard shows whether it is there, with its size and time. Nothing refers to it, so it can be deleted there.',
};

const OF_HTTP_ACTION: LostAnswerWarning = {
	warning: 'The HTTP action may have run: do not call it again before checking that in Convex.',
	check: OF_FUNCTION.check,
};

function warningOf({ resource, operation }: FailureDetails): LostAnswerWarning {
	if (resource === 'file' && operation === 'upload') return OF_UPLOAD;
	if (resource === 'httpAction') return OF_HTTP_ACTION;
	return resource === 'document' || resource === 'file' ? OF_DATA : OF_FUNCTION;
}

function statusSentence(httpStatus: number | undefined): string {
	return httpStatus === undefined ? '' : `The deployment answered with HTTP status ${httpStatus}`;
}

function joinSentences(first: string, second: string): string {
	if (first === '' || second === '') return first + second;
	return `${first}${/[.!?]$/.test(first) ? '' : '.'} ${second}`;
}

/** A failure whose reason says what to do. */
export function failureOf(
	reason: AdvisedReason,
	message: string,
	details: FailureDetails,
): ConvexFailure {
	return new ConvexFailure(message, ADVICE[reason], details, reason);
}

/** The call was in flight when the execution ended. n8n does not say which of both ended it. */
export function executionCancelled(): ConvexFailure {
	return failureOf(
		'cancelled',
		"The execution was cancelled during the call, by a user or by the workflow's time limit",
		{ kind: 'network', retryable: true, outcome: 'unknown' },
	);
}

/** A parameter that is refused before anything is sent. */
export function inputFailure(
	message: string,
	advice: Advice | string,
	reason: FailureReason = 'invalidParameter',
): ConvexFailure {
	const details = { kind: 'input', retryable: false, outcome: 'notExecuted' } as const;
	return new ConvexFailure(message, advice, details, reason);
}

/** The same for a field of the credential. */
export function credentialFailure(message: string, advice: string): ConvexFailure {
	return inputFailure(message, advice, 'invalidCredential');
}
