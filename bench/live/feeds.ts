import { sleep } from 'n8n-workflow';
import { startDeployment } from '../../emulator/client';
import { openHttp } from '../../test/support/syncClients';
import type { Stage } from '../stage';
import { WorkerProcess } from '../workerProcess';
import { machineTimeMs } from './clock';
import type { FeedJob, FeedMessage } from './messages';
import { quantile } from './statistics';

const START_TIMEOUT_MS = 60_000;
/** Longer than n8n's shortest interval. */
const POLL_TIMEOUT_MS = 120_000;
const MUTATIONS_PER_MINUTE = 30;
const MINUTES = 3;
const INTERVAL_MS = 60_000 / MUTATIONS_PER_MINUTE;

const MUTATION = 'documents:fill';

export interface FeedResult {
	/** Written each minute. */
	documents: number;
	mutations: number;
	/** From a mutation's answer until the start of the execution with the last of its documents. */
	fromAnswer: { medianMs: number; longestMs: number };
	executions: number;
	/** From the beginning of a poll to the start of its execution: what the node itself takes. */
	poll: { medianMs: number; longestMs: number };
}

/** Writes so many documents a minute, evenly, while a trigger follows them that n8n polls each minute. */
export async function measureFeed(stage: Stage, documents: number): Promise<FeedResult> {
	const deployment = await startDeployment();
	try {
		const { url: deploymentUrl, deployKey: token } = deployment;
		const job: FeedJob = { credential: { deploymentUrl, authentication: 'deployKey', token } };
		const worker = WorkerProcess.start<FeedMessage>(stage, 'feedWorker', job);
		try {
			const active = await worker.next(START_TIMEOUT_MS);
			if (active.type === 'failed') throw new Error(active.reason);
			const http = openHttp(deployment.url);
			return await measureStarts(
				worker,
				documents,
				async (group, count) => await http.mutation(MUTATION, { count, group }),
			);
		} finally {
			worker.stop();
		}
	} finally {
		await deployment.stop();
	}
}

async function measureStarts(
	worker: WorkerProcess<FeedMessage>,
	documents: number,
	write: (group: string, count: number) => Promise<unknown>,
): Promise<FeedResult> {
	const mutations = MUTATIONS_PER_MINUTE * MINUTES;
	const perMutation = Math.max(1, Math.round(documents / MUTATIONS_PER_MINUTE));
	const started = collectStarts(worker, mutations * perMutation);
	const answeredAtMs = new Map<string, number>();
	for (let mutation = 0; mutation < mutations; mutation++) {
		const nextAtMs = machineTimeMs() + INTERVAL_MS;
		await write(String(mutation), perMutation);
		answeredAtMs.set(String(mutation), machineTimeMs());
		await sleep(Math.max(0, nextAtMs - machineTimeMs()));
	}
	const { starts, lastOfGroup } = await started;
	const times = [...answeredAtMs].map(
		([group, answeredAt]) => (lastOfGroup.get(group) ?? Infinity) - answeredAt,
	);
	const polls = starts.map(({ pollMs }) => pollMs);
	return {
		documents: perMutation * MUTATIONS_PER_MINUTE,
		mutations,
		fromAnswer: middleAndLongest(times),
		executions: starts.length,
		poll: middleAndLongest(polls),
	};
}

/** Collects what the workflow is started with, until it was told so many documents. */
async function collectStarts(worker: WorkerProcess<FeedMessage>, documents: number) {
	const starts: Array<Extract<FeedMessage, { type: 'started' }>> = [];
	const lastOfGroup = new Map<string, number>();
	for (let told = 0; told < documents;) {
		const message = await worker.next(POLL_TIMEOUT_MS);
		if (message.type !== 'started') {
			throw new Error(message.type === 'failed' ? message.reason : message.type);
		}
		starts.push(message);
		told += message.groups.length;
		for (const group of message.groups) lastOfGroup.set(group, message.startedAtMs);
	}
	return { starts, lastOfGroup };
}

function middleAndLongest(timesMs: number[]) {
	return { medianMs: quantile(timesMs, 0.5), longestMs: quantile(timesMs, 1) };
}
