import { markdownTable } from '../report/markdownTable';
import { count, kilobytes, megabytes, milliseconds, ratio } from '../report/units';
import { goalsTable, type GoalRow } from '../report/goals';
import type { DeliveryResult } from './deliveries';
import type { DocumentResult } from './documents';
import type { FeedResult } from './feeds';
import type { FileTransferResult } from './fileTransfers';
import { DELIVERY_LABELS, DOCUMENT_TASK_LABELS, type DeliveryName } from './messages';
import type { TriggerResult } from './triggers';
import type { WaitResult } from './waits';

export interface LiveResults {
	deliveries: DeliveryResult[];
	rows: DeliveryResult[];
	documents: DocumentResult[];
	files: FileTransferResult[];
	triggers: TriggerResult[];
	feeds: FeedResult[];
	waits: WaitResult[];
}

/** The section of bench/README.md that the aims stand in. */
export const AIMS_SECTION = 'aims';

const FASTER_AT_LEAST = 10;

/** How many times as fast as n8n's HTTP Request node, which sends one at a time or all at once. */
const AUTOMATIC_AIMS = [
	{ what: 'stops at errors', delivery: 'automatic', rival: 'httpRequestOneByOne', atLeast: 2 },
	{
		what: 'continues',
		delivery: 'automaticContinuing',
		rival: 'httpRequestOneByOne',
		atLeast: 100,
	},
	{ what: 'continues', delivery: 'automaticContinuing', rival: 'httpRequest', atLeast: 3 },
] as const;
const FILE_AIM_BYTES = 64e6;
const P99_AIM_MS = 100;
const P99_AIM_TRIGGERS = 100;

/** @param rival what the column 'faster' compares with */
export function deliveryTable(results: DeliveryResult[], rival: DeliveryName): string {
	const rows = results.map((result) => {
		const { delivery, mutations, wallTimeMs, isInOrder, isOnce } = result;
		const faster = fasterThan(results, rival, delivery);
		return [
			DELIVERY_LABELS[delivery],
			milliseconds(wallTimeMs),
			count((mutations / wallTimeMs) * 1000),
			faster === undefined ? '' : ratio(faster),
			isInOrder ? 'yes' : 'no',
			isOnce ? 'yes' : '**no**',
		];
	});
	const header = ['delivery', 'wall time', 'mutations/s', 'faster', 'order kept', 'each ran once'];
	return markdownTable(header, rows, ['delivery', 'order kept', 'each ran once']);
}

export function documentTable({ documents }: LiveResults): string {
	const rows = documents.map(({ task, documents: number, wallTimeMs, requests }) => [
		count(number),
		DOCUMENT_TASK_LABELS[task],
		milliseconds(wallTimeMs),
		count((number / wallTimeMs) * 1000),
		count(requests),
	]);
	return markdownTable(['documents', 'what', 'wall time', 'documents/s', 'requests'], rows, [
		'what',
	]);
}

export function fileTable({ files }: LiveResults): string {
	const rows = files.map(({ bytes, wallTimeMs, additionalBytes }) => [
		megabytes(bytes),
		milliseconds(wallTimeMs),
		megabytes(additionalBytes),
	]);
	return markdownTable(['file', 'up and down again', 'additional memory'], rows);
}

export function triggerTable({ triggers }: LiveResults): string {
	const header = [
		'triggers',
		'from the answer: median',
		'p99',
		'from sending: median',
		'p99',
		'memory per trigger',
	];
	const rows = triggers.map(({ triggers: number, fromAnswer, fromSending, bytesPerTrigger }) => [
		count(number),
		milliseconds(fromAnswer.medianMs),
		milliseconds(fromAnswer.p99Ms),
		milliseconds(fromSending.medianMs),
		milliseconds(fromSending.p99Ms),
		kilobytes(bytesPerTrigger),
	]);
	return markdownTable(header, rows);
}

export function feedTable({ feeds }: LiveResults): string {
	const header = [
		'documents a minute',
		'mutations',
		'from the answer: median',
		'longest',
		'executions',
		'of which the poll: median',
		'longest',
	];
	const rows = feeds.map(({ documents, mutations, fromAnswer, executions, poll }) => [
		count(documents),
		count(mutations),
		milliseconds(fromAnswer.medianMs),
		milliseconds(fromAnswer.longestMs),
		count(executions),
		milliseconds(poll.medianMs),
		milliseconds(poll.longestMs),
	]);
	return markdownTable(header, rows);
}

export function waitTable({ waits }: LiveResults): string {
	const rows = waits.map(({ items, medianMs, p99Ms }) => [
		count(items),
		milliseconds(medianMs),
		milliseconds(p99Ms),
	]);
	return markdownTable(['waiting items', 'until all go on: median', 'p99'], rows);
}

export function aimsTable(results: LiveResults): string {
	const { deliveries } = results;
	const faster = fasterThan(deliveries, 'oneByOne', 'session');
	const session = deliveries.find(({ delivery }) => delivery === 'session');
	const [file] = results.files;
	const many = results.triggers.find(({ triggers }) => triggers === P99_AIM_TRIGGERS);
	const rows: GoalRow[] = [
		...AUTOMATIC_AIMS.map(({ what, delivery, rival, atLeast }) => ({
			text: `As it comes, ${what}: at least ${atLeast}× faster than ${DELIVERY_LABELS[rival]}`,
			cells: [finding(fasterThan(deliveries, rival, delivery), (value) => value >= atLeast, ratio)],
		})),
		{
			text: `Session delivery: at least ${FASTER_AT_LEAST}× faster than HTTP, one at a time`,
			cells: [finding(faster, (value) => value >= FASTER_AT_LEAST, ratio)],
		},
		{
			text: 'Session delivery: order kept, each ran once',
			cells: [
				finding(
					session,
					({ isInOrder, isOnce }) => isInOrder && isOnce,
					({ mutations }) => `${count(mutations)} mutations`,
				),
			],
		},
		{
			text: `A file of 100 MB up and down again: less than ${FILE_AIM_BYTES / 1e6} MB of additional memory`,
			cells: [finding(file?.additionalBytes, (value) => value < FILE_AIM_BYTES, megabytes)],
		},
		{
			text: `${P99_AIM_TRIGGERS} triggers: p99 from the answer under ${P99_AIM_MS} ms`,
			cells: [finding(many?.fromAnswer.p99Ms, (value) => value < P99_AIM_MS, milliseconds)],
		},
	];
	return goalsTable(AIMS_SECTION, ['aim', 'result'], rows);
}

function fasterThan(
	deliveries: DeliveryResult[],
	rival: DeliveryName,
	delivery: DeliveryName,
): number | undefined {
	const timeOf = (name: DeliveryName) =>
		deliveries.find((result) => result.delivery === name)?.wallTimeMs;
	const [theirs, own] = [timeOf(rival), timeOf(delivery)];
	return theirs === undefined || own === undefined ? undefined : theirs / own;
}

function finding<Value>(
	value: Value | undefined,
	isMet: (value: Value) => boolean,
	text: (value: Value) => string,
): string | undefined {
	if (value === undefined) return undefined;
	return `${isMet(value) ? 'met' : '**missed**'}: ${text(value)}`;
}
