/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- runs in Node, not in n8n */
import { withCleanup } from '../e2e/cleanup';
import { ensureN8n } from '../e2e/n8nInstallation';
import { N8nServer } from '../e2e/n8nServer';
import { startStack, type Stack } from '../e2e/stack';
import { TestPostgres } from './postgres';
import { TestRedis } from './redis';

const WORKERS = 2;

/**
 * A worker has to show this often that it is alive, or its executions count as those of a dead one.
 * By default, n8n gives it 60 s; less than 30 s is not enough for a worker on a busy machine, which
 * shows nothing while it loads nodes.
 */
const LOCK_SETTINGS = {
	QUEUE_WORKER_LOCK_DURATION: '30000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
	QUEUE_WORKER_STALLED_INTERVAL: '3000',
};

/** A whole n8n in queue mode; `n8n` is its main process. */
export interface QueueStack extends Stack {
	workers: N8nServer[];
	redis: TestRedis;
	postgres: TestPostgres;
}

/** Starts a stack in queue mode, does something with it, and stops and deletes it, whatever happens. */
export async function withQueueStack(use: (stack: QueueStack) => Promise<void>): Promise<void> {
	const installation = await ensureN8n();
	await withCleanup(async (stopToo) => {
		const name = `n8n_convex_test_${process.pid}_${Date.now()}`;
		const redis = await TestRedis.open(installation, name, stopToo);
		const postgres = await TestPostgres.open(installation, name, stopToo);
		const settings = {
			EXECUTIONS_MODE: 'queue',
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
			...LOCK_SETTINGS,
			...redis.settings,
			...postgres.settings,
		};
		const stack = await startStack(installation, stopToo, settings);
		const { tarball } = stack;
		const workers = await Promise.all(
			Array.from({ length: WORKERS }, async () => {
				const command = 'worker' as const;
				const worker = await N8nServer.start(installation, tarball, { command, settings });
				stopToo(async () => await worker.stop());
				return worker;
			}),
		);
		console.log(`${WORKERS} workers: ${workers.map(({ url }) => url).join(', ')}`);
		await use({ ...stack, workers, redis, postgres });
	});
}
