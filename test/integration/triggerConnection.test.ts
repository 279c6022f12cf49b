import { unusedUrl } from '../support/awkwardServers';
import { startRudeSyncServer } from '../support/rudeSyncServer';
import { TcpProxy } from '../support/tcpProxy';
import { impatient, watching, type ActiveTrigger } from '../support/triggers';
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

describe('a deployment that is away', () => {
	it('at activation is waited for', async () => {
		const trigger = await use.activate(counter({ emitInitialResult: true }), viaProxy());
		expect(trigger.failedExecutions.all).toEqual([]);
		await proxy.up();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: 0, previousValue: null, reason: 'initial' }]);
	});

	it('at activation is waited for by a form of arguments too', async () => {
		const mappedArguments = { mappingMode: 'defineBelow', value: { name: 'a' } };
		const trigger = await use.activate(
			counter({ argumentsMode: 'mapping', mappedArguments, emitInitialResult: true }),
			viaProxy(),
		);
		await proxy.up();
		expect((await trigger.nthStart(1)).items[0]).toMatchObject({ value: 0, reason: 'initial' });
	});

	it('for long is reported once, with the reason; the next item tells of it', async () => {
		await proxy.up();
		const trigger = await use.activate(counter(), {
			...viaProxy(),
			nodeType: impatient({ firstCheckMs: 50, longAbsenceMs: 300 }),
		});
		await proxy.down();
		await trigger.failedExecutions.until(() => true);
		await increment();
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
		await increment();
		expect((await trigger.nthStart(2)).items[0]).not.toHaveProperty('recovered');
	});

	it('over the live connection only is reported earlier, with what to look at', async () => {
		await use.deployment.addFault({ kind: 'dropBefore', path: 'sync/handshake', times: 1000 });
		const trigger = await use.activate(counter(), {
			nodeType: impatient({ firstCheckMs: 50, longAbsenceMs: 600_000 }),
		});
		expect(await trigger.failedExecutions.until(() => true)).toEqual({
			message: expect.stringMatching(
				/The deployment answers, but the live connection \(WebSocket\) to it does not come about/,
			),
			description: expect.stringMatching(/let WebSocket connections through.*NODE_USE_ENV_PROXY=1/),
		});
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
	])('%s, neither ends n8n nor the trigger', async (_what, message) => {
		const text = typeof message === 'string' ? message : JSON.stringify(message);
		const rude = await startRudeSyncServer(use.deployment.url, [text]);
		const trigger = await use.activate(counter({ emitInitialResult: true }), {
			credential: { ...use.credential, deploymentUrl: rude.url },
		});
		await trigger.nthStart(1);
		await increment();
		await trigger.nthStart(2);
		expect(rude.rudeSockets()).toBe(1);
		expect(valuesOf(trigger)).toEqual([0, 1]);
		expect(trigger.failedExecutions.all).toEqual([]);
		expect(trigger.fatalErrors.all).toEqual([]);
		await trigger.deactivate();
		await rude.stop();
	});

	it('is reported with what it said, if it does not stop', async () => {
		const fatal = JSON.stringify({ type: 'FatalError', error: 'unsupported client' });
		const rude = await startRudeSyncServer(use.deployment.url, Array(100).fill(fatal));
		const trigger = await use.activate(counter(), {
			credential: { ...use.credential, deploymentUrl: rude.url },
			nodeType: impatient({ firstCheckMs: 50, longAbsenceMs: 600_000 }),
		});
		const { message } = await trigger.failedExecutions.until(() => true);
		expect(message).toContain('does not come about: unsupported client');
		await trigger.deactivate();
		await rude.stop();
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

	it('ends a trigger whose deployment does not answer the farewell', async () => {
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

	it('ends one that waits for the form of its arguments', async () => {
		const mappedArguments = { mappingMode: 'defineBelow', value: { name: 'a' } };
		const trigger = await use.activate(counter({ argumentsMode: 'mapping', mappedArguments }), {
			credential: { ...use.credential, deploymentUrl: await unusedUrl() },
		});
		await trigger.deactivate();
	});

	it('leaves another trigger on the same query alone', async () => {
		const [first, second] = [await use.activate(counter()), await use.activate(counter())];
		await first.deactivate();
		await increment();
		await second.nthStart(1);
		expect(first.starts.all).toEqual([]);
	});
});
