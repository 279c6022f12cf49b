import { sleep } from 'n8n-workflow';
import { unusedUrl } from '../support/awkwardServers';
import { watching, type ActiveTrigger } from '../support/triggers';
import { readLog, useBuiltPackage } from './built';
import { CAPABILITIES } from './capabilities';

const built = useBuiltPackage();

const POLL_INTERVAL_MS = 20;

const counter = () => watching('counters:get', { name: 'a' });
const increment = async () => await built.mutate('counters:increment', { name: 'a' });

/** Resolves when the trigger has reported a failure, where this n8n lets it. */
async function untilReported(trigger: ActiveTrigger, message: string): Promise<void> {
	if (CAPABILITIES.recordsFailedExecutions) {
		await trigger.failedExecutions.until((error) => error.message.includes(message));
		return;
	}
	while (!readLog().includes(message)) await sleep(POLL_INTERVAL_MS);
	expect(readLog()).toContain('Convex Trigger');
}

it('starts the workflow at each change, also after a lost connection', async () => {
	const trigger = await built.activate(counter());
	await increment();
	await trigger.nthStart(1);
	await built.deployment.killSockets();
	await increment();
	await trigger.nthStart(2);
	expect(trigger.starts.all.map(({ items }) => items)).toEqual([
		[{ value: 1, previousValue: 0, reason: 'change' }],
		[{ value: 2, previousValue: 1, reason: expect.any(String) }],
	]);
	expect(trigger.failedExecutions.all).toEqual([]);
	expect(trigger.fatalErrors.all).toEqual([]);
});

it('starts with the documents that changed', async () => {
	const trigger = await built.activate(watching('tasks:list', {}, { emit: 'changes' }));
	await built.mutate('tasks:create', { title: 'One' });
	const { items } = await trigger.nthStart(1);
	expect(items).toMatchObject([{ change: 'added', document: { title: 'One' } }]);
});

it('catches up after a restart of n8n', async () => {
	const first = await built.activate(counter());
	await increment();
	await first.nthStart(1);
	const { savedStaticData: staticData, workflowId } = first;
	await first.deactivate();
	await increment();
	const second = await built.activate(counter(), { staticData, mode: 'init', workflowId });
	expect((await second.nthStart(1)).items).toMatchObject([{ value: 2 }]);
});

it('is refused at activation for what the user has to fix', async () => {
	await expect(built.activate(watching('tasks:lst'))).rejects.toThrow(/Did you mean 'tasks:list'/);
	const credential = { ...built.credential, token: 'other|0123' };
	await expect(built.activate(counter(), { credential })).rejects.toThrow(/admin key/);
});

it('waits for a deployment that is unavailable at activation', async () => {
	const credential = { ...built.credential, deploymentUrl: await unusedUrl() };
	const trigger = await built.activate(counter(), { credential });
	expect(trigger.fatalErrors.all).toEqual([]);
});

it('reports a query that throws, keeps watching, and names the failure in the next item', async () => {
	const trigger = await built.activate(watching('failures:throwWhenOdd', { name: 'a' }));
	await increment();
	await untilReported(trigger, 'ODD');
	await increment();
	const { items } = await trigger.nthStart(1);
	expect(items).toMatchObject([{ value: 2, recovered: { message: expect.stringMatching(/ODD/) } }]);
	expect(trigger.fatalErrors.all).toEqual([]);
});

it('ends when its credential is refused, says so, and is not activated again', async () => {
	const trigger = await built.activate(counter());
	await built.deployment.addFault({
		kind: 'answer',
		path: 'check_admin_key',
		status: 401,
		body: { code: 'BadAdminKey', message: 'The provided admin key was invalid' },
		times: 100,
	});
	await built.deployment.expireAuth();
	await trigger.reactivations.until(() => trigger.reactivations.all.length === 5);
	expect(trigger.reactivations.all).toEqual([false, false, false, false, false]);
	expect(trigger.fatalErrors.all).toMatchObject([
		{ message: expect.stringMatching(/The provided admin key was invalid/) },
	]);
	await untilReported(trigger, 'The provided admin key was invalid');
	expect(readLog()).not.toContain(built.deployment.deployKey);
	await built.socketsClosed();
});

it('leaves no socket behind when it is deactivated', async () => {
	const trigger = await built.activate(counter());
	await built.untilSockets((sockets) => sockets === 1);
	await trigger.deactivate();
	await built.socketsClosed();
});
