import { sleep } from 'n8n-workflow';
import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import { openHttp } from '../../test/support/syncClients';
import type { Stage } from '../stage';
import { WorkerProcess } from '../workerProcess';
import { machineTimeMs } from './clock';
import type { WaitJob, WaitMessage } from './messages';
import { quantile } from './statistics';

const START_TIMEOUT_MS = 60_000;
const ROUND_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 5;
/** As those of triggers. */
const WARM_UP_ROUNDS = 10;
const ROUNDS = 100;

const MUTATION = 'documents:fill';

export interface WaitResult {
	items: number;
	rounds: number;
	/** From the mutation's answer until the node has ended, which is with the last of its items. */
	medianMs: number;
	p99Ms: number;
}

/** Has so many items of a node wait, each for a query of its own, all of which one mutation changes. */
export async function measureWaits(stage: Stage, items: number): Promise<WaitResult> {
	const deployment = await startDeployment();
	try {
		const { url: deploymentUrl, deployKey: token } = deployment;
		const credential = { deploymentUrl, authentication: 'deployKey', token };
		const job: WaitJob = { items, credential };
		const worker = WorkerProcess.start<WaitMessage>(stage, 'waitWorker', job);
		try {
			return await measureRounds(worker, deployment, items);
		} finally {
			worker.stop();
		}
	} finally {
		await deployment.stop();
	}
}

async function measureRounds(
	worker: WorkerProcess<WaitMessage>,
	deployment: EmbeddedDeployment,
	items: number,
): Promise<WaitResult> {
	const ready = await worker.next(START_TIMEOUT_MS);
	if (ready.type === 'failed') throw new Error(ready.reason);
	const http = openHttp(deployment.url);
	const timesMs: number[] = [];
	for (let round = 1; round <= WARM_UP_ROUNDS + ROUNDS; round++) {
		const ending = worker.ask(String(round), ROUND_TIMEOUT_MS);
		await untilWatched(deployment, items);
		await http.mutation(MUTATION, { count: 1, group: String(round) });
		const answeredAtMs = machineTimeMs();
		const ended = await ending;
		if (ended.type !== 'ended') {
			throw new Error(ended.type === 'failed' ? ended.reason : ended.type);
		}
		if (round > WARM_UP_ROUNDS) timesMs.push(ended.endedAtMs - answeredAtMs);
	}
	const [medianMs, p99Ms] = [quantile(timesMs, 0.5), quantile(timesMs, 0.99)];
	return { items, rounds: ROUNDS, medianMs, p99Ms };
}

/** All queries are watched, and their first results are out. */
async function untilWatched(deployment: EmbeddedDeployment, queries: number): Promise<void> {
	const givenUpAtMs = machineTimeMs() + ROUND_TIMEOUT_MS;
	while ((await deployment.syncStats()).subscriptions !== queries) {
		if (machineTimeMs() > givenUpAtMs) throw new Error('not all queries are watched');
		await sleep(POLL_INTERVAL_MS);
	}
	await sleep(POLL_INTERVAL_MS);
}
