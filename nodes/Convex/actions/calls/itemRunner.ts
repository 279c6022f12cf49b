import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Caller } from '../../transport/caller';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { ItemCallers } from '../../transport/itemCallers';
import { toFailure } from '../../transport/nodeError';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import type { ItemResults } from '../itemResults';
import { DeploymentRetries } from './deploymentRetries';
import { ItemBatches, type BatchItem, type BatchLimits, type BatchWork } from './itemBatches';

/** What is done for an item. @throws ConvexFailure which ends this item only */
export type ItemWork = (itemIndex: number, caller: Caller) => Promise<INodeExecutionData[]>;

/** The same where many items go into one request. */
export interface ItemBatchWork<Part> extends Omit<BatchWork<Part>, 'prepare'> {
	prepare: (itemIndex: number, caller: Caller) => Promise<BatchItem<Part>>;
}

/** Runs an operation for each item by itself: what is not a function call has no batches or sessions. */
export class ItemRunner {
	/** Sends requests to a deployment, and retries those that are safe to retry. */
	readonly retries: DeploymentRetries;

	/**
	 * @param limits how many items may be in flight at once; 1 keeps input order. How often a request is
	 *   sent again, where that is safe
	 */
	constructor(
		readonly context: IExecuteFunctions,
		readonly items: ItemResults,
		private readonly callers: ItemCallers,
		private readonly limits: { concurrency: number; maxRetries: number },
	) {
		this.retries = new DeploymentRetries(context, limits.maxRetries, items.stopped);
	}

	/** Does the work for all items, and ends each with what came of it. */
	async run(work: ItemWork): Promise<void> {
		const limiter = new ConcurrencyLimiter(this.limits.concurrency);
		const turns = new EventLoopTurns();
		for (;;) {
			await limiter.whenAvailable();
			// Thousands of items may be refused before anything is sent.
			await turns.yield();
			const itemIndex = this.items.next();
			if (itemIndex === undefined) break;
			limiter.start(async () => await this.runItem(work, itemIndex));
		}
		await limiter.drain();
	}

	/** Whether all items have one credential. */
	get isSameCaller(): boolean {
		return this.callers.shared !== undefined;
	}

	/** Does the work once, for the first item, and ends all items with it: the first has its output. */
	async runShared(work: ItemWork): Promise<void> {
		const first = this.items.next();
		if (first === undefined) return;
		try {
			const output = await work(first, await this.callers.of(first));
			this.items.succeed(first, output);
			for (const itemIndex of this.waitingItems()) this.items.succeed(itemIndex, []);
		} catch (thrown) {
			this.items.failTogether([first, ...this.waitingItems()], toFailure(thrown));
		}
	}

	private *waitingItems(): Generator<number> {
		for (let next = this.items.next(); next !== undefined; next = this.items.next()) yield next;
	}

	/**
	 * Does the work for many items at a time.
	 *
	 * @param limits as many batches are in flight at once as items, unless they say otherwise
	 */
	async runBatches<Part>(
		limits: Omit<BatchLimits, 'concurrency'> & Partial<BatchLimits>,
		{ prepare, send }: ItemBatchWork<Part>,
	): Promise<void> {
		const { concurrency } = this.limits;
		const batches = new ItemBatches(
			this.items,
			{ concurrency, ...limits },
			{
				prepare: async (itemIndex) => await prepare(itemIndex, await this.callers.of(itemIndex)),
				send,
			},
		);
		await batches.run();
	}

	/** @throws ConvexFailure (`input`) for a credential that this item cannot use */
	async callerOf(itemIndex: number): Promise<Caller> {
		return await this.callers.of(itemIndex);
	}

	private async runItem(work: ItemWork, itemIndex: number): Promise<void> {
		try {
			const caller = await this.callers.of(itemIndex);
			this.items.succeed(itemIndex, await work(itemIndex, caller));
		} catch (thrown) {
			this.items.fail(itemIndex, toFailure(thrown));
		}
	}
}
