/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import axios from 'axios';
import { ControlServer } from '../../emulator/control';
import { handOver, readStack, type TestStack } from '../e2e/environment';
import type { N8nServer } from '../e2e/n8nServer';
import type { QueueStack } from './queueStack';

const VARIABLE = 'CONVEX_QUEUE_STACK';

interface QueueFacts {
	/** Where the process of the tests controls what `run.ts` started. */
	queueControlUrl: string;
	workerFolders: string[];
}

type WorkerProcess = Pick<N8nServer, 'shutDown' | 'startAgain' | 'userFolder'>;

/** `n8nProcess` and `userFolder` are those of the main process. */
export interface TestQueueStack extends TestStack {
	workers: WorkerProcess[];
	/** Has the next worker run an execution again whose worker was killed, as n8n 1 did. */
	runAgain: (executionId: string) => Promise<void>;
	/** Which of the texts went to Redis since the start, or are there now. */
	findInRedis: (texts: string[]) => Promise<string[]>;
	findInPostgres: (texts: string[]) => Promise<string[]>;
	/** The status of each execution of a workflow, by its id, also of those that have not ended. */
	executionStatuses: (workflowId: string) => Promise<Record<string, string>>;
	/** Has whoever writes what a workflow keeps wait, until it is released. Executions may begin. */
	holdWorkflow: (workflowId: string) => Promise<void>;
	/** Ends the connections of those that wait: what they would have written is not written. */
	releaseWorkflow: () => Promise<void>;
}

/** Hands a stack to the process of the tests, by its environment. */
export async function handOverQueue(stack: QueueStack): Promise<NodeJS.ProcessEnv> {
	const { workers, redis, postgres, stopToo } = stack;
	const worker = (number: number) => {
		const found = workers[number];
		if (found === undefined) throw new Error(`there is no worker ${number}`);
		return found;
	};
	const control = await ControlServer.start({
		shutDown: async ({ number, signal }: { number: number; signal?: NodeJS.Signals }) =>
			await worker(number).shutDown(signal),
		startAgain: async ({ number }: { number: number }) => await worker(number).startAgain(),
		runAgain: async (executionId: string) => await redis.runAgain(executionId),
		findInRedis: async (texts: string[]) => await redis.find(texts),
		executionStatuses: async (workflowId: string) => await postgres.executionStatuses(workflowId),
		findInPostgres: async (texts: string[]) => await postgres.find(texts),
		holdWorkflow: async (workflowId: string) => await postgres.holdWorkflow(workflowId),
		releaseWorkflow: async () => await postgres.releaseWorkflow(),
	});
	stopToo(async () => await control.stop());
	const facts: QueueFacts = {
		queueControlUrl: control.url,
		workerFolders: workers.map(({ userFolder }) => userFolder),
	};
	return { ...(await handOver(stack)), [VARIABLE]: JSON.stringify(facts) };
}

export function readQueueStack(): TestQueueStack {
	const text = process.env[VARIABLE];
	if (text === undefined) throw new Error('start these tests with `npm run test:queue`');
	const { queueControlUrl, workerFolders }: QueueFacts = JSON.parse(text);
	const command = async (name: string, input: unknown) => {
		const { status, data } = await axios.post(`${queueControlUrl}/${name}`, JSON.stringify(input), {
			headers: { 'Content-Type': 'application/json' },
			validateStatus: null,
		});
		if (status !== 200) throw new Error(`${name}: ${data}`);
		return data;
	};
	const workers = workerFolders.map((userFolder, number): WorkerProcess => ({
		userFolder,
		shutDown: async (signal) => await command('shutDown', { number, signal }),
		startAgain: async () => await command('startAgain', { number }),
	}));
	return {
		...readStack(),
		workers,
		runAgain: async (executionId) => await command('runAgain', executionId),
		findInRedis: async (texts) => await command('findInRedis', texts),
		executionStatuses: async (workflowId) => await command('executionStatuses', workflowId),
		findInPostgres: async (texts) => await command('findInPostgres', texts),
		holdWorkflow: async (workflowId) => await command('holdWorkflow', workflowId),
		releaseWorkflow: async () => await command('releaseWorkflow', {}),
	};
}
