import { markdownTable } from '../report/markdownTable';
import { count, kilobytes, milliseconds, ratio } from '../report/units';
import type { DeliveryResult } from './deliveries';
import { DELIVERY_LABELS, type DeliveryName } from './messages';
import type { TriggerResult } from './triggers';

export interface LiveResults {
	deliveries: DeliveryResult[];
	triggers: TriggerResult[];
}

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
const P99_AIM_MS = 100;
const P99_AIM_TRIGGERS = 100;

export function deliveryTable(results: LiveResults): string {
	const rows = results.deliveries.map((result) => {
		const { delivery, mutations, wallTimeMs, isInOrder, isOnce } = result;
		const faster = fasterThan(results, 'httpRequestOneByOne', delivery);
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

export function aimsTable(results: LiveResults): string {
	const faster = fasterThan(results, 'oneByOne', 'session');
	const session = results.deliveries.find(({ delivery }) => delivery === 'session');
	const many = results.triggers.find(({ triggers }) => triggers === P99_AIM_TRIGGERS);
	const rows = [
		...AUTOMATIC_AIMS.map(({ what, delivery, rival, atLeast }) => [
			`As it comes, ${what}: at least ${atLeast}× faster than ${DELIVERY_LABELS[rival]}`,
			finding(fasterThan(results, rival, delivery), (value) => value >= atLeast, ratio),
		]),
		[
			`Session delivery: at least ${FASTER_AT_LEAST}× faster than HTTP, one at a time`,
			finding(faster, (value) => value >= FASTER_AT_LEAST, ratio),
		],
		[
			'Session delivery: order kept, each ran once',
			finding(
				session,
				({ isInOrder, isOnce }) => isInOrder && isOnce,
				({ mutations }) => `${count(mutations)} mutations`,
			),
		],
		[
			`${P99_AIM_TRIGGERS} triggers: p99 from the answer under ${P99_AIM_MS} ms`,
			finding(many?.fromAnswer.p99Ms, (value) => value < P99_AIM_MS, milliseconds),
		],
	];
	return markdownTable(['aim', 'this run'], rows, ['aim', 'this run']);
}

function fasterThan(
	{ deliveries }: LiveResults,
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
): string {
	if (value === undefined) return 'not measured';
	return `${isMet(value) ? 'met' : '**missed**'}: ${text(value)}`;
}
