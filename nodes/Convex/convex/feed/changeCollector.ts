import { documentKey, type FeedRow } from './feedPage';

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
	private readonly changes = new Map<string, { row: FeedRow; round: number }>();

	private round = 0;

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
		const inOrder = [...this.changes.values()].sort(
			(one, other) => one.round - other.round || inTime(one.row, other.row),
		);
		return inOrder.map(({ row }) => row);
	}

	/** A table was replaced: its rows are older than what came before them, and yet they came to be later. */
	startRound(): void {
		this.round += 1;
	}

	add(row: FeedRow): void {
		const key = documentKey(row);
		this.changes.delete(key);
		if (this.wanted.includes(eventOf(row))) this.changes.set(key, { row, round: this.round });
	}
}

function inTime({ timestamp: one }: FeedRow, { timestamp: other }: FeedRow): number {
	const difference = BigInt(one) - BigInt(other);
	return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
