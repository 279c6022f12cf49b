import type { SoakSettings } from './settings';
import type { Soak } from './soak';
import type { Stage } from './stage';
import type { SoakFailure } from './verdict';

const BYTES_PER_MIB = 2 ** 20;

const NUMBERS = new Intl.NumberFormat('en');

/** How far a run is. */
export function progressLine(elapsedMs: number, soak: Soak, stage: Stage): string {
	return [
		`soak: ${Math.round(elapsedMs / 1_000)} s`,
		counted(mutationsOf(soak), 'mutation'),
		...changesOf(stage),
		counted(soak.connections, 'connection'),
		`heap ${mebibytes(soak.growth.samples.at(-1)?.heapBytes ?? 0)}`,
	].join(', ');
}

/** What was done and found, in one line. */
export function summaryLine(
	{ seconds, seed }: SoakSettings,
	soak: Soak,
	stage: Stage,
	failure: SoakFailure | undefined,
): string {
	const { counts } = soak.faultSchedule;
	const { heapBytes, webSockets, serverSockets, waitingTimers } = soak.growth.differences;
	return [
		`soak: ${seconds} s, seed ${seed}`,
		`${counted(mutationsOf(soak), 'mutation')} (${soak.nodeLanes.map(({ sent, delivery }) => `${NUMBERS.format(sent)} ${delivery.name}`).join(', ')}, ${NUMBERS.format(unansweredOf(soak))} unanswered)`,
		...changesOf(stage),
		counted(counts.restarts, 'restart'),
		counted(counts.redeployments, 'redeployment'),
		counted(counts.pauses, 'pause'),
		`${counted(counts.n8nRestarts, 'restart')} of n8n`,
		`${counted(counts.socketsKilled, 'socket')} killed`,
		`${NUMBERS.format(counts.socketsClosed)} closed`,
		`${NUMBERS.format(counts.socketsStalled)} stalled`,
		`${NUMBERS.format(counts.faults)} hit by a fault`,
		counted(soak.silentNetwork.silences, 'silence'),
		counted(soak.connections, 'connection'),
		`${failure?.kind === 'lost' ? 1 : 0} lost`,
		`${failure?.kind === 'twice' ? 1 : 0} twice`,
		`heap ${signed(mebibytes(heapBytes))}`,
		`sockets ${signed(String(Math.max(webSockets, serverSockets)))}`,
		`timers ${signed(String(waitingTimers))}`,
		failure === undefined ? 'passed' : 'FAILED',
	].join(', ');
}

function mutationsOf({ lanes }: Soak): number {
	return lanes.reduce((sum, { sent }) => sum + sent, 0);
}

function unansweredOf({ lanes }: Soak): number {
	return lanes.reduce((sum, { unanswered }) => sum + unanswered, 0);
}

function changesOf({ workflows, followers }: Stage): string[] {
	const sumOf = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0);
	const changes = sumOf(workflows.map(({ verifier }) => verifier.changes));
	return [
		`${counted(changes, 'change')} emitted in ${counted(sumOf(workflows.map(({ starts }) => starts)), 'start')}`,
		`${counted(sumOf(followers.map(({ changes: followed }) => followed)), 'document')} followed in ${counted(sumOf(followers.map(({ starts }) => starts)), 'execution')}`,
	];
}

function counted(count: number, what: string): string {
	return `${NUMBERS.format(count)} ${what}${count === 1 ? '' : 's'}`;
}

function mebibytes(bytes: number): string {
	return `${(bytes / BYTES_PER_MIB).toFixed(1)} MiB`;
}

function signed(text: string): string {
	return text.startsWith('-') ? text : `+${text}`;
}
