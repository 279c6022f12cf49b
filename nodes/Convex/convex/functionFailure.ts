import type { JSONValue } from 'convex/values';
import { ConvexFailure, type FailureKind, type FailureOutcome } from './failure';
import type { FunctionOperation } from './functionCall';

/** An answer with `status: "error"`. */
export interface FunctionErrorAnswer {
	operation: FunctionOperation;
	errorMessage: string;
	/** Present for a `ConvexError` only. */
	errorData: JSONValue | undefined;
	logLines: string[];
}

interface KnownFailure {
	text: RegExp;
	kind: FailureKind;
	outcome: FailureOutcome;
	description: (match: RegExpExecArray, operation: FunctionOperation) => string;
}

/** The types of functions in Convex's sentences, which are the names of the node's operations too. */
const FUNCTION_TYPES = new Set(['Query', 'Mutation', 'Action']);

const NOT_FOUND = /^Could not find (?:public )?function/;

export function isFunctionNotFound({ message }: ConvexFailure): boolean {
	return NOT_FOUND.test(message);
}

/**
 * Failures that Convex itself reports in the place of the function's, each by how its text begins.
 * Sources: convex-backend crates/udf/src/{validation,helpers}.rs, crates/application/src/lib.rs,
 * crates/roles/src/eval.rs, crates/isolate/src/{termination,timeout}.rs. A nested call's failure
 * begins with "Uncaught" and is the function's own.
 */
const KNOWN_FAILURES: KnownFailure[] = [
	{
		text: NOT_FOUND,
		kind: 'function',
		outcome: 'notExecuted',
		description: () =>
			"Check the spelling of 'Function', that the function is deployed to this deployment, and that it is public: internal functions need a credential with a deploy key.",
	},
	{
		text: /^Trying to execute \S+ as \w+, but it is defined as (\w+)/,
		kind: 'function',
		outcome: 'notExecuted',
		description: ([, type = '']) =>
			FUNCTION_TYPES.has(type)
				? `Set 'Operation' to '${type}', or to 'Run by Path', which takes every type.`
				: "HTTP actions are called by their own URL. Choose another function, or another 'Operation'.",
	},
	{
		text: /^(?:ArgumentValidationError|Invalid arguments for)/,
		kind: 'function',
		outcome: 'notExecuted',
		description: () =>
			"The arguments do not match the function's validator. Compare 'Arguments' with it: names, types, and which are required. An int64 needs the argument type 'Int64', bytes need 'Bytes (Base64)' or 'Binary Field'.",
	},
	{
		text: /^Arguments for .* are too large/,
		kind: 'function',
		outcome: 'notExecuted',
		description: () => 'Send less data per call, for example in several items.',
	},
	{
		text: /^ReturnsValidationError/,
		kind: 'function',
		outcome: 'failed',
		description: () =>
			"The function's result does not match its 'returns' validator. This has to be mended in the Convex function.",
	},
	{
		text: /^You do not have permission to perform this operation(?: \(([\w:]+)\))?/,
		kind: 'deployment',
		outcome: 'notExecuted',
		description: ([, permission]) =>
			permission === undefined
				? 'Use a deploy key that has this permission.'
				: `Use a deploy key that has the permission '${permission}'.`,
	},
	{
		text: /^Component path .* not found/,
		kind: 'function',
		outcome: 'notExecuted',
		description: () => 'Check the name of the component in convex.config.ts.',
	},
	{
		text: /^Cannot run functions while this deployment is paused/,
		kind: 'deployment',
		outcome: 'notExecuted',
		description: () => 'Resume the deployment in its settings on the Convex dashboard.',
	},
	{
		text: /^(?:You have exceeded (?:the free plan|your spending) limits|This deployment has been disabled|Cannot run functions while this deployment)/,
		kind: 'deployment',
		outcome: 'notExecuted',
		description: () => 'Open the deployment on the Convex dashboard to see why it is stopped.',
	},
	{
		text: /^(?:Function execution timed out|Your request timed out performing too many system operations|JavaScript execution ran out of memory)/,
		kind: 'function',
		outcome: 'failed',
		description: () =>
			'The function did more than Convex allows in one call (docs.convex.dev/production/state/limits). Give it less to do per call, for example fewer rows.',
	},
];

const REQUEST_ID_PREFIX = /^\[Request ID: ([^\]]*)\] Server Error\s*/;
const STACK_LINE = /^ {4}at \S/;

/** What is known when a function, or Convex on its behalf, reports a failure (HTTP 200). */
export function functionFailure(answer: FunctionErrorAnswer): ConvexFailure {
	const { operation, errorData } = answer;
	const requestId = REQUEST_ID_PREFIX.exec(answer.errorMessage)?.[1];
	const { text, place } = splitStack(answer.errorMessage.replace(REQUEST_ID_PREFIX, ''));
	const found = {
		...(answer.logLines.length > 0 && { logLines: answer.logLines }),
		...(requestId !== undefined && { requestId }),
		retryable: false,
	};
	if (errorData !== undefined) {
		return new ConvexFailure(
			text === '' ? `ConvexError: ${describeErrorData(errorData)}` : text,
			"The function refused the call with a ConvexError: what that means is up to the app. On the error branch, its data is in 'details.errorData'.",
			{ kind: 'application', errorData, ...found, outcome: 'failed' },
		);
	}
	for (const known of KNOWN_FAILURES) {
		const match = known.text.exec(text);
		if (match === null) continue;
		return new ConvexFailure(text, known.description(match, operation), {
			kind: known.kind,
			...found,
			outcome: known.outcome,
		});
	}
	return new ConvexFailure(
		text === '' ? 'Server Error' : text,
		text === '' ? redactedDescription(requestId) : thrownDescription(operation, place),
		{ kind: 'function', ...found, outcome: 'failed' },
	);
}

function describeErrorData(errorData: JSONValue): string {
	return typeof errorData === 'string' ? errorData : JSON.stringify(errorData);
}

/** Production deployments hide what happened (docs.convex.dev/functions/error-handling). */
function redactedDescription(requestId: string | undefined): string {
	const where =
		requestId === undefined
			? 'on the Logs page of the Convex dashboard'
			: `on the Logs page of the Convex dashboard, under the request ID ${requestId}`;
	return `This production deployment hides what happened. Look it up ${where}. A function can throw a ConvexError to tell its callers more.`;
}

/** Parts a text from the stack at its end, of which the innermost place is kept. */
function splitStack(errorMessage: string): { text: string; place: string | undefined } {
	const lines = errorMessage.trimEnd().split('\n');
	const textLength = lines.findLastIndex((line) => !STACK_LINE.test(line)) + 1;
	const text = lines.slice(0, textLength).join('\n').trim();
	return { text, place: lines[textLength]?.trim() };
}

function thrownDescription(operation: FunctionOperation, place: string | undefined): string {
	const thrown = place === undefined ? 'The function threw.' : `Thrown ${place}.`;
	return operation === 'action' || operation === 'run'
		? `${thrown} What an action did before it threw is not undone.`
		: operation === 'mutation'
			? `${thrown} Nothing was written: a mutation that throws is rolled back.`
			: thrown;
}
