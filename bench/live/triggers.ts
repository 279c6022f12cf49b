import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import { openHttp } from '../../test/support/syncClients';
import type { Stage } from '../stage';
import { WorkerProcess } from '../workerProcess';
import { machineTimeMs } from './clock';
import type { TriggerJob, TriggerMessage } from './messages';
import { quantile } from './statistics';

const ACTIVATION_TIMEOUT_MS = 300_000;
const ROUND_TIMEOUT_MS = 60_000;
/** The first rounds are not counted: n8n runs for months, so its code is warm. */
const WARM_UP_ROUNDS = 10;
const ROUNDS = 100;

const QUERY = { path: 'counters:get', args: { name: 'watched' } };
const MUTATION = 'counters:increment';

interface Latency {
	medianMs: number;
	p99Ms: number;
}

export interface TriggerResult {
	triggers: number;
	rounds: number;
	/** From the mutation's answer to a workflow's start, over all triggers and rounds. */
	fromAnswer: Latency;
	/** From sending the mutation. */
	fromSending: Latency;
	bytesPerTrigger: number;
}

/** Changes the result of a query again and again that so many triggers of one process watch. */
export async function measureTriggers(stage: Stage, triggers: number): Promise<TriggerResult> {
	const deployment = await startDeployment();
	try {
		const { url: deploymentUrl, deployKey: token } = deployment;
		const credential = { deploymentUrl, authentication: 'deployKey', token };
		const job: TriggerJob = { triggers, query: QUERY, credential };
		const worker = WorkerProcess.start<TriggerMessage>(stage, 'triggerWorker', job);
		try {
			return await measureRounds(worker, deployment, triggers);
		} finally {
			worker.stop();
		}
	} finally {
		await deployment.stop();
	}
}

async function measureRounds(
	worker: WorkerProcess<TriggerMessage>,
	deployment: EmbeddedDeployment,
	triggers: number,
): Promise<TriggerResult> {
	const { bytesPerTrigger } = expected('active', await worker.next(ACTIVATION_TIMEOUT_MS));
	const http = openHttp(deployment.url);
	const fromAnswer: number[] = [];
	const fromSending: number[] = [];
	for (let round = 1; round <= WARM_UP_ROUNDS + ROUNDS; round++) {
		expected('waiting', await worker.ask('wait', ROUND_TIMEOUT_MS));
		const starts = worker.next(ROUND_TIMEOUT_MS);
		const sentAtMs = machineTimeMs();
		await http.mutation(MUTATION, QUERY.args);
		const answeredAtMs = machineTimeMs();
		const { startedAtMs } = expected('started', await starts);
		if (round <= WARM_UP_ROUNDS) continue;
		fromAnswer.push(...startedAtMs.map((startedAt) => startedAt - answeredAtMs));
		fromSending.push(...startedAtMs.map((startedAt) => startedAt - sentAtMs));
	}
	return {
		triggers,
		rounds: ROUNDS,
		fromAnswer: latency(fromAnswer),
		fromSending: latency(fromSending),
		bytesPerTrigger,
	};
}

function latency(timesMs: number[]): Latency {
	return { medianMs: quantile(timesMs, 0.5), p99Ms: quantile(timesMs, 0.99) };
}

type MessageOf<Type extends TriggerMessage['type']> = Extract<TriggerMessage, { type: Type }>;

function expected<Type extends TriggerMessage['type']>(
	type: Type,
	message: TriggerMessage,
): MessageOf<Type> {
	if (isOf(type, message)) return message;
	throw new Error(message.type === 'failed' ? message.reason : `'${message.type}', not '${type}'`);
}

function isOf<Type extends TriggerMessage['type']>(
	type: Type,
	message: TriggerMessage,
): message is MessageOf<Type> {
	return message.type === type;
}
