import { sleep } from 'n8n-workflow';
import { startUntrustedServer } from '../support/awkwardServers';
import { startSilentSyncServer } from '../support/misbehavingSyncServers';
import { TcpProxy } from '../support/tcpProxy';
import { withTimeouts, watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

const counter = (parameters = {}) => watching('counters:get', { name: 'a' }, parameters);

/** Its arguments are those of the form made from the query's declaration, which is asked for. */
const mapped = counter({
	argumentsMode: 'mapping',
	mappedArguments: { mappingMode: 'defineBelow', value: { name: 'a' } },
});

const increment = async () => await use.mutate('counters:increment', { name: 'a' });

let proxy: TcpProxy;
beforeEach(async () => {
	proxy = await TcpProxy.inFrontOf(use.deployment.url);
});
afterEach(async () => await proxy.down());

const viaProxy = () => ({ credential: { ...use.credential, deploymentUrl: proxy.url } });

describe('a deployment that is away', () => {
	it('at activation is waited for', async () => {
		const trigger = await use.activate(counter({ emitInitialResult: true }), viaProxy());
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
		const trigger = await use.activate(counter(), {
			...viaProxy(),
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 10_000, prolongedMs: 300 }),
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
		const trigger = await use.activate(counter(), {
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
		const trigger = await use.activate(counter(), {
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 10_000, prolongedMs: 600_000 }),
		});
		// Convex's client connects again 1.5 seconds after this, at the earliest.
		await use.deployment.closeSockets(1013, 'TooManyConcurrentRequests');
		await increment();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: 1, previousValue: 0, reason: 'change' }]);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('for long, and comes back just before that is noticed, is not reported either', async () => {
		await proxy.up();
		const trigger = await use.activate(counter(), {
			...viaProxy(),
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 10_000, prolongedMs: 400 }),
		});
		await proxy.down();
		await sleep(150);
		await increment();
		await proxy.up();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: 1, previousValue: 0, reason: 'change' }]);
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('again, after it answered without a connection coming about, is reported as away', async () => {
		await proxy.up();
		const trigger = await use.activate(counter(), {
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
		const trigger = await use.activate(counter(), {
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
	});

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
		const trigger = await use.activate(counter(), {
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
