import { ADVICE, REQUEST_ADVICE, type Advice, type AdviceTable } from '../advice';
import type { ConvexFailure, FailureDetails } from '../failure';

const { repeat: LATER } = REQUEST_ADVICE.overloaded;
const { repeat: MORE_RETRIES } = ADVICE.overloaded;

/** For requests that call no function of the app's: nobody can have it do less, or give it other arguments. */
export const SYSTEM_ADVICE = {
	...REQUEST_ADVICE,
	badRequest:
		'The deployment refused the request, and its message says why. A version of Convex that is hosted by yourself may be too old: update it.',
	unreadableRequest:
		'The deployment could not read the request. Most often it is larger than 16 MiB: send less data at once.',
	convexError: 'Convex refused the request, and its message says why.',
	thrown: "A function of Convex's own threw, and its message says why.",
	writeConflict: { help: 'Others kept changing the same data at that moment.', repeat: LATER },
	serverTimedOut:
		'The request took longer than the server waits: the deployment is busy, or was asked for too much at once.',
	resultTooLarge: 'The answer would be larger than Convex allows.',
	limitExceeded:
		'The request would read or change more than Convex allows (docs.convex.dev/production/state/limits).',
	headersTooLarge:
		"A proxy in front of the deployment does not take headers of this size: the credential's key is too long for it.",
} satisfies AdviceTable;

const UPLOAD_FUNCTION =
	"'Function' has to be a mutation that returns what ctx.storage.generateUploadUrl() gives.";

/** For the app's own mutation that gives an upload URL, where a call of a function has more to choose from. */
const UPLOAD_FUNCTION_ADVICE = {
	wrongType: UPLOAD_FUNCTION,
	httpAction: UPLOAD_FUNCTION,
	badArguments:
		"Correct 'Arguments (JSON)': the message says what does not match the function's validator.",
	headersTooLarge: SYSTEM_ADVICE.headersTooLarge,
} satisfies AdviceTable;

/** The advice of an operation on documents or files: it names no option that the operation does not have. */
interface DataAdvice {
	/** How to send fewer requests at a time. */
	fewer: string;
	/** How to have less in a request. */
	less: string;
	/** The same for what a request gives. */
	lessBack: string;
}

const CONCURRENT = "Lower 'Concurrency' in the node's options.";
const SIZED = "Lower 'Batch Size' in the node's options.";

const OF_OPERATION: DataAdvice = { fewer: CONCURRENT, less: '', lessBack: '' };

/** Without an option 'Concurrency'. */
const ONE_AT_A_TIME: DataAdvice = {
	...OF_OPERATION,
	fewer: 'Have fewer workflows use it at the same time.',
};

/** By resource and operation, where they have other options than most. */
const OPERATIONS = new Map<string, DataAdvice>([
	['document create', { ...OF_OPERATION, less: SIZED }],
	['document delete', { ...OF_OPERATION, less: SIZED }],
	['document getMany', { ...OF_OPERATION, lessBack: "Lower 'Page Size' in the node's options." }],
	['document import', ONE_AT_A_TIME],
	['file getMany', ONE_AT_A_TIME],
]);

/**
 * The same failure with the advice for an operation on documents or files in the place of that for a call of
 * a function. What was said of this failure in particular stays, and what helps with a function of the app's.
 */
export function dataFailure(
	failure: ConvexFailure,
	{ resource = '', operation = '' }: Pick<FailureDetails, 'resource' | 'operation'>,
): ConvexFailure {
	if (resource !== 'document' && resource !== 'file') return failure;
	const { reason, advice, details } = failure;
	const isOfApp = details.resource === 'function';
	if (isOfApp && !Object.hasOwn(REQUEST_ADVICE, reason)) {
		return failure.advisedBy(UPLOAD_FUNCTION_ADVICE);
	}
	const table = adviceOf(OPERATIONS.get(`${resource} ${operation}`) ?? OF_OPERATION);
	const own = table[reason];
	const general = helpOf(Object.hasOwn(ADVICE, reason) ? GENERAL[reason] : '');
	const start = advice.help.indexOf(general);
	if (own === undefined || start < 0) return failure;
	// Where the function threw is of no use: it is Convex's own.
	const before = details.kind === 'function' ? '' : advice.help.slice(0, start);
	const after = general === '' ? '' : advice.help.slice(start + general.length);
	const { help, ...repeat } = typeof own === 'string' ? { help: own } : own;
	return failure.with({ advice: { help: `${before}${help}${after}`, ...repeat } });
}

const GENERAL: AdviceTable = ADVICE;

function helpOf(advice: Advice | string | undefined = ''): string {
	return typeof advice === 'string' ? advice : advice.help;
}

function adviceOf({ fewer, less, lessBack }: DataAdvice): AdviceTable {
	const sent = (text: string) => joined(text, less);
	const given = (text: string) => joined(text, lessBack);
	const { overloaded, rateLimited, writeConflict, ...texts } = SYSTEM_ADVICE;
	const busy = ({ help }: Advice) => ({ help: joined(help, fewer), repeat: MORE_RETRIES });
	return {
		...texts,
		unreadableRequest: sent(texts.unreadableRequest),
		requestTooLarge: sent(texts.requestTooLarge),
		serverTimedOut: sent(given(texts.serverTimedOut)),
		resultTooLarge: given(texts.resultTooLarge),
		limitExceeded: sent(given(texts.limitExceeded)),
		timedOut: given("Raise 'Timeout' in the node's options."),
		overloaded: busy(overloaded),
		rateLimited: busy({ help: `${rateLimited.help} Raise the proxy's limit.` }),
		writeConflict: busy(writeConflict),
	};
}

function joined(text: string, more: string): string {
	return more === '' ? text : `${text} ${more}`;
}
