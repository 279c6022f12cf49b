import type { FailureReason } from '../advice';
import { isRead, type ConvexFailure } from '../failure';
import { quote } from '../values/quote';
import { parseRefusedArgument } from './refusedArguments';

const TELL_USER = 'tell the user';

const CORRECT = `Correct the arguments and call the tool again; if the tool has no such argument, ${TELL_USER}.`;
const ASK_FOR_LESS = `Ask for less in one call, or ${TELL_USER}.`;
const USE_ID = `Use an ID that one of your tools gave, exactly as it was written; if you have none, ${TELL_USER}.`;

/** What a model can do about a failure itself, by its reason. Everything else is for the user. */
const MODEL_ADVICE: Partial<Record<FailureReason, string>> = {
	badArguments: CORRECT,
	notBase64: CORRECT,
	filterRefused: CORRECT,
	schemaMismatch: CORRECT,
	valueTooLarge: CORRECT,
	argumentsTooLarge: ASK_FOR_LESS,
	requestTooLarge: ASK_FOR_LESS,
	resultTooLarge: ASK_FOR_LESS,
	limitExceeded: ASK_FOR_LESS,
	documentNotFound: USE_ID,
	fileNotFound: USE_ID,
	invalidCursor: 'Start again without a cursor.',
	importFailed: `If what it says is about a row, correct that row and call the tool again with all of them; otherwise ${TELL_USER}.`,
	convexError: `The app refused the call. If what it says is about the arguments, correct them and call the tool again; otherwise ${TELL_USER}.`,
	thrown: `If what it says is about the arguments, correct them and call the tool again; otherwise ${TELL_USER}.`,
	hidden: `The app does not say why. Check the arguments once; if they are right, ${TELL_USER}.`,
	refusedByAction: `The app refused the request. If its answer is about the arguments, correct them and call the tool again; otherwise ${TELL_USER}.`,
};

/** How much of a message a model is given, in characters: an app's error may have a megabyte of data. */
const MAX_MESSAGE_LENGTH = 5_000;

/** Of a longer one, so much is its end, which says whether the call may be repeated. */
const MESSAGE_END_LENGTH = 500;

/**
 * A failure as a model gets it that uses the node as its tool. Of an error it sees the message and
 * nothing else, so what to do stands there too: in words about the tool's arguments, as a model can
 * set no option of the node.
 */
export function toModelFailure(failure: ConvexFailure): ConvexFailure {
	const message = shortened(failure.message);
	const end = /[.!?]$/.test(message) ? '' : '.';
	return failure.with({ message: `${message}${end} ${adviceForModel(failure)}` });
}

function shortened(message: string): string {
	if (message.length <= MAX_MESSAGE_LENGTH) return message;
	const start = message.slice(0, MAX_MESSAGE_LENGTH - MESSAGE_END_LENGTH).toWellFormed();
	return `${start} … ${message.slice(-MESSAGE_END_LENGTH).toWellFormed()}`;
}

function adviceForModel(failure: ConvexFailure): string {
	const { message, reason, description, details, mayHaveRun } = failure;
	if (mayHaveRun) return 'Tell the user what may have happened.';
	// Only the advice says what the value has to be.
	if (reason === 'invalidParameter') return `${description} ${CORRECT}`;
	const advice = MODEL_ADVICE[reason];
	if (advice !== undefined) {
		return [...argumentHelp(message), advice, ...warningOfRepeat(failure)].join(' ');
	}
	if (details.retryable === true) return `Call the tool once more; if it fails too, ${TELL_USER}.`;
	return `Other arguments do not help: ${TELL_USER}. ${description}`;
}

/** What is neither an action nor an HTTP action is rolled back where it fails. */
const ACTIONS: ReadonlySet<string | undefined> = new Set(['action', 'run', 'call']);

function warningOfRepeat({ details }: ConvexFailure): string[] {
	const { operation, outcome } = details;
	if (!ACTIONS.has(operation) || isRead(details) || outcome !== 'failed') return [];
	return [
		`Before it failed, an action may have done part of its work, which another call does again: if that can do harm, ${TELL_USER} first.`,
	];
}

/** How to correct what Convex's validator names. */
function argumentHelp(message: string): string[] {
	const refused = parseRefusedArgument(message);
	switch (refused?.kind) {
		case 'missing':
			return [`Give ${quote(refused.name)}.`];
		case 'unknown':
			return [`Leave ${quote(refused.name)} out.`];
		case 'id':
			return [`Use an ID of ${quote(refused.table)} that one of your tools gave.`];
		case 'digits':
			// JSON has no int64: the setting of the tool makes one.
			return refused.isInt64 ? [] : ['Give a number, not text with digits.'];
		default:
			return [];
	}
}
