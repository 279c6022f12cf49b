/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sleep } from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { runWorkflow } from '../support/engine';
import { TcpProxy } from '../support/tcpProxy';
import { TRIGGER_TYPE, triggerNode, watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

const counter = watching('counters:get', { name: 'a' });

const increment = async () => await use.mutate('counters:increment', { name: 'a' });

/** The deployment answers nothing over HTTP, and everything over the live connection. */
const holdCheck = async (times: number) =>
	await use.deployment.addFault({ kind: 'delay', path: 'check_admin_key', ms: 60_000, times });

/** An activation that waits for the deployment's answer, and watches already. */
async function pendingActivation(workflowId: string) {
	await holdCheck(1);
	const trigger = use.trigger(counter, { workflowId });
	const activated = trigger.activate();
	await use.untilSockets((sockets) => sockets === 1);
	return { trigger, activated };
}

describe('a workflow that is unpublished while its trigger is still activating', () => {
	it('and published again, starts once for a change', async () => {
		const { trigger, activated } = await pendingActivation('again');
		await trigger.deactivate();
		const next = await use.activate(counter, { workflowId: 'again' });
		await activated;
		await use.untilSockets((sockets) => sockets === 1);
		await increment();
		await next.nthStart(1);
		expect(trigger.starts.all).toEqual([]);
		await next.deactivate();
		await use.socketsClosed();
	});
});

describe('a workflow that is published again while it is still being unpublished', () => {
	let proxy: TcpProxy;
	beforeEach(async () => {
		proxy = await TcpProxy.inFrontOf(use.deployment.url);
		await proxy.up();
	});
	afterEach(async () => {
		// n8n cannot close what it has forgotten; publishing once more ends it.
		await (await use.activate(counter, { workflowId: 'overlapping' })).deactivate();
		await proxy.down();
	});

	it('continues, though n8n has forgotten its trigger', async () => {
		setFlagsFromString('--expose-gc');
		const collectGarbage: () => void = runInNewContext('gc');
		const credential = { ...use.credential, deploymentUrl: proxy.url };
		const before = await use.activate(counter, { workflowId: 'overlapping', credential });
		// So closing it takes its time.
		proxy.silence();
		const unpublished = before.deactivate();
		const after = await use.activate(counter, { workflowId: 'overlapping' });
		await unpublished;
		for (let tries = 0; tries < 20; tries++) {
			collectGarbage();
			await sleep(20);
		}
		await increment();
		await after.nthStart(1);
	});
});

describe('an activation', () => {
	it('takes what is wrong from the live connection, when nothing answers over HTTP', async () => {
		await holdCheck(100);
		const trigger = use.trigger(watching('tasks:create', { title: 'x' }));
		await expect(trigger.activate()).rejects.toThrow(/Only queries can be watched/);
		await use.socketsClosed();
	});

	it('refuses a path that does not exist, though the list of functions does not come', async () => {
		await use.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 60_000, times: 100 });
		const trigger = use.trigger(watching('tasks:missing'));
		await expect(trigger.activate()).rejects.toThrow(/Could not find public function/);
		await use.socketsClosed();
	});

	it('that fails leaves nothing behind', async () => {
		const trigger = use.trigger(watching('tasks:lst'), { workflowId: 'wrong' });
		await expect(trigger.activate()).rejects.toThrow(/Could not find/);
		await use.socketsClosed();
	});

	it('is not ended by a run by hand of the same trigger', async () => {
		const active = await use.activate(counter, { workflowId: 'test' });
		const { run } = await runWorkflow(
			{
				nodeTypes: { [TRIGGER_TYPE]: new ConvexTrigger() },
				credentialTypes: { convexApi: new ConvexApi() },
				credentials: { convexApi: use.credential },
			},
			{ name: 'test', nodes: [triggerNode(counter)], connections: {} },
		);
		expect(run.status).toBe('success');
		await increment();
		expect((await active.nthStart(1)).items[0]?.value).toBe(1);
	});

	it('is not ended by one of another workflow, nor of another trigger of the same', async () => {
		const [first, second] = [
			await use.activate(counter, { workflowId: 'one' }),
			await use.activate(counter, { workflowId: 'two' }),
		];
		await increment();
		await Promise.all([first.nthStart(1), second.nthStart(1)]);
	});
});
