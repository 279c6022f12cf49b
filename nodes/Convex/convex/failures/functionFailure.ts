import type { JSONValue } from 'convex/values';
import { ADVICE, type AdvisedReason } from '../advice';
import { ConvexFailure, failureOf } from '../failure';
import type { FunctionOperation } from '../functions/functionCall';
import { isPlainObject } from '../values/plainObject';
import { KNOWN_FAILURES, KNOWN_THROWS } from './knownFailures';

/** An answer with `status: "error"`. */
export interface FunctionErrorAnswer {
	operation: FunctionOperation;
	errorMessage: string;
	/** Present for a `ConvexError` only. */
	errorData: JSONValue | undefined;
	logLines: string[];
}

const REQUEST_ID_PREFIX = /^\[Request ID: ([^\]]*)\] Server Error\s*/;

/**
 * A frame of a stack, as the backend writes it (crates/common/src/errors.rs, `FrameData`): it ends in
 * a place, so that a person's line such as "    at step 3" is none.
 */
const FRAME =
	/^ {4}at .*(?::\d{1,9}:\d{1,9}\)?|:\d{1,9}\)|<anonymous>(?::\d{1,9}){0,2}\)?|native\))$/;

/** The one frame that has no place; some versions of the backend give it `Promise.all`'s own behind. */
const PROMISE_ALL = /^ {4}at async Promise\.all \(index \d{1,9}\)/;

/**
 * What a function's `await ctx.runQuery(…)` puts before the text of an error in the function that it
 * called: it throws an Error, or a ConvexError, of that whole text (npm-packages/convex
 * src/server/impl/syscall.ts).
 */
const RETHROWN = /^Uncaught (?:\(in promise\) )?(?:Convex)?Error: (?=Uncaught\b)/;

/** What stands before the text of an error that nobody gave a name. */
const UNCAUGHT_ERROR = /^Uncaught (?:\(in promise\) )?Error: /;

/** What is known when a function, or Convex on its behalf, reports a failure (HTTP 200). */
export function functionFailure(answer: FunctionErrorAnswer): ConvexFailure {
	const { operation, errorData } = answer;
	const requestId = REQUEST_ID_PREFIX.exec(answer.errorMessage)?.[1];
	const { text, place } = innermost(answer.errorMessage.replace(REQUEST_ID_PREFIX, ''));
	const found = {
		...(answer.logLines.length > 0 && { logLines: answer.logLines }),
		...(requestId !== undefined && { requestId }),
		retryable: false,
	};
	const cursorReason = isInvalidCursor(text, errorData) ? 'invalidCursor' : undefined;
	const isRolledBack = operation === 'query' || operation === 'mutation';
	const left = isRolledBack ? '' : effectsOf(operation);
	if (errorData !== undefined) {
		const failure = failureOf(
			cursorReason ?? 'convexError',
			text === '' ? `ConvexError: ${describeErrorData(errorData)}` : text,
			{ kind: 'application', errorData, ...found, outcome: 'failed' },
		);
		return left === '' ? failure : failure.with({ advice: `${failure.description}${left}` });
	}
	for (const known of KNOWN_FAILURES) {
		const { reason, kind = 'function', outcome = 'notExecuted', help } = known;
		const match = known.text.exec(text);
		if (match === null) continue;
		const effects = outcome === 'failed' ? effectsOf(operation) : '';
		const advice = help?.(match) ?? helpOn(reason);
		return new ConvexFailure(text, `${advice}${effects}`, { kind, ...found, outcome }, reason);
	}
	const details = { kind: 'function', ...found, outcome: 'failed' } as const;
	if (text === '') {
		const advice = `${hiddenDescription(requestId)}${left}`;
		return new ConvexFailure('Server Error', advice, details, 'hidden');
	}
	const reason = cursorReason ?? knownThrow(text);
	const advice = thrownDescription(operation, place);
	return reason === undefined
		? new ConvexFailure(text, advice, details, 'thrown')
		: new ConvexFailure(text, `${advice} ${helpOn(reason)}`, details, reason);
}

/**
 * Whether a cursor does not fit the query any more, because the query's own bounds depend on data that
 * changed (convex-js src/react/use_paginated_query.ts).
 */
function isInvalidCursor(text: string, errorData: JSONValue | undefined): boolean {
	return (
		text.includes('InvalidCursor') ||
		(isPlainObject(errorData) &&
			errorData.isConvexSystemError === true &&
			errorData.paginationError === 'InvalidCursor')
	);
}

function describeErrorData(errorData: JSONValue): string {
	if (typeof errorData === 'string') return errorData;
	try {
		return JSON.stringify(errorData);
	} catch {
		// A server that is not Convex may nest it more deeply than the stack goes.
		return 'with data that is nested too deeply to be shown';
	}
}

/** Production deployments hide what happened (docs.convex.dev/functions/error-handling). */
function hiddenDescription(requestId: string | undefined): string {
	const where =
		requestId === undefined
			? 'on the Logs page of the Convex dashboard'
			: `on the Logs page of the Convex dashboard, under the request ID ${requestId}`;
	return `This production deployment hides what happened. Look it up ${where}. A function can throw a ConvexError to tell its callers more.`;
}

/**
 * The text of the error that was thrown first, and where. An error in a called function comes with
 * the text and stack of each call around it: `Uncaught Error: Uncaught Error: boom`, then the stacks,
 * the innermost first, with a blank line behind each. Lines that look like frames and have text of
 * the error behind them are part of it.
 */
function innermost(errorMessage: string): { text: string; place: string | undefined } {
	const lines = errorMessage.trimEnd().split('\n');
	const textLength = lines.findLastIndex((line) => line.trim() !== '' && !isFrame(line)) + 1;
	let text = lines.slice(0, textLength).join('\n').trim();
	for (let outer = RETHROWN.exec(text); outer !== null; outer = RETHROWN.exec(text)) {
		text = text.slice(outer[0].length);
	}
	return {
		text,
		place: lines
			.slice(textLength)
			.find((line) => line.trim() !== '' && !PROMISE_ALL.test(line))
			?.trim(),
	};
}

function isFrame(line: string): boolean {
	return FRAME.test(line) || PROMISE_ALL.test(line);
}

function knownThrow(text: string): AdvisedReason | undefined {
	const thrown = text.replace(UNCAUGHT_ERROR, '');
	return KNOWN_THROWS.find((candidate) => candidate.text.test(thrown))?.reason;
}

/** Without advice to repeat the call: what a function threw, it throws again. */
function helpOn(reason: AdvisedReason): string {
	const advice = ADVICE[reason];
	return typeof advice === 'string' ? advice : advice.help;
}

function thrownDescription(operation: FunctionOperation, place: string | undefined): string {
	const thrown = place === undefined ? 'The function threw.' : `Thrown ${place}.`;
	return `${thrown}${effectsOf(operation)}`;
}

/** What became of what a function did before it failed. */
function effectsOf(operation: FunctionOperation): string {
	switch (operation) {
		case 'query':
			return '';
		case 'mutation':
			return ' Nothing was written: a mutation that fails is rolled back.';
		case 'action':
		case 'run':
			return ' What an action did before it failed is not undone.';
	}
}
