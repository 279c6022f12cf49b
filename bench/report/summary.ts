import type { ContenderName } from '../contenders/names';
import type { DeliveryName, DocumentTaskName } from '../live/messages';
import type { LiveResults } from '../live/tables';
import { SERVERS } from '../plan';
import type { Results } from '../results';
import { today } from './circumstances';
import { markdownTable, rowsByFirstCell } from './markdownTable';
import { readReadme } from './readme';
import { milliseconds, ratio } from './units';

/** What a run measured so far. */
interface Findings {
	throughput?: Results;
	live?: LiveResults;
}

interface Times {
	rivalMs: number;
	ownMs: number;
}

interface SummaryRow {
	what: string;
	/** How one does it with the HTTP Request node. */
	how: string;
	/** Undefined if this run did not measure it. */
	find: (findings: Findings) => Times | undefined;
}

const ALL_AT_ONCE = 'all at once, no order';
const IN_LOOP = 'in Loop Over Items';

/** From the best to the worst, as they were when the rows were chosen. */
const ROWS: SummaryRow[] = [
	{
		what: "10,000 queries, the item's fields as arguments",
		how: ALL_AT_ONCE,
		find: contenders('queries', 10_000),
	},
	{
		what: '10,000 queries, arguments such as `{{ $json.text }}`',
		how: ALL_AT_ONCE,
		find: contenders('references', 10_000),
	},
	{
		what: '1,000 mutations in order, also behind one that fails',
		how: IN_LOOP,
		find: deliveries('httpRequestOneByOne', 'automaticContinuing'),
	},
	{
		what: '10,000 rows inserted by Many Items at Once over HTTP, 1,000 per call',
		how: ALL_AT_ONCE,
		find: contenders('manyItems', 10_000, 'convexNodeForThousandItems'),
	},
	{
		what: '4,000 rows inserted by Many Items at Once, 100 per call, also behind a call that fails',
		how: ALL_AT_ONCE,
		find: rows('manyItemsContinuing'),
	},
	{
		what: '4,000 rows inserted, a mutation for each, also behind one that fails',
		how: ALL_AT_ONCE,
		find: rows('automaticContinuing'),
	},
	{
		what: '10,000 rows inserted by Many Items at Once over HTTP, 100 per call',
		how: ALL_AT_ONCE,
		find: contenders('manyItems', 10_000, 'convexNodeForManyItems'),
	},
	{
		what: '10,000 queries, an expression with more than a reference',
		how: ALL_AT_ONCE,
		find: contenders('expressions', 10_000),
	},
	{
		what: '1,000 mutations in order, none behind one that fails (default)',
		how: IN_LOOP,
		find: deliveries('httpRequestOneByOne', 'automatic'),
	},
	{
		what: '10,000 documents of a table read',
		how: 'its pagination of a query, 1,000 per page',
		find: documentTasks('readPages', 'getMany', 10_000),
	},
	{
		what: '1,000 rows written by key (Document: Import)',
		how: `a mutation per row, ${ALL_AT_ONCE}`,
		find: documentTasks('upsertEachByHttpRequest', 'importUpsert', 1000),
	},
	{
		what: 'a single query',
		how: 'one request',
		find: contenders('single', 1),
	},
	{
		what: '1,000 mutations over HTTP, 10 at a time',
		how: 'its batches of 10',
		find: contenders('mutations10', 1000, 'convexNode', 'httpRequestNodeInBatches'),
	},
	{
		what: '1,000 mutations in order, against all at once',
		how: ALL_AT_ONCE,
		find: deliveries('httpRequest', 'automatic'),
	},
];

/** The section of bench/README.md that it stands in. */
export const SUMMARY_SECTION = 'summary';

const HEADER = ['what you do', "n8n's HTTP Request node", 'this node', 'times faster', 'measured'];

/**
 * What a user wants to know, as a table of Markdown. A row that this run did not measure stays as it is
 * in bench/README.md.
 */
export function summaryTable(findings: Findings): string {
	const date = today();
	const before = rowsByFirstCell(readReadme(SUMMARY_SECTION));
	const rows = ROWS.map(({ what, how, find }) => {
		const times = find(findings);
		if (times === undefined) return before.get(what) ?? [what, '', '', '', 'not yet'];
		const { rivalMs, ownMs } = times;
		const faster = ratio(rivalMs / ownMs);
		return [
			what,
			`${milliseconds(rivalMs)}, ${how}`,
			milliseconds(ownMs),
			rivalMs < ownMs ? `**${faster}** (slower)` : faster,
			date,
		];
	});
	return markdownTable(HEADER, rows, HEADER.slice(0, 1));
}

/** With TLS and latency. */
function contenders(
	group: string,
	items: number,
	own: ContenderName = 'convexNode',
	rival: ContenderName = 'httpRequestNode',
): SummaryRow['find'] {
	const [server] = SERVERS;
	return ({ throughput }) => {
		if (throughput === undefined || server === undefined) return undefined;
		const timeOf = (contender: ContenderName) =>
			throughput.measured(server, group, contender, items)?.wallTimeMs;
		return timesOf(timeOf(rival), timeOf(own));
	};
}

function deliveries(rival: DeliveryName, own: DeliveryName): SummaryRow['find'] {
	return ({ live }) => {
		const timeOf = (name: DeliveryName) =>
			live?.deliveries.find(({ delivery, mutations }) => delivery === name && mutations === 1000)
				?.wallTimeMs;
		return timesOf(timeOf(rival), timeOf(own));
	};
}

function rows(own: DeliveryName): SummaryRow['find'] {
	return ({ live }) => {
		const timeOf = (name: DeliveryName) =>
			live?.rows.find(({ delivery, mutations }) => delivery === name && mutations === 4000)
				?.wallTimeMs;
		return timesOf(timeOf('httpRequest'), timeOf(own));
	};
}

function documentTasks(
	rival: DocumentTaskName,
	own: DocumentTaskName,
	count: number,
): SummaryRow['find'] {
	return ({ live }) => {
		const timeOf = (name: DocumentTaskName) =>
			live?.documents.find(({ task, documents }) => task === name && documents === count)
				?.wallTimeMs;
		return timesOf(timeOf(rival), timeOf(own));
	};
}

function timesOf(rivalMs: number | undefined, ownMs: number | undefined): Times | undefined {
	return rivalMs === undefined || ownMs === undefined ? undefined : { rivalMs, ownMs };
}
