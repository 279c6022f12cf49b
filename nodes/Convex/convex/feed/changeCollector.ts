import type { FeedRow } from './feedPage';

/** What can happen to a document. */
export type FeedEvent = 'written' | 'deleted';

export function eventOf({ value }: FeedRow): FeedEvent {
	return value === undefined ? 'deleted' : 'written';
}

/**
 * Collects the changes of one poll: of each document the latest state, in the order in which they came to
 * be. A document that ends in a state that is not wanted is not told of.
 */
export class ChangeCollector {
	private readonly changes = new Map<string, FeedRow>();

	/** @param max how many documents there may be */
	constructor(
		private readonly wanted: readonly FeedEvent[],
		private readonly max: number,
	) {}

	get isFull(): boolean {
		return this.changes.size >= this.max;
	}

	/** A table that Convex sends from its beginning comes in the order of its IDs. */
	get collected(): FeedRow[] {
		return [...this.changes.values()].sort(inTime);
	}

	add(row: FeedRow): void {
		const key = JSON.stringify([row.component, row.table, row.id]);
		this.changes.delete(key);
		if (this.wanted.includes(eventOf(row))) this.changes.set(key, row);
	}
}

function inTime({ timestamp: one }: FeedRow, { timestamp: other }: FeedRow): number {
	const difference = BigInt(one) - BigInt(other);
	return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
