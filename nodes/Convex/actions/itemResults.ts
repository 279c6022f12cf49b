import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ConvexFailure } from '../convex/failure';
import { dataFailure } from '../convex/failures/dataFailure';
import { toModelFailure } from '../convex/failures/modelFailure';
import { isAgentTool } from '../transport/agentTool';
import { toErrorBranchItem, toErrorItem, toNodeError } from '../transport/nodeError';
import {
	openAttemptCache,
	singleAttempt,
	type AttemptCache,
	type EndedByFailure,
	type EndedItem,
	type ItemOutput,
} from './attemptCache';
import { continuesOnError, leadsToErrorBranch } from './onError';

type ItemResult = EndedItem | ({ status: 'failed' } & EndedByFailure);

/**
 * The items of one run of the node, handed out in input order. They end in any order; the output is
 * in input order again.
 *
 * Whatever goes wrong becomes either the one error that stops the node or, when the node continues
 * on errors, an error item: n8n would silently send what is thrown then to the success branch.
 */
export class ItemResults {
	private readonly count: number;

	private readonly results: Array<ItemResult | undefined>;

	private attempts: AttemptCache;

	/** Whether the items behind a failed one run too. */
	readonly continues: boolean;

	private readonly hasErrorBranch: boolean;

	/** Whether a model reads what comes out. */
	private readonly isTool: boolean;

	private readonly stopping = new AbortController();

	private readonly cancelSignal: AbortSignal | undefined;

	private nextIndex = 0;

	/** Whether an item failed that may pass in another attempt; what Convex refused fails there again. */
	private mayPass = false;

	/**
	 * Items that failed after another one had stopped the node, for a reason that may pass: they would have
	 * been sent again, so they are not why it stopped.
	 */
	private readonly givenUp = new Set<number>();

	/** @param call what n8n gave the node, where the context has other items: it tells attempts apart */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly resource: string,
		private readonly operation: string,
		call = context,
	) {
		this.count = context.getInputData().length;
		this.results = new Array<ItemResult | undefined>(this.count);
		this.attempts = openAttemptCache(call);
		this.isTool = isAgentTool(context.getNode());
		this.continues = continuesOnError(context);
		this.hasErrorBranch = leadsToErrorBranch(context);
		this.cancelSignal = context.getExecutionCancelSignal?.();
		this.cancelSignal?.addEventListener('abort', this.stop);
		if (this.cancelSignal?.aborted === true) this.stop();
	}

	/** What a failure says of the operation; functions are what failures are of unless they say more. */
	private named(failure: ConvexFailure): ConvexFailure {
		const { resource, operation } = this;
		if (resource === 'function') return failure.ofCall({ operation });
		const names = { operation, resource };
		return dataFailure(failure, names).ofCall(names);
	}

	/** Aborted when no further item may run: one failed that stops the node, or n8n cancelled. */
	get stopped(): AbortSignal {
		return this.stopping.signal;
	}

	/** How many items were not handed out yet. */
	get waiting(): number {
		return this.count - this.nextIndex;
	}

	/** How many items were handed out. */
	get handedOut(): number {
		return this.nextIndex;
	}

	/** Whether at least so many were not, and have not ended in an earlier attempt of n8n's. */
	hasWaiting(count: number): boolean {
		let missing = count;
		for (let itemIndex = this.nextIndex; missing > 0 && itemIndex < this.count; itemIndex++) {
			if (this.attempts.get(itemIndex) === undefined) missing -= 1;
		}
		return missing <= 0;
	}

	/**
	 * Whether n8n certainly makes another attempt, which sends again what failed: what has to be done in
	 * order then waits for it. n8n makes one where the first item that comes out is an error.
	 */
	get waitsForAttempt(): boolean {
		if (!this.mayPass || this.attempts.isLast) return false;
		// What the output of a call for many items will be is not known before the end.
		const first = this.results.find(
			(each) =>
				each?.status !== 'succeeded' || typeof each.items === 'function' || each.items.length > 0,
		);
		return first !== undefined && first.status !== 'succeeded';
	}

	/** The next item to run, by its index; undefined when there is none. */
	next(): number | undefined {
		while (!this.stopped.aborted && this.nextIndex < this.count) {
			const itemIndex = this.nextIndex++;
			const known = this.attempts.get(itemIndex);
			if (known === undefined) return itemIndex;
			this.end(itemIndex, known);
		}
		return undefined;
	}

	/** The output of the items that succeeded in an earlier attempt of n8n's, and are in that of this one. */
	get fromEarlierAttempts(): INodeExecutionData[] {
		const ended = Array.from({ length: this.count }, (_, index) => this.attempts.get(index));
		return ended.flatMap((each) => (each?.status === 'succeeded' ? outputOf(each.items) : []));
	}

	/** @see AttemptCache.wholeResults, of all attempts of n8n's so far */
	get wholeResults(): Set<string> {
		return this.attempts.wholeResults;
	}

	succeed(itemIndex: number, items: ItemOutput): void {
		const ended: EndedItem = { status: 'succeeded', items };
		this.attempts.set(itemIndex, ended);
		this.end(itemIndex, ended);
	}

	fail(itemIndex: number, cause: ConvexFailure): void {
		// A call that was not sent must not hide why the run stopped.
		if (cause.reason === 'runStopped') return;
		// A model gave one call, and knows of no items.
		const isOnlyOne = this.isTool && this.count === 1;
		const failure = isOnlyOne ? cause : withItemIndex(cause, itemIndex);
		this.endFailed(itemIndex, this.named(failure), 'item');
	}

	/** Fails items for a reason that they share, so that no item is named. */
	failTogether(itemIndices: readonly number[], cause: ConvexFailure): void {
		if (cause.reason === 'runStopped') return;
		// One for all: an error notes its stack, which takes its time with a hundred thousand items.
		const failure = this.named(cause);
		for (const itemIndex of itemIndices) this.endFailed(itemIndex, failure, 'run');
	}

	private endFailed(
		itemIndex: number,
		failure: ConvexFailure,
		scope: EndedByFailure['scope'],
	): void {
		if (!failure.mayHaveRun) {
			const { retryable, kind } = failure.details;
			const passes = retryable === true || kind === 'network';
			this.mayPass ||= passes;
			if (passes && this.stopped.aborted) this.givenUp.add(itemIndex);
			this.end(itemIndex, { status: 'failed', failure, scope });
			return;
		}
		const ended: EndedItem = { status: 'unknown', failure, scope };
		this.attempts.set(itemIndex, ended);
		this.end(itemIndex, ended);
	}

	/** All items run again when n8n retries the node, also those that succeeded. */
	forgetBetweenAttempts(): void {
		this.attempts.endAttempt(false);
		this.attempts = singleAttempt();
	}

	/**
	 * Fails every item that has not ended, for a reason that they share, so that no item is named. The
	 * first one stops the node where it does not continue; then those that were not handed out yet need
	 * no failure of their own.
	 */
	failRemaining(failure: ConvexFailure): void {
		// One for all, as in `failTogether`.
		const notSent = this.named(failure);
		// An item that was handed out may have been sent.
		const maySent = this.named(withUnknownOutcome(failure));
		for (let itemIndex = 0; itemIndex < this.count; itemIndex++) {
			if (this.stopped.aborted && itemIndex >= this.nextIndex) break;
			if (this.results[itemIndex] !== undefined) continue;
			const known = this.attempts.get(itemIndex);
			if (known !== undefined) this.end(itemIndex, known);
			else this.endFailed(itemIndex, itemIndex < this.nextIndex ? maySent : notSent, 'run');
		}
	}

	/** @throws the error of the first item that failed, unless the node continues on errors */
	output(): INodeExecutionData[] {
		this.cancelSignal?.removeEventListener('abort', this.stop);
		if (!this.stopped.aborted) this.failRemaining(missingResult());
		if (!this.continues) this.throwFailure();
		const output: INodeExecutionData[] = [];
		let firstItemFailed = false;
		for (let itemIndex = 0; itemIndex < this.results.length; itemIndex++) {
			const ended = this.results[itemIndex];
			if (ended === undefined) continue;
			if (ended.status === 'succeeded') {
				for (const item of outputOf(ended.items)) output.push(item);
				continue;
			}
			firstItemFailed ||= output.length === 0;
			output.push(this.errorItem(this.shown(ended.failure), itemIndex));
		}
		this.attempts.endAttempt(firstItemFailed);
		return output;
	}

	/** @throws the error of the first item that failed by itself; nothing where none failed */
	private throwFailure(): void {
		const hasFailed = (ended: ItemResult | undefined) =>
			ended !== undefined && ended.status !== 'succeeded';
		const first = this.results.findIndex(
			(ended, itemIndex) => hasFailed(ended) && !this.givenUp.has(itemIndex),
		);
		const itemIndex = first === -1 ? this.results.findIndex(hasFailed) : first;
		const told = this.results[itemIndex];
		if (told === undefined || told.status === 'succeeded') return;
		this.attempts.endAttempt(true);
		const named = told.scope === 'run' ? undefined : itemIndex;
		throw toNodeError(this.context.getNode(), this.shown(told.failure), named);
	}

	private shown(failure: ConvexFailure): ConvexFailure {
		return this.isTool ? toModelFailure(failure) : failure;
	}

	private errorItem(failure: ConvexFailure, itemIndex: number): INodeExecutionData {
		if (!this.hasErrorBranch) return toErrorItem(failure, itemIndex);
		const input = this.context.getInputData()[itemIndex] ?? { json: {} };
		return toErrorBranchItem(failure, itemIndex, input);
	}

	private end(itemIndex: number, ended: ItemResult): void {
		this.results[itemIndex] = ended;
		if (ended.status !== 'succeeded' && !this.continues) this.stop();
	}

	private readonly stop = () => this.stopping.abort();
}

function outputOf(items: ItemOutput): INodeExecutionData[] {
	return typeof items === 'function' ? items() : items;
}

function withUnknownOutcome(failure: ConvexFailure): ConvexFailure {
	return failure.with({ details: { retryable: false, outcome: 'unknown' } });
}

/** A defect of this package. Without this failure such an item would be missing unnoticed. */
function missingResult(): ConvexFailure {
	return new ConvexFailure(
		'The node lost track of this item',
		'Check in Convex whether its function ran, and report this as a defect of n8n-nodes-convex.',
		{ kind: 'input', retryable: false, outcome: 'unknown' },
	);
}

/** A parameter's value differs from item to item, so its failure says which item it was. */
function withItemIndex(failure: ConvexFailure, itemIndex: number): ConvexFailure {
	if (failure.details.kind !== 'input') return failure;
	return failure.with({ message: `${failure.message} [item ${itemIndex}]` });
}
