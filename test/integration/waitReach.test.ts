import { sleep, type IDataObject } from 'n8n-workflow';
import { userOf } from '../support/convexNode';
import { SyncGate } from '../support/syncGate';
import { useTriggers } from '../support/triggersOfTest';
import { until } from '../support/waiting';
import { waitingFor, waitingForBoard, waitingWithTimes } from '../support/waitingForResults';

const convex = useTriggers('deployKey');

/** More than a call is sent again for a deployment that was never reached. */
const RESETS = 8;

const watched = async () =>
	await until(async () => (await convex.deployment.syncStats()).subscriptions === 1, watched);

let gate: SyncGate;
afterEach(async () => await gate?.stop());

/** Runs two items, one after the other; the deployment is gone when the second one begins to wait. */
async function outageBetweenItems(
	second: IDataObject,
	options: Parameters<typeof waitingFor>[3],
	resets = RESETS,
) {
	gate = await SyncGate.inFrontOf(convex.deployment.url, 'pass');
	const { deployKey } = convex.deployment;
	await convex.mutate('boards:put', { name: 'b', value: 'there' });
	const running = convex.run({
		credential: { ...convex.credential, deploymentUrl: gate.url, token: '={{ $json.key }}' },
		parameters: waitingFor(
			'boards:read',
			'={{ { name: $json.name } }}',
			{},
			{ concurrency: 1, ...options },
		),
		input: [
			{ name: 'a', user: 'one', key: deployKey, timeout: 60_000 },
			{ name: 'b', key: deployKey, ...second },
		],
		nodeType: waitingWithTimes(50, 50),
		settings: { onError: 'continueErrorOutput' },
	});
	await watched();
	gate.behaviour = 'refuse';
	for (const path of ['/api/query', '/api/function']) {
		await convex.deployment.addFault({ kind: 'resetBefore', path, times: resets });
	}
	await convex.put('there');
	return await running;
}

describe('a wait that begins while a deployment is gone that the run has reached before', () => {
	it('waits until it is back, as another user than the one before', async () => {
		const { success, error } = await outageBetweenItems(
			{ user: 'two' },
			{ actAsUser: userOf('={{ ({ issuer: "https://issuer.test", subject: $json.user }) }}') },
		);
		expect(error.map(({ json }) => json.error)).toEqual([]);
		expect(success).toHaveLength(2);
	});

	// What the deployment says of its functions is kept for each key.
	const withOtherKey = { key: 'dev:of-another|0123' };

	it.each([
		['to hear of its function', {}],
		['to hear of the arguments of its function', { convertTypes: true }],
	])('waits until it is back %s', async (_what, options) => {
		const { success, error } = await outageBetweenItems(withOtherKey, options);
		expect(success).toHaveLength(1);
		expect(error.map(({ json }) => json.details)).toEqual([
			expect.objectContaining({
				kind: 'deployment',
				code: 'BadAdminKey',
				functionPath: 'boards:read',
			}),
		]);
	});

	it('says at its time limit why it did not even hear of the function', async () => {
		const { error } = await outageBetweenItems(
			{ ...withOtherKey, timeout: 500 },
			{ convertTypes: true, timeout: '={{ $json.timeout }}' },
			1_000,
		);
		expect(error.map(({ json }) => json)).toEqual([
			expect.objectContaining({
				error: expect.stringMatching(/^No result came within 500 milliseconds\. .*connection/),
				details: expect.objectContaining({ kind: 'timeout', functionPath: 'boards:read' }),
			}),
		]);
	});
});

describe('a wait that is over before its first requests are', () => {
	it.each(['deployKey', 'none'] as const)('says why they failed: %s', async (authentication) => {
		gate = await SyncGate.inFrontOf(convex.deployment.url, 'refuse');
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query',
			status: 503,
			body: 'Service Unavailable',
			times: 1_000,
		});
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: gate.url, authentication },
			parameters: waitingForBoard({}, { timeout: 1_200 }),
			nodeType: waitingWithTimes(50, 50),
		});
		expect(stoppedBy?.message).toMatch(
			/^No result came within 1200 milliseconds\. .*HTTP status 503$/,
		);
	});
});

describe('a wait over a slow network', () => {
	it('gives a long answer more and more time where a live connection is open', async () => {
		gate = await SyncGate.inFrontOf(convex.deployment.url, 'mute');
		await convex.put('there');
		await convex.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 300, times: 1_000 });
		const { success, error } = await convex.run({
			credential: { deploymentUrl: gate.url, authentication: 'none' },
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(50, 50, 10),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error.map(({ json }) => json.error)).toEqual([]);
		expect(success.map(({ json }) => json.value)).toEqual(['there']);
	});

	it('leaves the network to an open connection after an answer that did not come in time', async () => {
		gate = await SyncGate.inFrontOf(convex.deployment.url, 'mute');
		await convex.put('there');
		await convex.deployment.addFault({
			kind: 'delay',
			path: '/api/query',
			ms: 2_000,
			times: 1,
		});
		const running = convex.run({
			credential: { deploymentUrl: gate.url, authentication: 'none' },
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(50, 50, 10, 60_000),
		});
		const asked = () => gate?.requests.filter((request) => request.endsWith('/api/query')) ?? [];
		await until(() => asked().length === 1, asked);
		await sleep(1_500);
		expect(asked()).toHaveLength(1);
		gate.cut('refuse');
		expect((await running).success.map(({ json }) => json.value)).toEqual(['there']);
	});
});
