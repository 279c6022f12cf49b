import { sleep } from 'n8n-workflow';
import { startMalformedMessageServer } from '../support/misbehavingSyncServers';
import { TcpProxy } from '../support/tcpProxy';
import { withTimeouts, watching, type ActiveTrigger } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

const counter = (parameters = {}) => watching('counters:get', { name: 'a' }, parameters);

const increment = async () => await use.mutate('counters:increment', { name: 'a' });

const valuesOf = (trigger: ActiveTrigger) => trigger.starts.all.map(({ items }) => items[0]?.value);

let proxy: TcpProxy;
beforeEach(async () => {
	proxy = await TcpProxy.inFrontOf(use.deployment.url);
});
afterEach(async () => await proxy.down());

const viaProxy = () => ({ credential: { ...use.credential, deploymentUrl: proxy.url } });

describe('a lost connection', () => {
	it('is made again, and the same result does not start the workflow', async () => {
		const trigger = await use.activate(counter());
		for (let loss = 0; loss < 3; loss++) {
			await use.deployment.killSockets();
			await use.untilSockets((sockets) => sockets === 1);
		}
		await increment();
		await trigger.nthStart(1);
		expect(valuesOf(trigger)).toEqual([1]);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('loses no change that was made meanwhile, and gives it once', async () => {
		await proxy.up();
		const trigger = await use.activate(counter(), viaProxy());
		await increment();
		await trigger.nthStart(1);
		await proxy.down();
		await increment();
		await increment();
		await proxy.up();
		await trigger.nthStart(2);
		await increment();
		await trigger.nthStart(3);
		expect(valuesOf(trigger)).toEqual([1, 3, 4]);
		expect(trigger.starts.all[1]?.items[0]).toMatchObject({ previousValue: 1, reason: 'change' });
	});

	it('that only stalls loses nothing', async () => {
		const trigger = await use.activate(counter());
		await use.deployment.freezeSockets();
		await increment();
		await use.deployment.unfreezeSockets();
		await trigger.nthStart(1);
		expect(valuesOf(trigger)).toEqual([1]);
	});

	it.each([
		['a code that asks to come again', 1013, 'TooManyConcurrentRequests'],
		['an internal failure', 1011, 'InternalServerError'],
		['no code', 1000, ''],
	])('with %s is made again', async (_what, code, reason) => {
		const trigger = await use.activate(counter());
		await use.deployment.closeSockets(code, reason);
		await increment();
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
		const trigger = await use.activate(counter({ emitInitialResult: true }), {
			credential: { ...use.credential, deploymentUrl: server.url },
		});
		await trigger.nthStart(1);
		await increment();
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
		const trigger = await use.activate(counter(), {
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
		const trigger = await use.activate(counter());
		expect((await use.deployment.syncStats()).sockets).toBe(1);
		await trigger.deactivate();
		await use.socketsClosed();
		await trigger.deactivate();
	});

	it('ends a trigger whose deployment does not acknowledge the close', async () => {
		const trigger = await use.activate(counter());
		await use.deployment.freezeSockets();
		await trigger.deactivate();
		await use.deployment.unfreezeSockets();
		await use.socketsClosed();
	});

	it('ends one that is still trying to connect', async () => {
		const trigger = await use.activate(counter(), viaProxy());
		await trigger.deactivate();
		await proxy.up();
		const { connections } = proxy;
		await increment();
		const other = await use.activate(counter());
		await increment();
		await other.nthStart(1);
		expect(proxy.connections).toBe(connections);
		expect(trigger.starts.all).toEqual([]);
	});

	const mapped = counter({
		argumentsMode: 'mapping',
		mappedArguments: { mappingMode: 'defineBelow', value: { name: 'a' } },
	});

	it('ends one that is asking for the form of its arguments', async () => {
		// One that remembers does not wait for its first result while it is activated.
		const { savedStaticData: staticData } = await use.activate(counter());
		await use.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 500 });
		await use.deployment.addFault({ kind: 'dropBefore', path: 'sync/handshake' });
		const trigger = await use.activate(mapped, { mode: 'init', staticData });
		const asked = async () => (await use.deployment.requestStats()).faults.delay === 1;
		while (!(await asked())) await sleep(10);
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
		const [first, second] = [await use.activate(counter()), await use.activate(counter())];
		await first.deactivate();
		await increment();
		await second.nthStart(1);
		expect(first.starts.all).toEqual([]);
	});
});
