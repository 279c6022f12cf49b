import { useSignedInN8n } from '../e2e/signedIn';
import { until } from '../e2e/until';
import { read } from '../e2e/watchingWorkflows';
import { outputOf } from '../e2e/workflows';
import { nodeAt } from '../support/engine';
import { readQueueStack } from './environment';
import { executionsRunBy } from './executionLog';
import { IDEMPOTENCY_KEY, mutationNode, WebhookWorkflow } from './webhookWorkflows';

const { workers, deployment, runAgain, executionStatuses } = readQueueStack();
const session = useSignedInN8n();

const PATH = 'credits:add';
/** Nobody waits for it: the worker is killed before. */
const HOLD_MS = 60_000;

const splitItems = nodeAt('Split', 'n8n-nodes-base.splitOut', {
	parameters: { fieldToSplitOut: 'body.credits', options: {} },
});

afterEach(async () => {
	await Promise.all(workers.map(async (worker) => await worker.startAgain()));
});

/** Starts an execution of two items, and kills all workers once its second mutation ran. @returns its id */
async function killedAfterTwoMutations(webhook: WebhookWorkflow): Promise<string> {
	const fault = { kind: 'delay', ms: HOLD_MS, path: '/api/mutation', skip: 1 } as const;
	await deployment.addFault(fault);
	await webhook.post({ credits: [{ amount: 10 }, { amount: 20 }] });
	await until(async () => (await deployment.executions())[PATH] === 2);
	await Promise.all(workers.map(async (worker) => await worker.shutDown('SIGKILL')));
	const [id] = Object.keys(await executionStatuses(webhook.id));
	if (id === undefined) throw new Error('there is no execution');
	return id;
}

/** Webhook → its items → a mutation that takes an idempotency key. */
async function publishCredits(account: string): Promise<WebhookWorkflow> {
	const args = `{ "account": "${account}", "amount": {{ $json.amount }}, "key": "${IDEMPOTENCY_KEY}" }`;
	const credit = mutationNode(session.credentialId, PATH, args);
	return await WebhookWorkflow.publish(session.n8n, account, [splitItems, credit]);
}

it('a mutation that takes an idempotency key does its work once when its execution runs again', async () => {
	const webhook = await publishCredits('run-again');
	const id = await killedAfterTwoMutations(webhook);
	expect(await read('credits:balance', { account: 'run-again' })).toBe(30);

	await runAgain(id);
	// The one that ran it would find it in its journal, and mark it as crashed.
	const other = workers.find(({ userFolder }) => !executionsRunBy(userFolder).includes(id));
	await other?.startAgain();
	const execution = await session.n8n.finishedExecution(id);

	expect(execution.status).toBe('success');
	const ran = (await deployment.executionsByKey())[PATH];
	expect(ran).toEqual({ [`${id}-0`]: 2, [`${id}-1`]: 2 });
	expect(await read('credits:balance', { account: 'run-again' })).toBe(30);
	// It continues with what the first run would have given.
	expect(outputOf(execution, 'Convex').map(({ value }) => value)).toEqual([10, 30]);
});
