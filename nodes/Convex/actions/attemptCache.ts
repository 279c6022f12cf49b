import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';

/** The output items of an item, or how they are made when all items of the run have ended. */
export type ItemOutput = INodeExecutionData[] | (() => INodeExecutionData[]);

/** How an item ended in an earlier attempt of the same node run. */
export type EndedItem =
	{ status: 'succeeded'; items: ItemOutput } | ({ status: 'unknown' } & EndedByFailure);

export interface EndedByFailure {
	failure: ConvexFailure;
	/** Whether the reason is the item's own, or one that all items of the run, or of an import, share. */
	scope: 'item' | 'run';
}

/** The items of one node run that must not be sent again when n8n retries the node. */
export interface AttemptCache {
	get: (itemIndex: number) => EndedItem | undefined;
	set: (itemIndex: number, ended: EndedItem) => void;
	/** Whether n8n makes no attempt after this one. */
	isLast: boolean;
	/** The functions that gave a call for many items something else than a list with an entry for each. */
	wholeResults: Set<string>;
	/** Ends an attempt. The cache is dropped unless n8n makes another one. */
	endAttempt: (failed: boolean) => void;
}

const CONTEXT_KEY = 'convexAttempts';

/** For a run whose attempts know nothing of each other. */
export function singleAttempt(): AttemptCache {
	return {
		get: () => undefined,
		set: () => {},
		isLast: true,
		wholeResults: new Set(),
		endAttempt: () => {},
	};
}

/**
 * n8n's Retry On Fail runs the whole node again, also the items that succeeded, when the node threw
 * or its first output item has an `error`. While the setting is on, this cache keeps what has ended
 * between the attempts of one run, and no longer.
 */
export function openAttemptCache(context: IExecuteFunctions): AttemptCache {
	if (context.getNode().retryOnFail !== true) return singleAttempt();
	return isToolCall(context) ? cacheOfToolCall(context) : cacheOfNodeRun(context);
}

/** Whether an AI Agent runs the node. n8n 2.0 and older do not say so, but only the context of a tool counts its own runs. */
export function isToolCall(context: IExecuteFunctions): boolean {
	return context.isToolExecution?.() ?? 'getNextRunIndex' in context;
}

function cacheOfNodeRun(context: IExecuteFunctions): AttemptCache {
	const nodeContext = context.getContext('node');
	const { $runIndex: runIndex } = context.getWorkflowDataProxy(0);
	const kept: unknown = nodeContext[CONTEXT_KEY];
	const attempts =
		kept instanceof Attempts && kept.runIndex === runIndex ? kept : new Attempts(runIndex);
	nodeContext[CONTEXT_KEY] = attempts;
	attempts.count += 1;
	const isLast = attempts.count >= maxTries(context.getNode().maxTries);
	return attempts.cache(isLast, (failed) => {
		if (!failed || isLast) delete nodeContext[CONTEXT_KEY];
	});
}

/**
 * An AI Agent may call a tool several times at once, with the same arguments too, and each attempt
 * has a run index of its own. What the attempts of one call share is the object with its arguments
 * (n8n-core get-input-connection-data), which is gone when the call is.
 */
function cacheOfToolCall(context: IExecuteFunctions): AttemptCache {
	const call = context.getInputData()[0]?.json;
	if (call === undefined) return singleAttempt();
	const attempts = attemptsByToolCall.get(call) ?? new Attempts(undefined);
	attemptsByToolCall.set(call, attempts);
	return attempts.cache(true, () => {});
}

class Attempts {
	count = 0;

	private readonly ended = new Map<number, EndedItem>();

	private readonly wholeResults = new Set<string>();

	constructor(readonly runIndex: unknown) {}

	cache(isLast: boolean, endAttempt: AttemptCache['endAttempt']): AttemptCache {
		return {
			get: (itemIndex) => this.ended.get(itemIndex),
			set: (itemIndex, ended) => this.ended.set(itemIndex, ended),
			isLast,
			wholeResults: this.wholeResults,
			endAttempt,
		};
	}
}

const attemptsByToolCall = new WeakMap<object, Attempts>();

/** As n8n-core counts them (`getRetryParams` in workflow-execute). */
function maxTries(setting: number | undefined): number {
	return Math.min(5, Math.max(2, setting || 3));
}
