import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import { openHttp } from '../../test/support/syncClients';
import type { Certificate } from '../server/certificate';
import type { Stage } from '../stage';
import { WorkerProcess } from '../workerProcess';
import { ADD, ADD_MANY, ADDITIONS, additionsOf } from './additions';
import type { DeliveryJob, DeliveryMessage, DeliveryName } from './messages';
import { SlowNetwork } from './slowNetwork';
import { median } from './statistics';

/** There and back. */
export const LATENCY_MS = 20;

const START_TIMEOUT_MS = 60_000;
const RUN_TIMEOUT_MS = 300_000;
const RUNS = 3;

export interface DeliveryResult {
	delivery: DeliveryName;
	mutations: number;
	/** The median of the runs. */
	wallTimeMs: number;
	/** Whether, in every run, the mutations took effect in the order of the items. */
	isInOrder: boolean;
	/** Whether, in every run, each ran once. */
	isOnce: boolean;
}

/** Has the node deliver mutations to a deployment of its own behind TLS and latency, some times. */
export async function measureDelivery(
	stage: Stage,
	certificate: Certificate,
	delivery: DeliveryName,
	mutations: number,
): Promise<DeliveryResult> {
	const deployment = await startDeployment();
	try {
		const network = await SlowNetwork.inFrontOf(deployment.url, certificate, LATENCY_MS / 2);
		const { deployKey: token } = deployment;
		const credential = { deploymentUrl: network.url, authentication: 'deployKey', token };
		const job: DeliveryJob = { delivery, mutations, credential };
		const worker = WorkerProcess.start<DeliveryMessage>(
			stage,
			'deliveryWorker',
			job,
			certificate.certificate,
		);
		try {
			return { delivery, mutations, ...(await measureRuns(worker, deployment, mutations)) };
		} finally {
			worker.stop();
			network.stop();
		}
	} finally {
		await deployment.stop();
	}
}

async function measureRuns(
	worker: WorkerProcess<DeliveryMessage>,
	deployment: EmbeddedDeployment,
	mutations: number,
): Promise<Pick<DeliveryResult, 'wallTimeMs' | 'isInOrder' | 'isOnce'>> {
	const ready = await worker.next(START_TIMEOUT_MS);
	if (ready.type === 'failed') throw new Error(ready.reason);
	const wallTimesMs: number[] = [];
	const effects: Effect[] = [];
	for (let run = 1; run <= RUNS; run++) {
		const outcome = await worker.ask(String(run), RUN_TIMEOUT_MS);
		if (outcome.type !== 'done') {
			throw new Error(outcome.type === 'failed' ? outcome.reason : outcome.type);
		}
		wallTimesMs.push(outcome.wallTimeMs);
		effects.push(await effectOf(deployment, run, mutations));
	}
	return {
		wallTimeMs: median(wallTimesMs),
		isInOrder: effects.every(({ isInOrder }) => isInOrder),
		isOnce: effects.every(({ isOnce }) => isOnce),
	};
}

type Effect = Pick<DeliveryResult, 'isInOrder' | 'isOnce'>;

/** What the deployment has of a run: the keys in the order of their mutations, and how often each ran. */
async function effectOf(
	deployment: EmbeddedDeployment,
	run: number,
	mutations: number,
): Promise<Effect> {
	const keys = additionsOf(run, mutations).map(({ key }) => key);
	const name = additionsOf(run, 1)[0]?.name ?? '';
	const added = (await openHttp(deployment.url).query(ADDITIONS, { name })) as unknown[];
	const executions = await deployment.executionsByKey();
	const timesRun = (key: string) =>
		(executions[ADD]?.[key] ?? 0) + (executions[ADD_MANY]?.[key] ?? 0);
	return {
		isInOrder: JSON.stringify(added) === JSON.stringify(keys),
		isOnce: added.length === keys.length && keys.every((key) => timesRun(key) === 1),
	};
}
