import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';

/** How an item ended in an earlier try of the same node run. */
export type EndedItem =
	| { status: 'succeeded'; items: INodeExecutionData[] }
	| { status: 'unknown'; failure: ConvexFailure };

/** The items of one node run that must not be sent again when n8n tries the node once more. */
export interface AttemptCache {
	get: (itemIndex: number) => EndedItem | undefined;
	set: (itemIndex: number, ended: EndedItem) => void;
	/** Ends a try. The memory is dropped unless n8n is going to try again. */
	endAttempt: (failed: boolean) => void;
}

const CONTEXT_KEY = 'convexRetryMemory';
export const NO_ATTEMPTS: AttemptCache = {
	get: () => undefined,
	set: () => {},
	endAttempt: () => {},
};

/**
 * n8n's Retry On Fail runs the whole node again, also the items that succeeded, when the node threw
 * or its first output item has an `error`. While the setting is on, this memory keeps what has ended
 * between the tries of one run, and no longer.
 */
export function openAttemptCache(context: IExecuteFunctions): AttemptCache {
	if (context.getNode().retryOnFail !== true) return NO_ATTEMPTS;
	return isToolCall(context) ? toolCallMemory(context) : nodeRunMemory(context);
}

/** n8n 2.0 and older do not say so, but only the context of a tool counts its own runs. */
function isToolCall(context: IExecuteFunctions): boolean {
	return context.isToolExecution?.() ?? 'getNextRunIndex' in context;
}

function nodeRunMemory(context: IExecuteFunctions): AttemptCache {
	const nodeContext = context.getContext('node');
	const { $runIndex: runIndex } = context.getWorkflowDataProxy(0);
	const kept: unknown = nodeContext[CONTEXT_KEY];
	const tries =
		kept instanceof Attempts && kept.runIndex === runIndex ? kept : new Attempts(runIndex);
	nodeContext[CONTEXT_KEY] = tries;
	tries.count += 1;
	return {
		...memoryOf(tries),
		endAttempt: (failed) => {
			if (!failed || tries.count >= maxTries(context.getNode().maxTries)) {
				delete nodeContext[CONTEXT_KEY];
			}
		},
	};
}

/**
 * An AI Agent may call a tool several times at once, with the same arguments too, and each try has a
 * run index of its own. What the tries of one call share is the object with its arguments (n8n-core
 * get-input-connection-data), which is gone when the call is.
 */
function toolCallMemory(context: IExecuteFunctions): AttemptCache {
	const call = context.getInputData()[0]?.json;
	if (call === undefined) return NO_ATTEMPTS;
	const tries = triesOfToolCalls.get(call) ?? new Attempts(undefined);
	triesOfToolCalls.set(call, tries);
	return { ...memoryOf(tries), endAttempt: () => {} };
}

function memoryOf({ ended }: Attempts): Pick<AttemptCache, 'get' | 'set'> {
	return {
		get: (itemIndex) => ended.get(itemIndex),
		set: (itemIndex, end) => ended.set(itemIndex, end),
	};
}

class Attempts {
	count = 0;

	readonly ended = new Map<number, EndedItem>();

	constructor(readonly runIndex: unknown) {}
}

const triesOfToolCalls = new WeakMap<object, Attempts>();

/** As n8n-core counts them (`getRetryParams` in workflow-execute). */
function maxTries(setting: number | undefined): number {
	return Math.min(5, Math.max(2, setting || 3));
}
