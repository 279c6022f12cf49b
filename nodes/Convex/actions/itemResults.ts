import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';
import { dataFailure } from '../convex/failures/dataFailure';
import { toModelFailure } from '../convex/failures/modelFailure';
import { isAgentTool } from '../transport/agentTool';
import { toErrorBranchItem, toErrorItem, toNodeError } from '../transport/nodeError';
import {
	openAttemptCache,
	type AttemptCache,
	type EndedByFailure,
	type EndedItem,
	type ItemOutput,
} from './attemptCache';
import { EndedItems, outputOf } from './endedItems';
import {
	isWaitedFor,
	mayPassLater,
	missingResult,
	withItemIndex,
	withOtherItems,
	withUnknownOutcome,
} from './itemFailure';
import { continuesOnError, leadsToErrorBranch } from './onError';

/**
 * The items of one run of the node, handed out in input order. They end in any order; the output is
 * in input order again.
 *
 * Whatever goes wrong becomes either the one error that stops the node or, when the node continues
 * on errors, an error item: n8n would silently send what is thrown then to the success branch.
 */
export class ItemResults {
	private readonly ended: EndedItems;

	private readonly attempts: AttemptCache;

	/** Whether the items behind a failed one run too. */
	readonly continues: boolean;

	private readonly hasErrorBranch: boolean;

	/** Whether a model reads what comes out. */
	private readonly isTool: boolean;

	private readonly stopping = new AbortController();

	private readonly cancelSignal: AbortSignal | undefined;

	private nextIndex = 0;

	private sentCount = 0;

	/** Whether an item failed that may pass in another attempt. */
	private mayPass = false;

	/** Whether no item may take effect behind those that follow it, in a later attempt. */
	private isInOrder = false;

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
		this.attempts = openAttemptCache(call);
		this.ended = new EndedItems(context.getInputData().length, this.attempts);
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
		return this.ended.count - this.nextIndex;
	}

	/** How many items were sent, and ended, in this attempt of n8n's. */
	get sent(): number {
		return this.sentCount;
	}

	/** How many items succeeded, with those of earlier attempts of n8n's. */
	get succeeded(): number {
		return this.ended.countOf('succeeded');
	}

	/** Has items take effect in input order over all attempts of n8n's. Those of one attempt are sent in it. */
	keepOrder(): void {
		this.isInOrder = true;
	}

	/** Whether at least so many were not, and have not ended in an earlier attempt of n8n's. */
	hasWaiting(count: number): boolean {
		return this.ended.hasNew(count, this.nextIndex);
	}

	/**
	 * Whether n8n makes another attempt for what failed: what has to be done in order then waits for it.
	 * A node that stops at errors does so at once.
	 */
	get waitsForAttempt(): boolean {
		return this.mayPass && !this.attempts.isLast;
	}

	/** The next item to run, by its index; undefined when there is none. */
	next(): number | undefined {
		while (!this.stopped.aborted && this.nextIndex < this.ended.count) {
			const itemIndex = this.nextIndex++;
			const known = this.ended.earlier(itemIndex);
			if (known === undefined) return itemIndex;
			this.end(itemIndex, known);
		}
		return undefined;
	}

	/** @see EndedItems.fromEarlierAttempts */
	get fromEarlierAttempts(): INodeExecutionData[] {
		return this.ended.fromEarlierAttempts;
	}

	/** @see AttemptCache.wholeResults, of all attempts of n8n's so far */
	get wholeResults(): Set<string> {
		return this.attempts.wholeResults;
	}

	succeed(itemIndex: number, items: ItemOutput): void {
		this.sentCount += 1;
		this.endForGood(itemIndex, { status: 'succeeded', items });
	}

	fail(itemIndex: number, cause: ConvexFailure): void {
		// A call that was not sent must not hide why the run stopped.
		if (cause.reason === 'runStopped') return;
		// A model gave one call, and knows of no items.
		const isOnlyOne = this.isTool && this.ended.count === 1;
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
		if (failure.details.outcome !== 'notExecuted') this.sentCount += 1;
		if (!failure.mayHaveRun) {
			const failed: EndedItem = { status: 'failed', failure, scope };
			const passes = this.isInOrder ? isWaitedFor(failure) : mayPassLater(failed);
			this.mayPass ||= passes;
			if (passes && this.stopped.aborted) this.givenUp.add(itemIndex);
			// A change would come behind those that are made since.
			if (this.isInOrder && this.continues && !passes) this.endForGood(itemIndex, failed);
			else this.end(itemIndex, failed);
			return;
		}
		this.endForGood(itemIndex, { status: 'unknown', failure, scope });
	}

	/** All items run again when n8n retries the node, also those that succeeded. */
	forgetBetweenAttempts(): void {
		this.attempts.forget();
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
		for (let itemIndex = 0; itemIndex < this.ended.count; itemIndex++) {
			if (this.stopped.aborted && itemIndex >= this.nextIndex) break;
			if (this.ended.hasEnded(itemIndex)) continue;
			const known = this.ended.earlier(itemIndex);
			if (known !== undefined) this.end(itemIndex, known);
			else this.endFailed(itemIndex, itemIndex < this.nextIndex ? maySent : notSent, 'run');
		}
	}

	/** @throws the error of the first item that failed, unless the node continues on errors */
	output(): INodeExecutionData[] {
		this.cancelSignal?.removeEventListener('abort', this.stop);
		const isCancelled = this.continues && this.stopped.aborted;
		if (!this.stopped.aborted) this.failRemaining(missingResult());
		if (!this.continues) this.throwFirst((_, itemIndex) => !this.givenUp.has(itemIndex));
		const output: INodeExecutionData[] = [];
		let firstFailed = false;
		for (const [itemIndex, ended] of this.ended.entries()) {
			if (ended.status === 'succeeded') {
				for (const item of outputOf(ended.items)) output.push(item);
				continue;
			}
			firstFailed ||= output.length === 0;
			output.push(this.errorItem(this.shown(ended.failure), itemIndex));
		}
		if (this.waitsForAttempt && !firstFailed && !isCancelled) this.askForAttempt();
		return output;
	}

	/**
	 * Has n8n make another attempt. It makes one by itself where the first item that comes out is an error,
	 * and looks at no other.
	 *
	 * @throws always
	 */
	private askForAttempt(): void {
		this.ended.keepFailedForGood();
		this.throwFirst(mayPassLater);
	}

	/** @throws the error of the first failed item that is taken, else of the first; nothing where none failed */
	private throwFirst(isTaken: (ended: EndedItem, itemIndex: number) => boolean): void {
		const first = this.ended.firstFailed(isTaken);
		if (first === undefined) return;
		const [itemIndex, told] = first;
		const named = told.scope === 'run' ? undefined : itemIndex;
		const operation = `${this.resource} ${this.operation}`;
		const failure = withOtherItems(told.failure, operation, {
			done: this.succeeded,
			unknown: this.ended.countOf('unknown'),
		});
		throw toNodeError(this.context.getNode(), this.shown(failure), named);
	}

	private shown(failure: ConvexFailure): ConvexFailure {
		return this.isTool ? toModelFailure(failure) : failure;
	}

	private errorItem(failure: ConvexFailure, itemIndex: number): INodeExecutionData {
		if (!this.hasErrorBranch) return toErrorItem(failure, itemIndex);
		const input = this.context.getInputData()[itemIndex] ?? { json: {} };
		return toErrorBranchItem(failure, itemIndex, input);
	}

	private endForGood(itemIndex: number, ended: EndedItem): void {
		this.ended.setForGood(itemIndex, ended);
		this.end(itemIndex, ended);
	}

	private end(itemIndex: number, ended: EndedItem): void {
		this.ended.set(itemIndex, ended);
		if (ended.status !== 'succeeded' && !this.continues) this.stop();
	}

	private readonly stop = () => this.stopping.abort();
}
