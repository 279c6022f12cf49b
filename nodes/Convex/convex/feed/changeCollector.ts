import { documentKey, type FeedRow } from './feedPage';

/** What can happen to a document. */
export type FeedEvent = 'written' | 'deleted';

export function eventOf({ value }: FeedRow): FeedEvent {
	return value === undefined ? 'deleted' : 'written';
}

interface CollectedChange {
	row: FeedRow;
	/** Parsed once: the comparisons of a sort are many times as many, and nothing divides a sort. */
	time: bigint;
	round: number;
}

/**
 * Collects the changes of one poll: of each document the latest state, in the order in which they came to
 * be. A document that ends in a state that is not wanted is not told of.
 */
export class ChangeCollector {
	private readonly changes = new Map<string, CollectedChange>();

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
			(one, other) => one.round - other.round || inTime(one, other),
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
		if (!this.wanted.includes(eventOf(row))) return;
		this.changes.set(key, { row, time: BigInt(row.timestamp), round: this.round });
	}
}

function inTime({ time: one }: CollectedChange, { time: other }: CollectedChange): number {
	return one < other ? -1 : one > other ? 1 : 0;
}
