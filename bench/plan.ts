import type { ContenderName } from './contenders/names';
import type { Load } from './measurement';

export interface ServerKind {
	name: string;
	tls: boolean;
	latencyMs: number;
}

export const SERVERS: ServerKind[] = [
	{ name: 'TLS, 20 ms latency', tls: true, latencyMs: 20 },
	{ name: 'plain HTTP, no latency', tls: false, latencyMs: 0 },
];

export interface Entry {
	contender: ContenderName;
	/** Calls it has in flight at most: with the latency this tells what would take too long. */
	callsAtOnce?: number;
	/** The largest number of items it is measured with. */
	upTo?: number;
}

/** Rows that differ by the number of items only: one table for each server. */
export interface Group {
	/** For BENCH_ONLY. */
	name: string;
	title: string;
	load: Omit<Load, 'items'>;
	sizes: number[];
	entries: Entry[];
	/** What the column 'vs HTTP Request' compares with. */
	rival: ContenderName;
	/** What the column 'vs expressions' compares with. */
	floor?: ContenderName;
}

const SIZES = [1, 100, 1000, 10_000];

export const GROUPS: Group[] = [
	{
		name: 'single',
		title: 'A single call',
		load: { operation: 'query', argumentsFrom: 'item' },
		sizes: [1],
		entries: [
			{ contender: 'convexNode' },
			{ contender: 'httpRequestNode' },
			{ contender: 'requestHelper' },
			{ contender: 'rawUndici' },
		],
		rival: 'httpRequestNode',
	},
	{
		name: 'queries',
		title: "Queries, the item's fields as arguments",
		load: { operation: 'query', argumentsFrom: 'item' },
		sizes: [...SIZES, 100_000],
		entries: [
			{ contender: 'convexNode' },
			{ contender: 'httpRequestNode' },
			{ contender: 'loopWithCode', callsAtOnce: 100, upTo: 10_000 },
			{ contender: 'convexHttpClientLoop', callsAtOnce: 1, upTo: 10_000 },
			{ contender: 'rawUndici' },
			{ contender: 'rawUndiciLargest' },
		],
		rival: 'httpRequestNode',
	},
	{
		name: 'expressions',
		title: 'Queries, one expression for each item',
		load: { operation: 'query', argumentsFrom: 'expression' },
		sizes: [...SIZES, 100_000],
		entries: [
			{ contender: 'convexNode' },
			{ contender: 'httpRequestNode', upTo: 10_000 },
			{ contender: 'rawUndici' },
			{ contender: 'expressionsAlone' },
		],
		rival: 'httpRequestNode',
		floor: 'expressionsAlone',
	},
	{
		name: 'references',
		title: 'Queries, a reference such as `{{ $json.text }}` for each argument',
		load: { operation: 'query', argumentsFrom: 'reference' },
		sizes: SIZES,
		entries: [
			{ contender: 'convexNode' },
			{ contender: 'httpRequestNode' },
			{ contender: 'rawUndici' },
		],
		rival: 'httpRequestNode',
	},
	{
		name: 'mutations1',
		title: 'Mutations, one at a time',
		load: { operation: 'mutation', argumentsFrom: 'item', concurrency: 1 },
		sizes: SIZES,
		entries: [
			{ contender: 'convexNode', callsAtOnce: 1 },
			{ contender: 'httpRequestNode' },
			{ contender: 'loopWithHttpRequest', callsAtOnce: 1 },
			{ contender: 'loopWithCode', callsAtOnce: 1 },
			{ contender: 'convexHttpClientLoop', callsAtOnce: 1 },
			{ contender: 'rawUndici', callsAtOnce: 1 },
		],
		rival: 'httpRequestNode',
	},
	{
		name: 'mutations10',
		title: 'Mutations, 10 at a time',
		load: { operation: 'mutation', argumentsFrom: 'item', concurrency: 10 },
		sizes: SIZES,
		entries: [
			{ contender: 'convexNode', callsAtOnce: 10 },
			{ contender: 'httpRequestNodeInBatches', callsAtOnce: 10 },
			{ contender: 'httpRequestNode' },
			{ contender: 'rawUndici', callsAtOnce: 10 },
		],
		rival: 'httpRequestNodeInBatches',
	},
	{
		name: 'manyItems',
		title: 'Rows to insert, with a mutation for one row or for a list of them',
		load: { operation: 'mutation', argumentsFrom: 'item' },
		sizes: SIZES,
		entries: [
			{ contender: 'convexNodeForManyItems' },
			{ contender: 'convexNodeForThousandItems' },
			{ contender: 'httpRequestNode' },
			{ contender: 'loopWithHttpRequest', callsAtOnce: 1 },
			{ contender: 'loopWithCodeForLists' },
		],
		rival: 'httpRequestNode',
	},
];

/** How long one run may be expected to take by latency alone; what takes longer is skipped. */
const MAX_EXPECTED_MS = 30_000;

/** Why an entry is not run with so many items; undefined if it is. */
export function reasonToSkip(entry: Entry, items: number, latencyMs: number): string | undefined {
	if (entry.callsAtOnce === undefined) return undefined;
	const expectedMs = (items / entry.callsAtOnce) * latencyMs;
	if (expectedMs <= MAX_EXPECTED_MS) return undefined;
	return `would wait ${Math.round(expectedMs / 1000)} s for the latency alone`;
}

/** The median counts; what takes long is not repeated (measure.ts). */
export function repeatsFor(items: number): number {
	return items === 1 ? 51 : 5;
}
