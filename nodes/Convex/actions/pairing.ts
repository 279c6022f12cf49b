import type { IPairedItemData } from 'n8n-workflow';

/** n8n writes the pairs down with each output item: a list of thousands, times thousands of items, ends it. */
const MAX_PAIRS = 100;

/**
 * What pairs each of many output items with the input items that they all belong to. Of very many input
 * items these are some, spread evenly: where they come of different items further back, n8n says so, and
 * does not take one of them.
 */
export function pairedWithAll(itemIndices: readonly number[]): IPairedItemData | IPairedItemData[] {
	const count = Math.min(itemIndices.length, MAX_PAIRS);
	const step = (itemIndices.length - 1) / Math.max(1, count - 1);
	const pairs = Array.from({ length: count }, (_, index) => ({
		item: itemIndices[Math.round(index * step)] ?? 0,
	}));
	return pairs.length === 1 ? (pairs[0] ?? pairs) : pairs;
}
