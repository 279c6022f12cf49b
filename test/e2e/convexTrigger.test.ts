import { watching } from '../support/triggers';
import { readStack } from './environment';
import { FACTS } from './n8nFacts';
import { useSignedInN8n } from './signedIn';
import { until } from './until';
import { mutate, read, untilSockets, useWatchingWorkflows } from './watchingWorkflows';
import { convexNode, outputOf } from './workflows';

const { deployment, deploymentUrl, deployKey } = readStack();
const session = useSignedInN8n();
const workflows = useWatchingWorkflows(() => session.n8n);

const counter = (parameters = {}) => watching('counters:get', { name: 'a' }, parameters);
const increment = async () => await mutate('counters:increment', { name: 'a' });

/** Publishes a workflow whose trigger runs then. @returns its id */
async function published(...args: Parameters<typeof workflows.import>): Promise<string> {
	const id = await workflows.import(...args);
	const { status } = await workflows.publish(id);
	expect(status).toBe('published');
	return id;
}

describe('a published workflow', () => {
	it('starts at each change of the result, also of two that follow each other at once', async () => {
		const id = await published(session.credentialId, counter());
		await increment();
		await workflows.starts(id, ([item]) => item?.value === 1);
		await Promise.all([increment(), increment()]);
		const starts = await workflows.starts(id, ([item]) => item?.value === 3);
		expect(starts).toContainEqual([{ value: 1, previousValue: 0, reason: 'change' }]);
		// n8n runs them side by side, so it may list the second first.
		const steps = starts
			.map(([item]) => [item?.previousValue, item?.value])
			.sort(([, one], [, other]) => Number(one) - Number(other));
		expect(steps.map(([before]) => before)).toEqual([
			0,
			...steps.slice(0, -1).map(([, now]) => now),
		]);
	});

	it('does not start while the result is the same, whatever is written or breaks', async () => {
		const order = { orderId: '1', email: 'ada@engines.test', total: 5 };
		const orderId = String(await mutate('orders:upsert', order));
		const id = await published(session.credentialId, watching('orders:listUnannounced'));
		await mutate('orders:upsert', order);
		await mutate('counters:increment', { name: 'b' });
		await deployment.killSockets();
		await untilSockets(1);
		await deployment.restart({ downMs: 100 });
		await untilSockets(1);
		await mutate('orders:markAnnounced', { id: orderId });
		expect(await workflows.starts(id)).toEqual([
			[{ value: [], previousValue: [expect.objectContaining(order)], reason: 'change' }],
		]);
	});

	it('starts with one item for each document that came, changed or went', async () => {
		const put = async (value: Array<Record<string, string>>) =>
			await mutate('boards:put', { name: 'a', value });
		await put([{ _id: '1', text: 'stays' }, { _id: '2', text: 'old' }, { _id: '3' }]);
		const id = await published(
			session.credentialId,
			watching('boards:read', { name: 'a' }, { emit: 'changes' }),
		);
		await put([{ _id: '4' }, { _id: '1', text: 'stays' }, { _id: '2', text: 'new' }]);
		const [items] = await workflows.starts(id);
		expect(items?.map(({ change, key, changedFields }) => [change, key, changedFields])).toEqual([
			['added', '4', null],
			['changed', '2', ['text']],
			['removed', '3', null],
		]);
	});

	it('hands its items to a Convex node, which writes them', async () => {
		const copy = convexNode(
			session.credentialId,
			'mutation',
			'boards:put',
			'={{ { name: "copy", value: $json } }}',
		);
		await published(session.credentialId, counter(), copy);
		await increment();
		await until(async () => (await read('boards:read', { name: 'copy' })) !== null);
		expect(await read('boards:read', { name: 'copy' })).toEqual({
			value: 1,
			previousValue: 0,
			reason: 'change',
		});
	});

	it('closes the connection when it is unpublished, and catches up when it is published again', async () => {
		const id = await published(session.credentialId, counter());
		await untilSockets(1);
		await workflows.unpublish(id);
		expect(await deployment.syncStats()).toMatchObject({ sockets: 0, closeCodes: { 1005: 1 } });
		await increment();
		await increment();
		await workflows.publish(id);
		expect(await workflows.starts(id)).toEqual([
			[{ value: 2, previousValue: null, reason: 'catchUp' }],
		]);
	});
});

describe('a run by hand', () => {
	it("gives the query's present result at once", async () => {
		await increment();
		const execution = await session.n8n.runWorkflow(
			await workflows.import(session.credentialId, counter()),
		);
		expect(outputOf(execution, 'Next')).toEqual([
			{ value: 1, previousValue: null, reason: 'initial' },
		]);
		await untilSockets(0);
	});
});

describe('a deployment that is down', () => {
	afterEach(async () => await deployment.comeBack());

	it('at activation is waited for', async () => {
		await deployment.goDown();
		const id = await published(session.credentialId, counter({ emitInitialResult: true }));
		await deployment.comeBack();
		await workflows.starts(id);
		await increment();
		const starts = await workflows.starts(id, ([item]) => item?.value === 1);
		expect(starts).toEqual([
			[{ value: 0, previousValue: null, reason: 'initial' }],
			[{ value: 1, previousValue: 0, reason: 'change' }],
		]);
		expect(await session.n8n.executionsOf(id)).toHaveLength(2);
	});
});

describe('a query that throws', () => {
	it('is one failed execution, and the next item tells of it', async () => {
		const id = await published(
			session.credentialId,
			watching('failures:throwWhenOdd', { name: 'a' }),
		);
		await increment();
		const [failure, ...more] = await workflows.reports(id);
		expect(failure).toEqual({
			message: expect.stringContaining('ODD'),
			description: expect.stringContaining('The trigger keeps watching'),
		});
		await increment();
		expect(await workflows.starts(id)).toEqual([
			[
				{
					value: 2,
					previousValue: 0,
					reason: 'change',
					recovered: { message: expect.stringContaining('ODD'), since: expect.any(String) },
				},
			],
		]);
		expect(more).toEqual([]);
	});
});

/** n8n gives a trigger that fails five attempts, 15 seconds in all. */
describe('what n8n cannot activate', () => {
	const key = { deploymentUrl, authentication: 'deployKey', token: deployKey };
	const credential = async (token: string) =>
		await session.n8n.createCredential('Key', 'convexApi', { ...key, token });
	const correct = async (id: string) =>
		await session.n8n.updateCredential(id, 'Key', 'convexApi', key);
	const refuseKey = async (times: number) =>
		await deployment.addFault({
			kind: 'answer',
			path: 'check_admin_key',
			status: 401,
			body: { code: 'BadAdminKey', message: 'The provided admin key was invalid' },
			times,
		});
	const checksOfKey = async () =>
		(await deployment.requestStats()).endpoints['/api/check_admin_key']?.requests;

	it('says what is wrong with the parameters', async () => {
		const ids = [
			await workflows.import(session.credentialId, watching('tasks:create', { title: 'x' })),
			await workflows.import(session.credentialId, watching('tasks:lst')),
			await workflows.import(session.credentialId, counter({ emit: 'changes' })),
		];
		const messages = await Promise.all(
			ids.map(async (id) => {
				const { status, triggers } = await workflows.publish(id);
				return [status, triggers[0]?.errorMessage];
			}),
		);
		expect(messages).toEqual([
			[
				'failed',
				expect.stringContaining("Only queries can be watched. Choose a query in 'Function'"),
			],
			['failed', expect.stringContaining("Did you mean 'tasks:list'?")],
			['failed', expect.stringContaining("Set 'Trigger On' to 'Any Change of the Result'")],
		]);
		await untilSockets(0);
	});

	it('a key that is refused says so, and runs as soon as it is corrected and published again', async () => {
		const refused = await credential('other-deployment|0123');
		const id = await workflows.import(refused, counter());
		const { status, triggers } = await workflows.publish(id);
		expect([status, triggers[0]?.errorMessage]).toEqual([
			'failed',
			expect.stringMatching(
				/The provided admin key was invalid.*Correct the credential, then publish the workflow again/,
			),
		]);
		// Where n8n activates at once, it keeps trying with growing pauses.
		if (FACTS.publishesInBackground) expect(await checksOfKey()).toBe(5);
		else expect(await checksOfKey()).toBeGreaterThan(0);
		expect(await session.n8n.executionsOf(id)).toEqual([]);

		await correct(refused);
		expect(await workflows.publish(id)).toMatchObject({ status: 'published' });
		await increment();
		expect(await workflows.starts(id)).toEqual([[expect.objectContaining({ value: 1 })]]);
	});

	it('a key that is refused later, after another has taken its place, gives way to that one', async () => {
		const replaced = await credential(deployKey);
		const id = await published(replaced, counter());
		const token = await deployment.createKey(['*']);
		await session.n8n.updateCredential(replaced, 'Key', 'convexApi', { ...key, token });
		await refuseKey(1);
		await deployment.expireAuth();
		expect(await workflows.reports(id)).toHaveLength(1);
		await untilSockets(1);
		await increment();
		expect(await workflows.starts(id)).toEqual([[expect.objectContaining({ value: 1 })]]);
	});

	it('a key that is refused later ends the trigger, once and without going round in circles', async () => {
		const revoked = await credential(deployKey);
		const id = await published(revoked, counter());
		await refuseKey(1000);
		await deployment.expireAuth();
		await until(async () => (await session.n8n.publicationStatus(id)).status === 'failed');
		const failures = await workflows.reports(id);
		expect(failures.map(({ message }) => message)).toEqual([
			expect.stringContaining('The provided admin key was invalid'),
		]);
		// Once at activation, once to make sure, then n8n's two rounds of five attempts.
		expect(await checksOfKey()).toBeLessThanOrEqual(12);
		expect(await deployment.syncStats()).toMatchObject({ sockets: 0 });
	});
});
