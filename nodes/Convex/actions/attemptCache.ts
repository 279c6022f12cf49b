import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';

/** The output items of an item, or how they are made when all items of the run have ended. */
export type ItemOutput = INodeExecutionData[] | (() => INodeExecutionData[]);

/** How an item ended. */
export type EndedItem =
	{ status: 'succeeded'; items: ItemOutput } | ({ status: 'failed' | 'unknown' } & EndedByFailure);

export interface EndedByFailure {
	failure: ConvexFailure;
	/** Whether the reason is the item's own, or one that all items of the run, or of an import, share. */
	scope: 'item' | 'run';
}

/** The items of one node run that must not be sent again when n8n retries the node. */
export interface AttemptCache {
	get: (itemIndex: number) => EndedItem | undefined;
	set: (itemIndex: number, ended: EndedItem) => void;
	/** Whether n8n makes no attempt after this one, whatever becomes of it. */
	isLast: boolean;
	/** The functions that gave a call for many items something else than a list with an entry for each. */
	wholeResults: Set<string>;
	/** Forgets how items ended, in this attempt or before. */
	forget: () => void;
}

/** For a run that has no other attempts. */
function singleAttempt(): AttemptCache {
	return {
		get: () => undefined,
		set: () => {},
		isLast: true,
		wholeResults: new Set(),
		forget: () => {},
	};
}

/**
 * n8n's Retry On Fail runs the whole node again, also the items that succeeded, when the node threw
 * or its first output item has an `error`. While the setting is on, this cache keeps what has ended
 * between the attempts of one run.
 */
export function openAttemptCache(context: IExecuteFunctions): AttemptCache {
	if (context.getNode().retryOnFail !== true) return singleAttempt();
	return isToolCall(context) ? cacheOfToolCall(context) : cacheOfNodeRun(context);
}

/** Whether an AI Agent runs the node. n8n 2.0 and older do not say so, but only the context of a tool counts its own runs. */
export function isToolCall(context: IExecuteFunctions): boolean {
	return context.isToolExecution?.() ?? 'getNextRunIndex' in context;
}

/** The attempts of one run of a node share the object that n8n runs it by, and no other run has it. */
function cacheOfNodeRun(context: IExecuteFunctions): AttemptCache {
	const attempts = attemptsOf(context.getExecuteData());
	attempts.count += 1;
	return attempts.cache(attempts.count >= maxTries(context.getNode().maxTries));
}

/**
 * An AI Agent may call a tool several times at once, with the same arguments too, and each attempt
 * has a run index of its own. What the attempts of one call share is the object with its arguments
 * (n8n-core get-input-connection-data).
 */
function cacheOfToolCall(context: IExecuteFunctions): AttemptCache {
	const call = context.getInputData()[0]?.json;
	return call === undefined ? singleAttempt() : attemptsOf(call).cache(true);
}

class Attempts {
	count = 0;

	private readonly ended = new Map<number, EndedItem>();

	private readonly wholeResults = new Set<string>();

	cache(isLast: boolean): AttemptCache {
		const { ended, wholeResults } = this;
		return {
			get: (itemIndex) => ended.get(itemIndex),
			set: (itemIndex, endedItem) => ended.set(itemIndex, endedItem),
			isLast,
			wholeResults,
			forget: () => {
				ended.clear();
				wholeResults.clear();
			},
		};
	}
}

/** What the attempts share is gone with the run, and so is what they know. */
const attemptsByRun = new WeakMap<object, Attempts>();

function attemptsOf(run: object): Attempts {
	const attempts = attemptsByRun.get(run) ?? new Attempts();
	attemptsByRun.set(run, attempts);
	return attempts;
}

/** As n8n-core counts them (`getRetryParams` in workflow-execute). */
function maxTries(setting: number | undefined): number {
	return Math.min(5, Math.max(2, setting || 3));
}
