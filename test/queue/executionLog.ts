/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The ids of the executions that a process of n8n ran for the queue, by its log. */
export function executionsRunBy(userFolder: string): string[] {
	return idsIn(logOf(userFolder), 'started');
}

/** How many executions a worker has begun and not ended since it was started last. */
function executionsInProgress(userFolder: string): number {
	const log = logOf(userFolder).split('Starting n8n worker...').at(-1) ?? '';
	const finished = new Set(idsIn(log, 'finished'));
	return idsIn(log, 'started').filter((id) => !finished.has(id)).length;
}

/** The worker with the most executions in progress. */
export function busiestOf<Worker extends { userFolder: string }>(workers: Worker[]): Worker {
	const [busiest] = [...workers].sort(
		(one, other) => executionsInProgress(other.userFolder) - executionsInProgress(one.userFolder),
	);
	if (busiest === undefined) throw new Error('there is no worker');
	return busiest;
}

function idsIn(log: string, event: 'started' | 'finished'): string[] {
	const lines = log.matchAll(new RegExp(`Worker ${event} execution (\\d+)`, 'g'));
	return [...lines].map(([, id]) => id ?? '');
}

function logOf(userFolder: string): string {
	return readFileSync(join(userFolder, 'n8n.log'), 'utf8');
}
