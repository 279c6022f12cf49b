/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- runs in Node, not in n8n */
import { hasEnded } from '../e2e/n8nApi';
import { useSignedInN8n } from '../e2e/signedIn';
import { until } from '../e2e/until';
import { read } from '../e2e/watchingWorkflows';
import { readQueueStack } from './environment';
import { busiestOf } from './executionLog';
import { IDEMPOTENCY_KEY, mutationNode, WebhookWorkflow } from './webhookWorkflows';

const { workers, deployment, executionStatuses } = readQueueStack();
const session = useSignedInN8n();

const EXECUTIONS = wholeNumber('QUEUE_EXECUTIONS', 200);
const KILLS = wholeNumber('QUEUE_KILLS', 2);

const CALLS_IN_FLIGHT = 10;
const HELD_MUTATIONS = 10;
/** Of the executions, between two kills: some are held back, and some come while a worker is away. */
const LEAST_SHARE = 2 * HELD_MUTATIONS;
/** Longer than it takes to see the last of them, and to kill the worker. */
const HOLD_MS = 15_000;
const ALL_ENDED_TIMEOUT_MS = 240_000;

const PATH = 'counters:add';
const LIST = 'queue';

function wholeNumber(variable: string, standard: number): number {
	const value = Number(process.env[variable] ?? standard);
	if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${variable} is no whole number`);
	return value;
}

afterEach(async () => {
	await Promise.all(workers.map(async (worker) => await worker.startAgain()));
});

/** Calls the webhook so many times. A call that n8n does not take fails the test. */
async function call(webhook: WebhookWorkflow, times: number): Promise<void> {
	let left = times;
	const caller = async () => {
		while (left > 0) {
			left -= 1;
			await webhook.post();
		}
	};
	await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, caller));
}

/** Waits until mutations ran whose answers are held back. */
async function untilHeld(during: () => Promise<void>): Promise<void> {
	const delayed = async () => (await deployment.requestStats()).faults.delay ?? 0;
	const wanted = (await delayed()) + HELD_MUTATIONS;
	const fault = { kind: 'delay', ms: HOLD_MS, path: '/api/mutation' } as const;
	await deployment.addFault({ ...fault, times: HELD_MUTATIONS });
	await during();
	await until(async () => (await delayed()) >= wanted);
}

async function untilSomeRan(): Promise<void> {
	const ran = async () => (await deployment.executions())[PATH] ?? 0;
	const before = await ran();
	await until(async () => (await ran()) > before);
}

/**
 * Calls the webhook, kills a worker meanwhile, and starts it again. Every second time it is killed in
 * the midst of mutations that ran and are not answered, else whatever it does.
 */
async function callAndKill(webhook: WebhookWorkflow, times: number, kill: number): Promise<void> {
	let calls: Promise<void> | undefined;
	const begin = async () => void (calls = call(webhook, times));
	if (kill % 2 === 0) await untilHeld(begin);
	else await Promise.all([begin(), untilSomeRan()]);
	const worker = busiestOf(workers);
	expect(await worker.shutDown('SIGKILL')).toBe('SIGKILL');
	await Promise.all([calls, worker.startAgain()]);
}

it(`each of ${EXECUTIONS} webhook executions runs its mutation once, or is reported as failed, while workers are killed ${KILLS} times`, async () => {
	const share = Math.floor(EXECUTIONS / (KILLS + 1));
	if (share < LEAST_SHARE) {
		throw new Error(`${KILLS} kills need ${LEAST_SHARE * (KILLS + 1)} executions or more`);
	}
	const args = `{ "name": "${LIST}", "key": "${IDEMPOTENCY_KEY}" }`;
	const node = mutationNode(session.credentialId, PATH, args);
	const webhook = await WebhookWorkflow.publish(session.n8n, 'killed-workers', [node]);

	for (let kill = 0; kill < KILLS; kill++) await callAndKill(webhook, share, kill);
	await call(webhook, EXECUTIONS - KILLS * share);

	let statuses: Record<string, string> = {};
	await until(async () => {
		statuses = await executionStatuses(webhook.id);
		return Object.values(statuses).every(hasEnded);
	}, ALL_ENDED_TIMEOUT_MS);
	const ran = (await deployment.executionsByKey())[PATH] ?? {};
	const outcomes = Object.entries(statuses).map(([id, status]) => ({
		id,
		status,
		mutations: ran[`${id}-0`] ?? 0,
	}));
	const succeeded = outcomes.filter(({ status }) => status === 'success');
	const failed = outcomes.filter(({ status }) => ['error', 'crashed'].includes(status));
	console.log(
		`${outcomes.length} executions, ${KILLS} kills, ${Object.keys(ran).length} mutations; ` +
			`reported as failed: ${failed.length}, of which ran their mutation: ` +
			`${failed.filter(({ mutations }) => mutations > 0).length}`,
	);

	// None is lost, and none has another end.
	expect(outcomes).toHaveLength(EXECUTIONS);
	expect(succeeded.length + failed.length).toBe(EXECUTIONS);
	expect(succeeded.filter(({ mutations }) => mutations !== 1)).toEqual([]);
	expect(failed.filter(({ mutations }) => mutations > 1)).toEqual([]);
	expect(Object.keys(ran)).toHaveLength(outcomes.filter(({ mutations }) => mutations > 0).length);
	expect(await read('counters:additions', { name: LIST })).toHaveLength(Object.keys(ran).length);
	if (KILLS > 0) expect(failed.length).toBeGreaterThan(0);
});
