import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';

/** How an item ended in an earlier try of the same node run. */
export type EndedItem =
	| { status: 'succeeded'; items: INodeExecutionData[] }
	| { status: 'unknown'; failure: ConvexFailure };

/** The items of one node run that must not be sent again when n8n tries the node once more. */
export interface RetryMemory {
	recall: (itemIndex: number) => EndedItem | undefined;
	remember: (itemIndex: number, ended: EndedItem) => void;
	/** Ends a try. The memory is dropped unless n8n is going to try again. */
	endTry: (failed: boolean) => void;
}

const CONTEXT_KEY = 'convexRetryMemory';
const NO_MEMORY: RetryMemory = { recall: () => undefined, remember: () => {}, endTry: () => {} };

/**
 * n8n's Retry On Fail runs the whole node again, also the items that succeeded, when the node threw
 * or its first output item has an `error`. While the setting is on, this memory keeps what has ended
 * in the node's context, which survives the tries of one run and nothing else.
 */
export function openRetryMemory(context: IExecuteFunctions): RetryMemory {
	const node = context.getNode();
	if (node.retryOnFail !== true) return NO_MEMORY;
	const nodeContext = context.getContext('node');
	const run = runOf(context);
	const kept: unknown = nodeContext[CONTEXT_KEY];
	const runs = kept instanceof TriesByRun ? kept : new TriesByRun();
	nodeContext[CONTEXT_KEY] = runs;
	const tries = runs.get(run) ?? new Tries();
	runs.set(run, tries);
	tries.count += 1;
	return {
		recall: (itemIndex) => tries.ended.get(itemIndex),
		remember: (itemIndex, ended) => tries.ended.set(itemIndex, ended),
		endTry: (failed) => {
			if (failed && tries.count < maxTries(node.maxTries)) return;
			runs.delete(run);
			if (runs.size === 0) delete nodeContext[CONTEXT_KEY];
		},
	};
}

class Tries {
	count = 0;

	readonly ended = new Map<number, EndedItem>();
}

/** An AI Agent may call a tool several times at once, so several runs may be under way. */
class TriesByRun extends Map<string, Tries> {}

/**
 * Names the run that a try belongs to. As a tool of an AI Agent each try has a run index of its own
 * (n8n-core get-input-connection-data), and only what the model asked for stays the same.
 */
function runOf(context: IExecuteFunctions): string {
	if (context.isToolExecution()) return JSON.stringify(context.getInputData());
	const { $runIndex: runIndex } = context.getWorkflowDataProxy(0);
	return String(runIndex);
}

/** As n8n-core counts them (`getRetryParams` in workflow-execute). */
function maxTries(setting: number | undefined): number {
	return Math.min(5, Math.max(2, setting || 3));
}
