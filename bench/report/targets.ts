import type { ContenderName } from '../contenders/names';
import type { Measured } from '../measurement';
import type { ServerKind } from '../plan';
import type { Results } from '../results';
import { goalsTable } from './goals';
import { count, ratio } from './units';

type Lookup = (group: string, contender: ContenderName, items: number) => Measured | undefined;

interface Finding {
	value: string;
	isMet: boolean;
}

interface Target {
	text: string;
	/** Undefined if this run did not measure it. */
	find: (lookup: Lookup, server: ServerKind) => Finding | undefined;
}

/** Ten times the items may take so many times as much: growth is linear, give or take. */
const LINEAR_GROWTH = 12;

const TARGETS: Target[] = [
	{
		text: "10,000 queries, item's fields: at least 30× faster than HTTP Request",
		find: (lookup) => faster(lookup, 'queries', 'httpRequestNode', 10_000, 30),
	},
	{
		text: "10,000 queries, item's fields: at most 2× the time of raw undici",
		find: (lookup) => slower(lookup, 'queries', 'rawUndici', 10_000, 2),
	},
	{
		text: "1,000 queries, item's fields: at least 12× faster than HTTP Request",
		find: (lookup) => faster(lookup, 'queries', 'httpRequestNode', 1000, 12),
	},
	{
		text: '10,000 queries, one expression each: at least 2.5× faster than HTTP Request',
		find: (lookup) => faster(lookup, 'expressions', 'httpRequestNode', 10_000, 2.5),
	},
	{
		text: '10,000 queries, a reference for each argument: at least 25× faster than HTTP Request',
		find: (lookup) => faster(lookup, 'references', 'httpRequestNode', 10_000, 25),
	},
	{
		text: "10,000 queries, item's fields: at most 1.5× the time of raw undici with bodies of 1,000 (2.5× without latency)",
		find: (lookup, { latencyMs }) =>
			slower(lookup, 'queries', 'rawUndiciLargest', 10_000, latencyMs > 0 ? 1.5 : 2.5),
	},
	{
		text: "10,000 queries, item's fields: at most a quarter of HTTP Request's peak memory",
		find: (lookup) =>
			compare(
				lookup('queries', 'convexNode', 10_000)?.peakMemoryBytes,
				lookup('queries', 'httpRequestNode', 10_000)?.peakMemoryBytes,
				(value) => value <= 0.25,
			),
	},
	{
		text: '100,000 queries complete',
		find: (lookup) => {
			if (lookup('queries', 'rawUndici', 100_000) === undefined) return undefined;
			const done = lookup('queries', 'convexNode', 100_000)?.items ?? 0;
			return { value: `${count(done)} queries`, isMet: done === 100_000 };
		},
	},
	{
		text: `Time grows linearly: 100,000 queries at most ${LINEAR_GROWTH}× as long as 10,000`,
		find: (lookup) => growth(lookup, ({ wallTimeMs }) => wallTimeMs),
	},
	{
		text: `Memory grows linearly: 100,000 queries at most ${LINEAR_GROWTH}× as much as 10,000`,
		find: (lookup) => growth(lookup, ({ peakMemoryBytes }) => peakMemoryBytes),
	},
	{
		text: "A single call: at most 1.3× the time of n8n's request helper alone",
		find: (lookup) => slower(lookup, 'single', 'requestHelper', 1, 1.3),
	},
	{
		text: '10,000 rows, Many Items at Once, 1,000 per call: at least 50× faster than HTTP Request',
		find: (lookup) =>
			faster(lookup, 'manyItems', 'httpRequestNode', 10_000, 50, 'convexNodeForThousandItems'),
	},
	{
		text: '10,000 rows, Many Items at Once, 100 per call: at least 50× faster than HTTP Request',
		find: (lookup) =>
			faster(lookup, 'manyItems', 'httpRequestNode', 10_000, 50, 'convexNodeForManyItems'),
	},
	{
		text: '1,000 mutations, 10 at a time: as fast as HTTP Request in batches of 10',
		find: (lookup) => faster(lookup, 'mutations10', 'httpRequestNodeInBatches', 1000, 1),
	},
	{
		text: '10,000 mutations, 10 at a time: as fast as HTTP Request in batches of 10',
		find: (lookup) => faster(lookup, 'mutations10', 'httpRequestNodeInBatches', 10_000, 1),
	},
	{
		text: 'Mutations, 10 at a time: never more than 10 in flight',
		find: (lookup) => {
			const runs = [100, 1000, 10_000]
				.map((items) => lookup('mutations10', 'convexNode', items)?.maxInFlight)
				.filter((inFlight) => inFlight !== undefined);
			if (runs.length === 0) return undefined;
			const most = Math.max(...runs);
			return { value: `${most} in flight`, isMet: most <= 10 };
		},
	},
];

/** The section of bench/README.md that they stand in. */
export const TARGETS_SECTION = 'targets';

/** The targets with what was found of them, as a table of Markdown. */
export function targetsTable(results: Results, servers: ServerKind[]): string {
	const rows = TARGETS.map(({ text, find }) => ({
		text,
		cells: servers.map((server) => {
			const finding = find((...what) => results.measured(server, ...what), server);
			return finding && `${finding.isMet ? 'met' : '**missed**'}: ${finding.value}`;
		}),
	}));
	return goalsTable(TARGETS_SECTION, ['target', ...servers.map(({ name }) => name)], rows);
}

function faster(
	lookup: Lookup,
	group: string,
	rival: ContenderName,
	items: number,
	atLeast: number,
	own: ContenderName = 'convexNode',
): Finding | undefined {
	return compare(
		lookup(group, rival, items)?.wallTimeMs,
		lookup(group, own, items)?.wallTimeMs,
		(value) => value >= atLeast,
	);
}

function slower(
	lookup: Lookup,
	group: string,
	limit: ContenderName,
	items: number,
	atMost: number,
): Finding | undefined {
	return compare(
		lookup(group, 'convexNode', items)?.wallTimeMs,
		lookup(group, limit, items)?.wallTimeMs,
		(value) => value <= atMost,
	);
}

function growth(lookup: Lookup, of: (measured: Measured) => number): Finding | undefined {
	const small = lookup('queries', 'convexNode', 10_000);
	const large = lookup('queries', 'convexNode', 100_000);
	return compare(large && of(large), small && of(small), (value) => value <= LINEAR_GROWTH);
}

function compare(
	dividend: number | undefined,
	divisor: number | undefined,
	isMet: (value: number) => boolean,
): Finding | undefined {
	if (dividend === undefined || divisor === undefined) return undefined;
	const value = dividend / divisor;
	return { value: ratio(value), isMet: isMet(value) };
}
