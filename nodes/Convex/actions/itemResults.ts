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
import {
	hasFailedForGood,
	isOrderedChange,
	mayPassLater,
	missingResult,
	withItemIndex,
	withItemsDone,
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
	private readonly count: number;

	private readonly results: Array<EndedItem | undefined>;

	private readonly attempts: AttemptCache;

	/** Whether the items behind a failed one run too. */
	readonly continues: boolean;

	private readonly hasErrorBranch: boolean;

	/** Whether a model reads what comes out. */
	private readonly isTool: boolean;

	private readonly stopping = new AbortController();

	private readonly cancelSignal: AbortSignal | undefined;

	private nextIndex = 0;

	private handedOutCount = 0;

	/** Whether an item failed that may pass in another attempt. */
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
		this.results = new Array<EndedItem | undefined>(this.count);
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

	/** How many items were handed out, and had not ended in an earlier attempt of n8n's. */
	get handedOut(): number {
		return this.handedOutCount;
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
	 * Whether n8n makes another attempt for what failed: what has to be done in order then waits for it.
	 * A node that stops at errors does so at once.
	 */
	get waitsForAttempt(): boolean {
		return this.mayPass && !this.attempts.isLast;
	}

	/** The next item to run, by its index; undefined when there is none. */
	next(): number | undefined {
		while (!this.stopped.aborted && this.nextIndex < this.count) {
			const itemIndex = this.nextIndex++;
			const known = this.attempts.get(itemIndex);
			if (known === undefined) {
				this.handedOutCount += 1;
				return itemIndex;
			}
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
			const failed: EndedItem = { status: 'failed', failure, scope };
			const passes = mayPassLater(failed);
			this.mayPass ||= passes;
			if (passes && this.stopped.aborted) this.givenUp.add(itemIndex);
			// A change would come behind those that were made since.
			const isOrdered = this.continues && isOrderedChange(this.resource, this.operation);
			if (isOrdered && hasFailedForGood(failed)) this.attempts.set(itemIndex, failed);
			this.end(itemIndex, failed);
			return;
		}
		const ended: EndedItem = { status: 'unknown', failure, scope };
		this.attempts.set(itemIndex, ended);
		this.end(itemIndex, ended);
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
		const isCancelled = this.continues && this.stopped.aborted;
		if (!this.stopped.aborted) this.failRemaining(missingResult());
		if (!this.continues) this.throwFirst((_, itemIndex) => !this.givenUp.has(itemIndex));
		const output: INodeExecutionData[] = [];
		let firstFailed = false;
		for (let itemIndex = 0; itemIndex < this.results.length; itemIndex++) {
			const ended = this.results[itemIndex] ?? this.attempts.get(itemIndex);
			if (ended === undefined) continue;
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
	 * and looks at no other. What was sent and failed for good is not sent again in it.
	 *
	 * @throws always
	 */
	private askForAttempt(): void {
		this.results.forEach((ended, itemIndex) => {
			if (ended !== undefined && hasFailedForGood(ended)) this.attempts.set(itemIndex, ended);
		});
		this.throwFirst(mayPassLater);
	}

	/** @throws the error of the first failed item that is taken, else of the first; nothing where none failed */
	private throwFirst(isTaken: (ended: EndedItem, itemIndex: number) => boolean): void {
		const hasFailed = (ended: EndedItem | undefined) =>
			ended !== undefined && ended.status !== 'succeeded';
		const first = this.results.findIndex(
			(ended, itemIndex) => ended !== undefined && hasFailed(ended) && isTaken(ended, itemIndex),
		);
		const itemIndex = first === -1 ? this.results.findIndex(hasFailed) : first;
		const told = this.results[itemIndex];
		if (told === undefined || told.status === 'succeeded') return;
		const named = told.scope === 'run' ? undefined : itemIndex;
		const operation = `${this.resource} ${this.operation}`;
		const failure = withItemsDone(told.failure, operation, this.succeededCount);
		throw toNodeError(this.context.getNode(), this.shown(failure), named);
	}

	/** With those of earlier attempts of n8n's, also behind the item that stops this one. */
	private get succeededCount(): number {
		let count = 0;
		for (let itemIndex = 0; itemIndex < this.count; itemIndex++) {
			const ended = this.results[itemIndex] ?? this.attempts.get(itemIndex);
			if (ended?.status === 'succeeded') count += 1;
		}
		return count;
	}

	private shown(failure: ConvexFailure): ConvexFailure {
		return this.isTool ? toModelFailure(failure) : failure;
	}

	private errorItem(failure: ConvexFailure, itemIndex: number): INodeExecutionData {
		if (!this.hasErrorBranch) return toErrorItem(failure, itemIndex);
		const input = this.context.getInputData()[itemIndex] ?? { json: {} };
		return toErrorBranchItem(failure, itemIndex, input);
	}

	private end(itemIndex: number, ended: EndedItem): void {
		this.results[itemIndex] = ended;
		if (ended.status !== 'succeeded' && !this.continues) this.stop();
	}

	private readonly stop = () => this.stopping.abort();
}

function outputOf(items: ItemOutput): INodeExecutionData[] {
	return typeof items === 'function' ? items() : items;
}
