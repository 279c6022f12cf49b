import type { INodeExecutionData } from 'n8n-workflow';
import type { AttemptCache, EndedItem, ItemOutput } from './attemptCache';
import { hasFailedForGood } from './itemFailure';

/** An item that failed, or may have run. */
type FailedItem = Exclude<EndedItem, { status: 'succeeded' }>;

/** How the items of one run ended so far, in this attempt of n8n's and in those before it. */
export class EndedItems {
	private readonly inThisAttempt: Array<EndedItem | undefined>;

	constructor(
		readonly count: number,
		private readonly attempts: AttemptCache,
	) {
		this.inThisAttempt = new Array<EndedItem | undefined>(count);
	}

	set(itemIndex: number, ended: EndedItem): void {
		this.inThisAttempt[itemIndex] = ended;
	}

	/** Ends an item for the attempts that follow too. */
	setForGood(itemIndex: number, ended: EndedItem): void {
		this.attempts.set(itemIndex, ended);
		this.set(itemIndex, ended);
	}

	/** Has the next attempt not send again what was sent and failed for good. */
	keepFailedForGood(): void {
		for (const [itemIndex, ended] of this.inThisAttempt.entries()) {
			if (ended !== undefined && hasFailedForGood(ended)) this.attempts.set(itemIndex, ended);
		}
	}

	hasEnded(itemIndex: number): boolean {
		return this.inThisAttempt[itemIndex] !== undefined;
	}

	/** How an item ended in an earlier attempt. */
	earlier(itemIndex: number): EndedItem | undefined {
		return this.attempts.get(itemIndex);
	}

	/** Whether at least so many items from an index on did not end in an earlier attempt. */
	hasNew(count: number, fromIndex: number): boolean {
		let missing = count;
		for (let itemIndex = fromIndex; missing > 0 && itemIndex < this.count; itemIndex++) {
			if (this.earlier(itemIndex) === undefined) missing -= 1;
		}
		return missing <= 0;
	}

	/** The output of the items that succeeded in an earlier attempt, and are in that of this one. */
	get fromEarlierAttempts(): INodeExecutionData[] {
		const ended = Array.from({ length: this.count }, (_, index) => this.earlier(index));
		return ended.flatMap((each) => (each?.status === 'succeeded' ? outputOf(each.items) : []));
	}

	/** Those that ended, by index; one that this attempt did not come to as it ended before. */
	*entries(): Generator<[number, EndedItem]> {
		for (let itemIndex = 0; itemIndex < this.count; itemIndex++) {
			const ended = this.inThisAttempt[itemIndex] ?? this.earlier(itemIndex);
			if (ended !== undefined) yield [itemIndex, ended];
		}
	}

	/** How many items ended so, also behind the one that stops the node. */
	countOf(status: EndedItem['status']): number {
		let count = 0;
		for (const [, ended] of this.entries()) if (ended.status === status) count += 1;
		return count;
	}

	/** The first failed item of this attempt that is taken, else the first one; undefined where none failed. */
	firstFailed(
		isTaken: (ended: FailedItem, itemIndex: number) => boolean,
	): [number, FailedItem] | undefined {
		let first: [number, FailedItem] | undefined;
		for (const [itemIndex, ended] of this.inThisAttempt.entries()) {
			if (ended === undefined || ended.status === 'succeeded') continue;
			if (isTaken(ended, itemIndex)) return [itemIndex, ended];
			first ??= [itemIndex, ended];
		}
		return first;
	}
}

export function outputOf(items: ItemOutput): INodeExecutionData[] {
	return typeof items === 'function' ? items() : items;
}
