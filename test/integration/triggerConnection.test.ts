import { sleep } from 'n8n-workflow';
import {
	startMalformedMessageServer,
	startSilentSyncServer,
} from '../support/misbehavingSyncServers';
import { TcpProxy } from '../support/tcpProxy';
import { type ActiveTrigger, watching, withTimeouts } from '../support/triggers';
import { useTriggers, watchingCounter } from '../support/triggersOfTest';
import { startUntrustedServer } from '../support/awkwardServers';
import { until } from '../support/waiting';

const use = useTriggers('deployKey');

/** Its arguments are those of the form made from the query's declaration, which is asked for. */
const mapped = watchingCounter({
	argumentsMode: 'mapping',
	mappedArguments: { mappingMode: 'defineBelow', value: { name: 'a' } },
});

let proxy: TcpProxy;
beforeEach(async () => {
	proxy = await TcpProxy.inFrontOf(use.deployment.url);
});
afterEach(async () => await proxy.down());

const viaProxy = () => ({ credential: { ...use.credential, deploymentUrl: proxy.url } });

const valuesOf = (trigger: ActiveTrigger) => trigger.starts.all.map(({ items }) => items[0]?.value);

describe('a lost connection', () => {
	it('is made again, and the same result does not start the workflow', async () => {
		const trigger = await use.activate(watchingCounter());
		for (let loss = 0; loss < 3; loss++) {
			await use.deployment.killSockets();
			await use.untilSockets((sockets) => sockets === 1);
		}
		await use.increment();
		await trigger.nthStart(1);
		expect(valuesOf(trigger)).toEqual([1]);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('loses no change that was made meanwhile, and gives it once', async () => {
		await proxy.up();
		const trigger = await use.activate(watchingCounter(), viaProxy());
		await use.increment();
		await trigger.nthStart(1);
		await proxy.down();
		await use.increment();
		await use.increment();
		await proxy.up();
		await trigger.nthStart(2);
		await use.increment();
		await trigger.nthStart(3);
		expect(valuesOf(trigger)).toEqual([1, 3, 4]);
		expect(trigger.starts.all[1]?.items[0]).toMatchObject({ previousValue: 1, reason: 'change' });
	});

	it('that only stalls loses nothing', async () => {
		const trigger = await use.activate(watchingCounter());
		await use.deployment.freezeSockets();
		await use.increment();
		await use.deployment.unfreezeSockets();
		await trigger.nthStart(1);
		expect(valuesOf(trigger)).toEqual([1]);
	});

	it.each([
		['a code that asks to come again', 1013, 'TooManyConcurrentRequests'],
		['an internal failure', 1011, 'InternalServerError'],
		['no code', 1000, ''],
	])('with %s is made again', async (_what, code, reason) => {
		const trigger = await use.activate(watchingCounter());
		await use.deployment.closeSockets(code, reason);
		await use.increment();
		await trigger.nthStart(1);
		expect(valuesOf(trigger)).toEqual([1]);
	});
});

describe('a deployment that sends what it should not', () => {
	const version = (ts: string) => ({ querySet: 0, identity: 0, ts });
	const impossible = {
		type: 'Transition',
		startVersion: version('BQAAAAAAAAA='),
		endVersion: version('BgAAAAAAAAA='),
		modifications: [],
	};

	it.each([
		['a fatal error', { type: 'FatalError', error: 'Base version 0 passed up is not 1' }],
		['a transition from a state that never was', impossible],
		['a chunk of nothing', { type: 'TransitionChunk', partNumber: 3, totalParts: 2 }],
		['something that is no JSON', 'not JSON'],
		['a refusal, while it accepts the credential over HTTP', { type: 'AuthError', error: 'no' }],
		['an error that is no text', { type: 'FatalError', error: { toString: 1, valueOf: 1 } }],
	])('%s, neither ends n8n nor the trigger', async (_what, message) => {
		const text = typeof message === 'string' ? message : JSON.stringify(message);
		const server = await startMalformedMessageServer(use.deployment.url, [text]);
		const trigger = await use.activate(watchingCounter({ emitInitialResult: true }), {
			credential: { ...use.credential, deploymentUrl: server.url },
		});
		await trigger.nthStart(1);
		await use.increment();
		await trigger.nthStart(2);
		expect(server.answeredSockets()).toBe(1);
		expect(valuesOf(trigger)).toEqual([0, 1]);
		expect(trigger.failedExecutions.all).toEqual([]);
		expect(trigger.fatalErrors.all).toEqual([]);
		await trigger.deactivate();
		await server.stop();
	});

	it('is reported with what it said, if it does not stop', async () => {
		const fatal = JSON.stringify({ type: 'FatalError', error: 'unsupported client' });
		const server = await startMalformedMessageServer(use.deployment.url, Array(100).fill(fatal));
		const trigger = await use.activate(watchingCounter(), {
			credential: { ...use.credential, deploymentUrl: server.url },
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 50, prolongedMs: 600_000 }),
		});
		const { message } = await trigger.failedExecutions.until(() => true);
		expect(message).toContain("closes before the query's result has arrived: unsupported client");
		await trigger.deactivate();
		await server.stop();
	});
});

describe('deactivation', () => {
	it('closes the socket', async () => {
		const trigger = await use.activate(watchingCounter());
		expect((await use.deployment.syncStats()).sockets).toBe(1);
		await trigger.deactivate();
		await use.socketsClosed();
		await trigger.deactivate();
	});

	it('ends a trigger whose deployment does not acknowledge the close', async () => {
		const trigger = await use.activate(watchingCounter());
		await use.deployment.freezeSockets();
		await trigger.deactivate();
		await use.deployment.unfreezeSockets();
		await use.socketsClosed();
	});

	it('ends one that is still trying to connect', async () => {
		const trigger = await use.activate(watchingCounter(), viaProxy());
		await trigger.deactivate();
		await proxy.up();
		const { connections } = proxy;
		await use.increment();
		const other = await use.activate(watchingCounter());
		await use.increment();
		await other.nthStart(1);
		expect(proxy.connections).toBe(connections);
		expect(trigger.starts.all).toEqual([]);
	});

	it('ends one that is asking for the form of its arguments', async () => {
		// One that remembers does not wait for its first result while it is activated.
		const { savedStaticData: staticData } = await use.activate(watchingCounter());
		await use.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 500 });
		await use.deployment.addFault({ kind: 'dropBefore', path: 'sync/handshake' });
		const trigger = await use.activate(mapped, { mode: 'init', staticData });
		const asked = async () => ((await use.deployment.requestStats()).faults.delay ?? 0) >= 1;
		await until(asked);
		await trigger.deactivate();
		await sleep(1_000);
		expect((await use.deployment.requestStats()).faults).toEqual({ delay: 1 });
	});

	it('ends one that waits before it asks for the form of its arguments again', async () => {
		const trigger = await use.activate(mapped, viaProxy());
		await sleep(100);
		await trigger.deactivate();
		await proxy.up();
		await sleep(2_000);
		expect(proxy.connections).toBe(0);
	});

	it('leaves another trigger on the same query alone', async () => {
		const [first, second] = [
			await use.activate(watchingCounter()),
			await use.activate(watchingCounter()),
		];
		await first.deactivate();
		await use.increment();
		await second.nthStart(1);
		expect(first.starts.all).toEqual([]);
	});
});

describe('a deployment that is away', () => {
	it('at activation is waited for', async () => {
		const trigger = await use.activate(watchingCounter({ emitInitialResult: true }), viaProxy());
		expect(trigger.failedExecutions.all).toEqual([]);
		await proxy.up();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: 0, previousValue: null, reason: 'initial' }]);
	});

	it('at activation is waited for by a form of arguments too', async () => {
		const trigger = await use.activate({ ...mapped, emitInitialResult: true }, viaProxy());
		await proxy.up();
		expect((await trigger.nthStart(1)).items[0]).toMatchObject({ value: 0, reason: 'initial' });
	});

	it('for long is reported once, with the reason; the next item tells of it', async () => {
		await proxy.up();
		const trigger = await use.activate(watchingCounter(), {
			...viaProxy(),
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 10_000, prolongedMs: 300 }),
		});
		await proxy.down();
		await trigger.failedExecutions.until(() => true);
		await use.increment();
		await proxy.up();
		const { items } = await trigger.nthStart(1);
		const message = expect.stringMatching(
			/^No live connection to the deployment since \d{4}-.*Nothing answers at the deployment URL: the connection was refused$/,
		);
		expect(trigger.failedExecutions.all).toEqual([
			{ message, description: expect.stringContaining('The trigger keeps watching') },
		]);
		expect(items).toEqual([
			{
				value: 1,
				previousValue: 0,
				reason: 'change',
				recovered: { message, since: expect.stringMatching(/^\d{4}-/) },
			},
		]);
		await use.increment();
		expect((await trigger.nthStart(2)).items[0]).not.toHaveProperty('recovered');
	});

	it('for the form of arguments only is reported with what that request was told', async () => {
		await use.deployment.addFault({
			kind: 'answer',
			path: '/api/query',
			status: 503,
			body: { code: 'FeatureTemporarilyUnavailable', message: 'No functions for now' },
			times: 10_000,
		});
		const trigger = await use.activate(mapped, {
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 50, prolongedMs: 600_000 }),
		});
		expect(await trigger.failedExecutions.until(() => true)).toEqual({
			message: expect.stringMatching(
				/^No live connection to the deployment since \S+ The functions of the deployment could not be read: No functions for now$/,
			),
			description: expect.stringContaining('The trigger keeps watching'),
		});
	});

	it('over the live connection only is reported earlier, with what to look at', async () => {
		await use.deployment.addFault({ kind: 'dropBefore', path: 'sync/handshake', times: 1000 });
		const trigger = await use.activate(watchingCounter(), {
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 50, prolongedMs: 600_000 }),
		});
		expect(await trigger.failedExecutions.until(() => true)).toEqual({
			message: expect.stringMatching(
				/The deployment answers, but the live connection \(WebSocket\) to it could not be established/,
			),
			description: expect.stringMatching(/let WebSocket connections through.*NODE_USE_ENV_PROXY=1/),
		});
	});

	it('and answers again while the client still waits is connected to at once, unreported', async () => {
		const trigger = await use.activate(watchingCounter(), {
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 10_000, prolongedMs: 600_000 }),
		});
		// Convex's client connects again 1.5 seconds after this, at the earliest.
		await use.deployment.closeSockets(1013, 'TooManyConcurrentRequests');
		await use.increment();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: 1, previousValue: 0, reason: 'change' }]);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('for long, and comes back just before that is noticed, is not reported either', async () => {
		await proxy.up();
		const trigger = await use.activate(watchingCounter(), {
			...viaProxy(),
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 10_000, prolongedMs: 3_000 }),
		});
		await proxy.down();
		await sleep(150);
		await use.increment();
		await proxy.up();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: 1, previousValue: 0, reason: 'change' }]);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('again, after it answered without a connection coming about, is reported as away', async () => {
		await proxy.up();
		const trigger = await use.activate(watchingCounter(), {
			...viaProxy(),
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 1_000, prolongedMs: 2_000 }),
		});
		await use.deployment.addFault({ kind: 'dropBefore', path: 'sync/handshake', times: 1000 });
		await use.deployment.killSockets();
		await sleep(500);
		await proxy.down();
		const { message } = await trigger.failedExecutions.until(() => true);
		expect(message).toContain('Nothing answers at the deployment URL');
	});

	it('behind a connection that is open and silent is left to the client, and said to be that', async () => {
		const silent = await startSilentSyncServer();
		const trigger = await use.activate(watchingCounter(), {
			credential: { ...use.credential, deploymentUrl: silent.url },
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 50, prolongedMs: 200 }),
		});
		expect(await trigger.failedExecutions.until(() => true)).toEqual({
			message: expect.stringMatching(
				/^The query has returned no result since \d{4}-.*although the live connection \(WebSocket\) to the deployment is open$/,
			),
			description: expect.stringMatching(/^A large result takes a while.*keeps watching/),
		});
		await sleep(1_000);
		expect(silent.connections()).toBe(1);
		expect(trigger.failedExecutions.all).toHaveLength(1);
		await trigger.deactivate();
		await silent.stop();
		// Nobody waits longer for an activation, whatever the load: it takes five seconds.
	}, 50_000);

	it('only seems to be while a big result comes over a slow network, by one connection', async () => {
		const text = 'x'.repeat(500_000);
		await use.mutate('boards:put', { name: 'big', value: text });
		proxy.bytesPerSecond = 200_000;
		await proxy.up();
		// Counts connections.
		await use.deployment.addFault({ kind: 'delay', path: 'sync/handshake', ms: 0, times: 100 });
		const trigger = await use.activate(
			watching('boards:read', { name: 'big' }, { emitInitialResult: true }),
			{
				...viaProxy(),
				mode: 'init',
				// One that remembers something does not wait for its first result, and reports from then on.
				staticData: { 'node:Convex Trigger': { watch: 'another', result: 'before' } },
				nodeType: withTimeouts({ firstCheckMs: 100, freshAttemptMs: 100, prolongedMs: 600_000 }),
			},
		);
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: text, previousValue: null, reason: 'initial' }]);
		expect(trigger.failedExecutions.all).toEqual([]);
		expect((await use.deployment.requestStats()).faults).toEqual({ delay: 1 });
	});

	it('no longer, once a result has arrived, is not checked again', async () => {
		const trigger = await use.activate(watchingCounter(), {
			nodeType: withTimeouts({ firstCheckMs: 300, freshAttemptMs: 300, prolongedMs: 600_000 }),
		});
		await sleep(1_200);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('behind a certificate that is not trusted is one that is away, also for the form', async () => {
		const untrusted = await startUntrustedServer();
		const trigger = await use.activate(mapped, {
			credential: { ...use.credential, deploymentUrl: untrusted.url },
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 50, prolongedMs: 300 }),
			mode: 'init',
		});
		const { message } = await trigger.failedExecutions.until(() => true);
		expect(message).toMatch(/^No live connection to the deployment since .*is not trusted$/);
		await untrusted.stop();
	});
});
