import { ConvexFailure } from '../../convex/failure';
import { MEBIBYTE } from '../../convex/values/encodedSize';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import { toFailure } from '../../transport/nodeError';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import type { ItemResults } from '../itemResults';

/** What waits to be sent is kept in memory. */
const MAX_WAITING_BYTES = 64 * MEBIBYTE;

/**
 * After so many items in a row that failed alone, and for a reason that the deployment hides, a batch that
 * fails so is not taken apart: the reason is most likely that of all items, such as a key's permission.
 */
const MAX_HIDDEN_ALONE = 2;

/** An item that is ready to be sent, checked and encoded. */
export interface BatchItem<Part> {
	itemIndex: number;
	/** Items of different groups do not go into one request. */
	group: string;
	/** What it takes of a request. */
	bytes: number;
	/** What only one item of a batch may name, e.g. a document that is looked up before it is changed. */
	only?: string;
	part: Part;
}

/** Items of one group, in input order. */
export type Batch<Part> = ReadonlyArray<BatchItem<Part>>;

export interface BatchLimits {
	/** How many items go into one request at most. */
	items: number;
	bytes: number;
	/** How many requests may be in flight at once. */
	concurrency: number;
	/** Whether items wait without what takes memory, so that all of them can be read before any is sent. */
	waitLightly?: boolean;
}

/** What is done with items. */
export interface BatchWork<Part> {
	/** Reads an item. @throws ConvexFailure which ends this item only */
	prepare: (itemIndex: number) => Promise<BatchItem<Part>>;
	/**
	 * Sends a batch, and ends those of its items that have an end of their own.
	 *
	 * @returns the items that a request for all of them failed for; undefined where there are none
	 */
	send: (batch: Batch<Part>) => Promise<FailedBatch<Part> | undefined>;
}

/** Items of a request that failed as a whole. */
export interface FailedBatch<Part> {
	batch: Batch<Part>;
	failure: ConvexFailure;
}

/**
 * Runs an operation that takes many items in one request, which Convex does as a whole or not at all.
 * A batch that had no effect because of one of its items is sent again in halves, so that in the end
 * this item alone fails.
 *
 * Where n8n's Retry On Fail sends an item again, those behind it wait for their turn, or they would be
 * overtaken: the last of two changes of a document is the one that stays.
 *
 * All items are read before the first batch is sent, unless they would take too much memory: where an
 * item that is refused stops the node, nothing was sent.
 */
export class ItemBatches<Part> {
	/** The last one may still grow. */
	private readonly waiting: Array<{ batch: Array<BatchItem<Part>>; bytes: number }> = [];

	private waitingBytes = 0;

	/** How many items failed alone for a hidden reason, since a batch was done. */
	private hiddenAlone = 0;

	private readonly turns = new EventLoopTurns();

	constructor(
		private readonly items: ItemResults,
		private readonly limits: BatchLimits,
		private readonly work: BatchWork<Part>,
	) {
		items.keepOrder();
	}

	async run(): Promise<void> {
		// Where the node stops at errors, nothing is to be sent behind what failed.
		const { concurrency } = this.limits;
		const limiter = new ConcurrencyLimiter(this.items.continues ? concurrency : 1);
		for (;;) {
			await limiter.whenAvailable();
			await this.readAhead();
			const next = this.items.stopped.aborted ? undefined : this.waiting.shift();
			if (next === undefined) break;
			this.waitingBytes -= next.bytes;
			limiter.start(async () => await this.send(next.batch));
		}
		await limiter.drain();
	}

	private async readAhead(): Promise<void> {
		while (this.limits.waitLightly === true || this.waitingBytes < MAX_WAITING_BYTES) {
			const itemIndex = this.items.next();
			if (itemIndex === undefined) return;
			try {
				this.add(await this.work.prepare(itemIndex));
			} catch (thrown) {
				this.items.fail(itemIndex, toFailure(thrown));
			}
			await this.turns.yield();
		}
	}

	private add(item: BatchItem<Part>): void {
		const last = this.waiting.at(-1);
		const fits =
			last !== undefined &&
			last.batch[0]?.group === item.group &&
			last.batch.length < this.limits.items &&
			last.bytes + item.bytes <= this.limits.bytes &&
			(item.only === undefined || !last.batch.some(({ only }) => only === item.only));
		this.waitingBytes += item.bytes;
		if (!fits) {
			this.waiting.push({ batch: [item], bytes: item.bytes });
			return;
		}
		last.batch.push(item);
		last.bytes += item.bytes;
	}

	private async send(batch: Batch<Part>): Promise<void> {
		if (batch.length === 0 || this.items.stopped.aborted) return;
		const failed = this.items.waitsForAttempt ? heldBack(batch) : await this.work.send(batch);
		if (failed === undefined) {
			this.hiddenAlone = 0;
			return;
		}
		const { failure, batch: rest } = failed;
		if (rest.length === 1 || !this.mayBeOneItem(failure)) {
			if (rest.length === 1 && failure.reason === 'hidden') this.hiddenAlone += 1;
			const ofBatch = rest.length === 1 ? failure : failure.ofCall({ callItems: rest.length });
			for (const { itemIndex } of rest) {
				this.items.fail(itemIndex, ofBatch);
				await this.turns.yield();
			}
			return;
		}
		const half = Math.ceil(rest.length / 2);
		await this.send(rest.slice(0, half));
		await this.send(rest.slice(half));
	}

	/**
	 * Whether fewer items may do better, and nothing was changed by all of them together. A failure that
	 * passes, such as an outage, is of no item.
	 */
	private mayBeOneItem({ reason, details: { outcome, retryable } }: ConvexFailure): boolean {
		if (outcome === 'unknown' || retryable === true) return false;
		if (reason === 'hidden' && this.hiddenAlone >= MAX_HIDDEN_ALONE) return false;
		return outcome === 'failed' || TOO_MUCH.has(reason);
	}
}

/** Items whose turn comes in n8n's next attempt. */
export function heldBack<Part>(batch: Batch<Part>): FailedBatch<Part> {
	const failure = new ConvexFailure(
		'This item was not sent, because one before it failed and is tried again first',
		"n8n's Retry On Fail runs the node again, with the items in order.",
		{ kind: 'deployment', retryable: true, outcome: 'notExecuted' },
	);
	return { batch, failure };
}

/** Refusals of a whole request for its size; a hidden one, as of a look-up, may be that. */
const TOO_MUCH: ReadonlySet<ConvexFailure['reason']> = new Set([
	'argumentsTooLarge',
	'unreadableRequest',
	'requestTooLarge',
	'resultTooLarge',
	'limitExceeded',
	'hidden',
] as const);
