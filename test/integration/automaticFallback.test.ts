/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { automaticWithTimeouts, notingKeys } from '../support/automatic';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { startForwardProxy } from '../support/forwardProxy';
import { startMalformedMessageServer } from '../support/misbehavingSyncServers';
import { keys } from '../support/sessions';
import { SyncGate, type GateBehaviour } from '../support/syncGate';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const gates: SyncGate[] = [];
afterEach(async () => {
	for (const gate of gates.splice(0)) await gate.stop();
});

async function gateThat(behaviour: GateBehaviour): Promise<SyncGate> {
	const gate = await SyncGate.inFrontOf(convex.deployment.url, behaviour);
	gates.push(gate);
	return gate;
}

type Options = Omit<ConvexRunOptions, 'credential' | 'parameters'> &
	Partial<Pick<ConvexRunOptions, 'parameters'>>;

const runAt = async (deploymentUrl: string, options: Options) =>
	await convex.run({
		credential: { ...convex.credential, deploymentUrl },
		parameters: notingKeys(),
		...options,
	});

const detailsOf = ({ json }: INodeExecutionData) => json.details as IDataObject;

const additions = async () => (await convex.deployment.executions())['counters:add'] ?? 0;

const timesOf = async () => (await convex.deployment.executionsByKey())['counters:add'] ?? {};

const listed = async (name = 'list') => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name }),
	});
	return success[0]?.json.value as string[];
};

/** Each ran once, in the order of the input. */
async function expectAllRan(count: number): Promise<void> {
	const wanted = keys(count).map(({ key }) => key);
	expect(await listed()).toEqual(wanted);
	expect(await timesOf()).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
}

const posts = ({ requests }: SyncGate) =>
	requests.filter((request) => request.startsWith('POST /api/mutation')).length;

describe('a live connection that cannot be made', () => {
	const SHORT_MS = 300;

	it.each<[string, GateBehaviour]>([
		['is refused', 'refuse'],
		['is neither made nor refused', 'swallow'],
		['is made, and nothing comes over it', 'mute'],
	])('because it %s leaves all items to HTTP, and nothing is sent over it', async (_what, kind) => {
		const gate = await gateThat(kind);
		const { success } = await runAt(gate.url, {
			nodeType: automaticWithTimeouts('mutation', 60_000, SHORT_MS),
			input: keys(30),
		});
		expect(success).toHaveLength(30);
		expect({ posts: posts(gate), calls: gate.calls, upgrades: gate.upgrades }).toEqual({
			posts: 30,
			calls: 0,
			upgrades: 1,
		});
		await expectAllRan(30);
		await until(() => gate.open === 0);
	});

	it.each([
		['something else', 'hello'],
		['that the credential is refused', JSON.stringify({ type: 'AuthError', error: 'no' })],
		['that it cannot read what it is sent', JSON.stringify({ type: 'FatalError', error: 'no' })],
	])('because its other end says %s leaves all items to HTTP', async (_what, message) => {
		const server = await startMalformedMessageServer(
			convex.deployment.url,
			Array<string>(9).fill(message),
		);
		const { success } = await runAt(server.url, { input: keys(30) });
		await server.stop();
		expect(success).toHaveLength(30);
		await expectAllRan(30);
		expect((await convex.deployment.requestStats()).endpoints['/api/mutation']?.requests).toBe(30);
	});

	it('and of which nothing came is not waited for again in the next run', async () => {
		const gate = await gateThat('swallow');
		for (const input of [keys(10), keys(10)]) {
			await runAt(gate.url, {
				nodeType: automaticWithTimeouts('mutation', 60_000, SHORT_MS),
				input,
			});
		}
		expect(gate.upgrades).toBe(1);
	});

	it('because nothing answers where it is made is not waited for again in the next run', async () => {
		const gate = await gateThat('swallowPath');
		for (const input of [keys(10), keys(10)]) {
			expect((await runAt(gate.url, { input })).success).toHaveLength(10);
		}
		const asked = gate.requests.filter((request) => request.startsWith('GET'));
		expect({ asked, upgrades: gate.upgrades }).toEqual({ asked: ['GET /api/sync'], upgrades: 0 });
	});

	it('but was refused is tried again in the next run', async () => {
		const gate = await gateThat('refuse');
		for (const input of [keys(10), keys(10)]) await runAt(gate.url, { input });
		expect(gate.upgrades).toBe(2);
	});

	it('because the host has no WebSocket leaves all items to HTTP', async () => {
		const { WebSocket: original } = globalThis;
		const gate = await gateThat('pass');
		try {
			Reflect.deleteProperty(globalThis, 'WebSocket');
			expect((await runAt(gate.url, { input: keys(30) })).success).toHaveLength(30);
		} finally {
			globalThis.WebSocket = original;
		}
		expect([posts(gate), gate.upgrades]).toEqual([30, 0]);
		await expectAllRan(30);
	});

	it('because n8n has a proxy leaves all items to it', async () => {
		const gate = await gateThat('pass');
		const proxy = await startForwardProxy();
		process.env.HTTP_PROXY = proxy.url;
		try {
			expect((await runAt(gate.url, { input: keys(30) })).success).toHaveLength(30);
		} finally {
			delete process.env.HTTP_PROXY;
			await proxy.stop();
		}
		expect(proxy.requests.filter((request) => request.startsWith('POST'))).toHaveLength(30);
		expect([posts(gate), gate.upgrades]).toEqual([30, 0]);
	});
});

describe('a live connection that ends for good in the middle of a run', () => {
	/** Cuts it when this many calls have run, and refuses further ones. */
	const cutAt = async (count: number, options: Options) => {
		const gate = await gateThat('pass');
		const running = runAt(gate.url, {
			nodeType: automaticWithTimeouts('mutation', 1_000),
			...options,
		});
		await until(async () => (await additions()) >= count);
		gate.cut('refuse');
		return await running;
	};

	/** How many mutations are sent before the first of them is answered, at most. */
	const MOST_SENT_AHEAD = 500;
	/** So that some are left when it is cut. */
	const ITEMS = MOST_SENT_AHEAD + 150;

	it('leaves what certainly did not run to HTTP, and the rest unknown', async () => {
		const input = keys(ITEMS);
		const { success, error } = await cutAt(100, { input, settings: continuing });
		expect(success.length + error.length).toBe(ITEMS);
		expect(new Set(error.map((item) => detailsOf(item).outcome))).toEqual(new Set(['unknown']));
		expect(error.length).toBeLessThanOrEqual(MOST_SENT_AHEAD);
		for (const { json } of error) {
			expect(json.error).toMatch(/^The connection broke.* The function may have run: do not/s);
		}
		const times = await timesOf();
		expect(success.filter(({ json }) => times[String(json.value)] !== 1)).toEqual([]);
		expect(Math.max(...Object.values(times))).toBe(1);
		// Those behind the unknown ones ran in the order of the input too.
		const ran = (await listed()).map((key) => Number(key.split(' ')[1]));
		expect(ran).toEqual(ran.toSorted((a, b) => a - b));
	});

	it('stops a node that stops at errors at the one that is unknown', async () => {
		await convex.deployment.addFault({
			kind: 'delay',
			ms: 600_000,
			path: '/sync/Mutation',
			skip: 49,
		});
		const { stoppedBy } = await cutAt(51, { input: keys(200) });
		expect(stoppedBy?.context.itemIndex).toBe(50);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', retryable: false });
		expect(Object.keys(await timesOf())).toHaveLength(51);
	});

	it('does not take a mutation for rejected that ran, and whose effect was not told', async () => {
		const rejection = { kind: 'rejection', code: 'TooManyConcurrentRequests' } as const;
		// The first transition of a connection makes the session count as open.
		await convex.deployment.addFault({
			...rejection,
			path: '/sync/Transition',
			skip: 9,
			times: 1_000,
		});
		const { stoppedBy } = await runAt(convex.deployment.url, {
			nodeType: automaticWithTimeouts('mutation', 1_000),
			input: keys(60),
		});
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
		const times = Object.values(await timesOf());
		expect(times).toEqual(Array(Number(stoppedBy?.context.itemIndex) + 1).fill(1));
	});

	it('does not hide an overload: what Convex rejected goes on over HTTP', async () => {
		const rejection = { kind: 'rejection', code: 'TooManyConcurrentRequests' } as const;
		// Convex waits for its turn first; meanwhile its first message of the connection arrives.
		const afterMs = 300;
		await convex.deployment.addFault({
			...rejection,
			afterMs,
			path: '/sync/Mutation',
			skip: 20,
			times: 1_000,
		});
		const { success } = await runAt(convex.deployment.url, {
			nodeType: automaticWithTimeouts('mutation', 1_000),
			input: keys(60),
		});
		expect(success).toHaveLength(60);
		await expectAllRan(60);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/mutation']?.requests).toBe(1 + 39);
	});

	it('has HTTP run what it left undone before the items behind', async () => {
		const rejection = { kind: 'rejection', code: 'TooManyWrites', afterMs: 300 } as const;
		await convex.deployment.addFault({
			...rejection,
			path: '/sync/Mutation',
			skip: 10,
			times: 1_000,
		});
		const adding = keys(12).map(({ key }) => ({
			path: 'counters:add',
			args: { name: 'signatures', key },
		}));
		// The last is alone in flight, between two items that are the first of their functions.
		const input = [
			...adding.slice(0, 11),
			{ path: 'counters:increment', args: { name: 'a' } },
			...adding.slice(11),
			{ path: 'users:sign', args: {} },
		];
		const { success } = await runAt(convex.deployment.url, {
			nodeType: automaticWithTimeouts('mutation', 1_000),
			parameters: calling('mutation', '={{ $json.path }}', '={{ $json.args }}'),
			input,
			settings: continuing,
		});
		expect(success).toHaveLength(14);
		expect(await listed('signatures')).toEqual([...keys(12).map(({ key }) => key), 'nobody']);
	});
});
