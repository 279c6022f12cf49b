/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { sleep, type IRun } from 'n8n-workflow';
import { startHttpServer, unusedUrl } from '../support/awkwardServers';
import { callConvexTool } from '../support/agents';
import { SyncGate, type GateBehaviour } from '../support/syncGate';
import { TcpProxy } from '../support/tcpProxy';
import { useTriggers } from '../support/triggersOfTest';
import { until } from '../support/waiting';
import {
	waitingFor,
	waitingForBoard,
	waitingWithTimes,
	whereField,
} from '../support/waitingForResults';

const convex = useTriggers('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const watched = async (count: number) =>
	await until(async () => (await convex.deployment.syncStats()).subscriptions === count, watched);

const hintsOf = (run: IRun) =>
	(run.data.resultData.runData.Convex?.at(-1)?.hints ?? []).map(({ message }) => message);

const { WebSocket: original } = globalThis;
afterEach(() => {
	globalThis.WebSocket = original;
});

describe('a connection that breaks during a wait', () => {
	it('is made again, and nothing is missed', async () => {
		const running = convex.run({
			parameters: waitingForBoard(whereField('', 'equals', 'done')),
			nodeType: waitingWithTimes(60_000, 60_000),
		});
		for (const value of ['one', 'two', 'three']) {
			await watched(1);
			await convex.put(value);
			await convex.deployment.killSockets();
		}
		await convex.put('done');
		const { success, run } = await running;
		expect(success.map(({ json }) => json.value)).toEqual(['done']);
		expect(hintsOf(run)).toEqual([]);
		await convex.socketsClosed();
	});

	it('is waited for through an outage, which ends before the time limit', async () => {
		const running = convex.run({
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(50, 100),
		});
		await watched(1);
		await convex.deployment.goDown();
		await sleep(1_000);
		await convex.deployment.comeBack();
		await convex.put('there');
		expect((await running).success.map(({ json }) => json.value)).toEqual(['there']);
	});

	it('says what was wrong when the time is over', async () => {
		const proxy = await TcpProxy.inFrontOf(convex.deployment.url);
		await proxy.up();
		await convex.put({ status: 'running' });
		const running = convex.run({
			credential: { ...convex.credential, deploymentUrl: proxy.url },
			parameters: waitingForBoard(whereField('status', 'equals', 'done'), { timeout: 5_000 }),
			nodeType: waitingWithTimes(50, 100),
			settings: continuing,
		});
		await watched(1);
		await proxy.down();
		const { error } = await running;
		expect(error.map(({ json }) => json.error)).toEqual([
			'\'status\' was still "running" after 5 seconds. Nothing answers at the deployment URL: the connection was refused',
		]);
		expect(error[0]?.json.details).toMatchObject({
			kind: 'timeout',
			lastValue: { status: 'running' },
		});
	});

	it('because the key is revoked ends with what the deployment says over HTTP', async () => {
		const running = convex.run({ parameters: waitingForBoard() });
		await watched(1);
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query',
			status: 401,
			body: { code: 'BadAdminKey', message: 'The provided admin key was invalid' },
			times: 1_000,
		});
		await convex.deployment.expireAuth();
		expect((await running).stoppedBy?.message).toBe('The provided admin key was invalid');
		await convex.socketsClosed();
	});

	it('because it is refused, though HTTP is not, is done without', async () => {
		const running = convex.run({
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(60_000, 50),
		});
		await watched(1);
		await convex.deployment.expireAuth();
		await until(async () => ((await convex.deployment.executions())['boards:read'] ?? 0) >= 4);
		await convex.put('there');
		expect((await running).success.map(({ json }) => json.value)).toEqual(['there']);
		await convex.socketsClosed();
	});
});

describe('where no live connection can be made, a wait', () => {
	let gate: SyncGate;
	afterEach(async () => await gate?.stop());

	const behind = async (behaviour: GateBehaviour) => {
		gate = await SyncGate.inFrontOf(convex.deployment.url, behaviour);
		return { ...convex.credential, deploymentUrl: gate.url };
	};

	it.each<GateBehaviour>(['refuse', 'swallow', 'mute'])(
		'asks over HTTP every few seconds, and says so: %s',
		async (behaviour) => {
			const credential = await behind(behaviour);
			const running = convex.run({
				credential,
				parameters: waitingForBoard({ waitUntil: 'changed' }),
				nodeType: waitingWithTimes(50, 100),
			});
			const polls = () => gate.requests.filter((request) => request === 'POST /api/query').length;
			await until(() => polls() >= 3);
			await convex.put({ big: 5n });
			const { success, run } = await running;
			expect(success.map(({ json }) => json.value)).toEqual([{ big: '5' }]);
			expect(hintsOf(run)).toEqual([
				expect.stringMatching(/^The result was asked for over HTTP every few seconds, because/),
			]);
			await until(() => gate.open === 0);
			const polled = polls();
			await sleep(500);
			expect(polls()).toBe(polled);
		},
	);

	it('asks for the items that begin later too', async () => {
		await convex.put('there');
		const { success } = await convex.run({
			credential: await behind('refuse'),
			parameters: waitingFor('={{ $json.path }}', '={{ $json.args }}', whereField('', 'exists'), {
				concurrency: 1,
			}),
			input: [
				{ path: 'boards:read', args: { name: 'a' } },
				{ path: 'counters:get', args: { name: 'a' } },
			],
			nodeType: waitingWithTimes(50, 50),
		});
		expect(success.map(({ json }) => json.value)).toEqual(['there', 0]);
	});

	it('of an item that begins later does not take a change from before for its own, and asks at once', async () => {
		await convex.put('old');
		const running = convex.run({
			credential: await behind('refuse'),
			parameters: waitingForBoard(
				{ waitUntil: 'changed' },
				{ concurrency: 2, timeout: '={{ $json.timeout }}' },
			),
			input: [{ timeout: 1_000 }, { timeout: 3_001 }, { timeout: 3_000 }],
			nodeType: waitingWithTimes(0, 60_000),
			settings: { onError: 'continueRegularOutput' },
		});
		await until(async () => ((await convex.deployment.executions())['boards:read'] ?? 0) >= 1);
		await convex.put('new');
		const [timedOut, other, later] = (await running).success.map(({ json }) => json);
		expect(timedOut).toMatchObject({ details: { kind: 'timeout', lastValue: 'old' } });
		expect(other).toMatchObject({ value: 'new' });
		expect(later).toMatchObject({ details: { kind: 'timeout', lastValue: 'new' } });
	});

	it('does the same on a Node.js without WebSockets', async () => {
		Reflect.deleteProperty(globalThis, 'WebSocket');
		const running = convex.run({
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(60_000, 50),
		});
		await until(async () => ((await convex.deployment.executions())['boards:read'] ?? 0) >= 2);
		await convex.put('there');
		const { success, run } = await running;
		expect(success.map(({ json }) => json.value)).toEqual(['there']);
		expect(hintsOf(run)).toHaveLength(1);
		expect((await convex.deployment.syncStats()).closeCodes).toEqual({});
	});

	it('goes on over a connection as soon as one can be made', async () => {
		const credential = await behind('refuse');
		const running = convex.run({
			credential,
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(50, 100),
		});
		await until(() => gate.requests.includes('POST /api/query'));
		gate.behaviour = 'pass';
		await watched(1);
		await sleep(1_000);
		const polled = gate.requests.length;
		await sleep(500);
		expect(gate.requests.length).toBe(polled);
		await convex.put('there');
		const { success, run } = await running;
		expect(success).toHaveLength(1);
		expect(hintsOf(run)).toEqual([]);
	});

	it('fails as the query does', async () => {
		const { stoppedBy } = await convex.run({
			credential: await behind('refuse'),
			parameters: waitingFor('failures:throwConvexError', { data: 'no' }),
			nodeType: waitingWithTimes(50, 100),
		});
		expect(stoppedBy?.context.data).toMatchObject({ kind: 'application', errorData: 'no' });
	});

	it('waits through answers that pass by themselves', async () => {
		const credential = await behind('refuse');
		await convex.deployment.addFault({
			kind: 'rejection',
			path: '/api/query',
			code: 'TooManyConcurrentRequests',
			// The function list and the first result come before.
			skip: 2,
			times: 3,
		});
		const running = convex.run({
			credential,
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(50, 50),
		});
		const polls = () => gate.requests.filter((request) => request === 'POST /api/query').length;
		await until(() => polls() >= 7);
		await convex.put('there');
		expect((await running).success).toHaveLength(1);
	});

	it.each([404, 403, 302, 200])(
		'waits while a proxy answers in the place of a deployment that was there, with %i',
		async (status) => {
			const credential = await behind('pass');
			const running = convex.run({
				credential,
				parameters: waitingForBoard(),
				nodeType: waitingWithTimes(50, 50),
			});
			await watched(1);
			const proxy = { kind: 'answer', path: '/api/query', status, body: '<html>' } as const;
			await convex.deployment.addFault({ ...proxy, times: 3 });
			const polls = () => gate.requests.filter((request) => request === 'POST /api/query').length;
			const before = polls();
			gate.cut('refuse');
			await until(() => polls() >= before + 4);
			await convex.put('there');
			expect((await running).success.map(({ json }) => json.value)).toEqual(['there']);
		},
	);

	it('ends at its time limit where the deployment does not tell of its functions', async () => {
		let open = 0;
		const silent = await startHttpServer((_request, response) => {
			open += 1;
			response.on('close', () => (open -= 1));
		});
		const { error } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: silent.url },
			parameters: waitingForBoard({}, { timeout: 500 }),
			settings: continuing,
		});
		expect(error.map(({ json }) => json)).toEqual([
			{
				error: 'No result came within 500 milliseconds',
				details: expect.objectContaining({ kind: 'timeout', functionPath: 'boards:read' }),
			},
		]);
		await until(() => open === 0);
		await silent.stop();
		// The request would end by itself after half a minute.
	}, 15_000);

	it('fails all items soon where a website answers from the beginning', async () => {
		const website = await startHttpServer((_request, response) =>
			response.writeHead(404).end('<html>'),
		);
		const { error } = await convex.run({
			credential: { deploymentUrl: website.url, authentication: 'none' },
			parameters: waitingFor('boards:read', '={{ { name: $json.name } }}'),
			input: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
			nodeType: waitingWithTimes(50, 50),
			settings: continuing,
		});
		expect(error.map(({ json }) => json.details)).toEqual(
			Array(3).fill(expect.objectContaining({ kind: 'deployment', httpStatus: 404 })),
		);
		await website.stop();
	});

	it('fails soon where the deployment was never reached', async () => {
		const { error } = await convex.run({
			credential: { deploymentUrl: await unusedUrl(), authentication: 'none' },
			parameters: waitingForBoard(),
			nodeType: waitingWithTimes(50, 50),
			settings: continuing,
		});
		expect(error.map(({ json }) => json.error)).toEqual([
			'Nothing answers at the deployment URL: the connection was refused',
		]);
		expect(error[0]?.json.details).toMatchObject({ kind: 'network' });
	});
});

describe('a wait that is ended', () => {
	it.each<GateBehaviour>(['pass', 'refuse', 'swallow'])(
		'because the execution is cancelled leaves nothing open: %s',
		async (behaviour) => {
			const gate = await SyncGate.inFrontOf(convex.deployment.url, behaviour);
			const cancel = new AbortController();
			const running = convex.run({
				credential: { ...convex.credential, deploymentUrl: gate.url },
				parameters: waitingFor('boards:read', '={{ { name: $json.name } }}'),
				input: Array.from({ length: 30 }, (_, index) => ({ name: `board ${index}` })),
				nodeType: waitingWithTimes(50, 50),
				settings: continuing,
				cancelSignal: cancel.signal,
			});
			await until(
				async () =>
					Object.keys(await convex.deployment.executions()).length > 0 || gate.upgrades > 0,
			);
			cancel.abort();
			await running.catch(() => undefined);
			await until(() => gate.open === 0);
			await convex.socketsClosed();
			// What was sent before the cancellation may arrive after it.
			await sleep(1_000);
			const requests = gate.requests.length;
			const { upgrades } = gate;
			await sleep(1_000);
			expect([gate.requests.length, gate.upgrades]).toEqual([requests, upgrades]);
			await gate.stop();
		},
	);

	it('because another item failed, and the node stops then, is ended at once', async () => {
		const { stoppedBy } = await convex.run({
			parameters: waitingFor('={{ $json.path }}', '={{ $json.args }}'),
			input: [
				{ path: 'boards:read', args: { name: 'a' } },
				{ path: 'failures:throwConvexError', args: { data: 'no' } },
			],
		});
		expect(stoppedBy?.context.itemIndex).toBe(1);
		expect(stoppedBy?.context.data).toMatchObject({ errorData: 'no' });
		await convex.socketsClosed();
	});
});

describe('as a tool of an AI Agent, a wait', () => {
	it('tells the model the result, or why there was none', async () => {
		const wait = async (timeout: number) =>
			await callConvexTool(
				{
					credential: convex.credential,
					parameters: waitingForBoard(
						whereField('status', 'equals', "={{ $fromAI('status', 'The status', 'string') }}"),
						{ timeout },
					) as never,
				},
				[{ status: 'done' }],
			);
		await convex.put({ status: 'running' });
		expect(String((await wait(3_000))?.answer)).toContain(
			'\'status\' was still "running" after 3 seconds',
		);
		await convex.put({ status: 'done' });
		expect(JSON.parse(String((await wait(60_000))?.answer))).toEqual([
			{ value: { status: 'done' }, logLines: [], waitedMs: expect.any(Number) },
		]);
	});
});
