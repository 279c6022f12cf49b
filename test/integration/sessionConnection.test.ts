import { sleep, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import { calling, userOf } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { FAULT_SEED } from '../support/faultSeed';
import { startMalformedMessageServer } from '../support/misbehavingSyncServers';
import { addingKeys, sessionWithTimeouts, inSession, keys } from '../support/sessions';
import { TcpProxy } from '../support/tcpProxy';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const additions = async () => (await convex.deployment.executions())['counters:add'] ?? 0;

const listed = async () => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name: 'list' }),
	});
	return success[0]?.json.value;
};

const detailsOf = ({ json }: INodeExecutionData) => json.details as IDataObject;

/** The same numbers from 0 up to 1 for the same seed. */
function randomNumbers(seed: number): () => number {
	let state = seed;
	return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

async function untilAdditions(count: number): Promise<void> {
	await until(async () => (await additions()) >= count);
}

/** What stands in the message of a call that may have run. */
const MAY_HAVE_RUN =
	'. The function may have run: do not call it again before checking that in Convex.';

describe('mutations whose connection breaks', () => {
	it('keep their order and run once each, however often it does', async () => {
		const input = keys(3_000);
		const running = convex.run({ parameters: addingKeys(), input });
		const random = randomNumbers(FAULT_SEED);
		let kills = 0;
		for (let next = 100; next < input.length;) {
			await untilAdditions(next);
			kills += await convex.deployment.killSockets();
			// Far enough for the client to catch up, after which it reconnects as fast as before.
			next = (await additions()) + 550 + Math.floor(random() * 200);
		}
		const { success, stoppedBy } = await running;
		expect(stoppedBy).toBeUndefined();
		expect(kills).toBeGreaterThan(2);
		const wanted = input.map(({ key }) => key);
		expect(success.map((item) => item.json.value)).toEqual(wanted);
		expect(await listed()).toEqual(wanted);
		const counts = (await convex.deployment.executionsByKey())['counters:add'] ?? {};
		expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
	});

	it.each([
		['a code that asks to come again', { code: 1013, reason: 'TooManyConcurrentRequests' }],
		['an internal failure', { code: 1011, reason: 'InternalServerError' }],
		['no code', { code: 1000, reason: '' }],
	])('with %s lose nothing', async (_what, { code, reason }) => {
		await convex.deployment.addFault({ kind: 'delay', ms: 200, path: '/sync/Mutation', skip: 20 });
		const running = convex.run({ parameters: addingKeys(), input: keys(50) });
		await untilAdditions(20);
		await convex.deployment.closeSockets(code, reason);
		expect((await running).success).toHaveLength(50);
		expect(await listed()).toEqual(keys(50).map(({ key }) => key));
	});

	it('because the deployment restarts lose nothing', async () => {
		const running = convex.run({ parameters: addingKeys(), input: keys(300) });
		await untilAdditions(20);
		await convex.deployment.restart({ downMs: 300 });
		expect((await running).success).toHaveLength(300);
		expect(await listed()).toEqual(keys(300).map(({ key }) => key));
	});

	it('and that fail then are not lost either', async () => {
		const fault = { kind: 'dropAfter', path: '/sync/Mutation' } as const;
		await convex.deployment.addFault(fault);
		const { error } = await convex.run({
			parameters: inSession('mutation', 'failures:writeThenThrow', { name: 'a' }),
			settings: continuing,
		});
		expect(error.map((item) => detailsOf(item).outcome)).toEqual(['failed']);
	});
});

describe('a connection that does not come back', () => {
	let proxy: TcpProxy;
	beforeEach(async () => {
		proxy = await TcpProxy.inFrontOf(convex.deployment.url);
		await proxy.up();
	});
	afterEach(async () => await proxy.down());

	const viaProxy = () => ({
		credential: { ...convex.credential, deploymentUrl: proxy.url },
		settings: continuing,
	});

	it('leaves it open of the mutations that were sent whether they ran, and sends no others', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 500, path: '/sync/Mutation', skip: 99 });
		const running = convex.run({
			...viaProxy(),
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 1_000),
			input: keys(1_500),
		});
		await untilAdditions(100);
		await proxy.down();
		const { success, error } = await running;
		const outcomes = error.map((item) => detailsOf(item).outcome);
		const unknown = outcomes.filter((outcome) => outcome === 'unknown').length;
		expect(outcomes.slice(unknown)).toEqual(Array(outcomes.length - unknown).fill('notExecuted'));
		expect(unknown).toBeGreaterThan(0);
		expect(unknown).toBeLessThanOrEqual(500);
		expect(success.length + error.length).toBe(1_500);
		const message =
			'The connection broke, and it was not restored within 1 second. Nothing answers at the deployment URL: the connection was refused';
		// The first were sent; the others were not, and may be sent later.
		expect(new Set(error.map(({ json }) => json.error))).toEqual(
			new Set([`${message}${MAY_HAVE_RUN}`, message]),
		);
		expect(error.map((item) => detailsOf(item).code)).toEqual(
			Array(error.length).fill('ECONNREFUSED'),
		);
		// What the node told nothing of did not run.
		expect(await additions()).toBeLessThanOrEqual(success.length + unknown);
	});

	it('says how to go on', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 500, path: '/sync/Mutation' });
		const running = convex.run({
			...viaProxy(),
			settings: {},
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 200),
			input: keys(1),
		});
		await untilAdditions(1);
		await proxy.down();
		const { stoppedBy } = await running;
		expect(stoppedBy?.description).toMatch(/that n8n can reach it\b.* show whether it ran\.$/);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', retryable: false });
	});

	it('is waited for, also at the start', async () => {
		await proxy.down();
		const running = convex.run({ ...viaProxy(), parameters: addingKeys(), input: keys(5) });
		await sleep(200);
		await proxy.up();
		expect((await running).success).toHaveLength(5);
	});

	it('is not taken for one that is there, and slow', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 600, path: '/sync/Mutation' });
		const mutation = await convex.run({
			...viaProxy(),
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 300),
			input: keys(1),
		});
		expect(mutation.success).toHaveLength(1);
		await proxy.down();
		const running = convex.run({
			...viaProxy(),
			parameters: inSession('action', 'counters:wait', { ms: 2_500 }),
			nodeType: sessionWithTimeouts('action', 2_000),
		});
		await sleep(100);
		await proxy.up();
		expect((await running).success).toHaveLength(1);
	});

	it('once it was given up is not waited for again, for another user either', async () => {
		await proxy.down();
		const { error } = await convex.run({
			...viaProxy(),
			parameters: inSession(
				'mutation',
				'users:sign',
				{},
				{
					actAsUser: userOf('={{ ({ issuer: "https://issuer.test", subject: $json.key }) }}'),
				},
			),
			nodeType: sessionWithTimeouts('mutation', 1_000),
			input: keys(100),
		});
		expect(error.map((item) => detailsOf(item).outcome)).toEqual(Array(100).fill('notExecuted'));
	});
});

describe('an action in flight when the connection breaks', () => {
	const waiting = (options = {}) =>
		inSession('action', 'counters:wait', '={{ { ms: $json.ms } }}', options);

	it('is not sent again, and its outcome is unknown; those behind it run', async () => {
		const running = convex.run({
			parameters: waiting(),
			input: [{ ms: 10 }, { ms: 5_000 }, { ms: 20 }],
			settings: continuing,
		});
		await until(async () => ((await convex.deployment.executions())['counters:wait'] ?? 0) >= 2);
		await convex.deployment.killSockets();
		const { success, error } = await running;
		expect(success.map((item) => item.json.value)).toEqual([10, 20]);
		expect(error.map(({ json }) => json)).toEqual([
			{
				ms: 5_000,
				error: `The connection broke before the answer arrived${MAY_HAVE_RUN}`,
				details: {
					functionPath: 'counters:wait',
					operation: 'action',
					kind: 'network',
					retryable: false,
					outcome: 'unknown',
					reason: 'connectionBroken',
					hint: expect.stringMatching(/Logs page/),
				},
			},
		]);
		expect(await convex.deployment.executions()).toEqual({ 'counters:wait': 3 });
	});

	it('says what the deployment said', async () => {
		const key = await convex.deployment.createKey(['deployment:data:view']);
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, token: key },
			parameters: inSession('action', 'internal.jobs.runAll'),
		});
		expect(stoppedBy?.message).toMatch(
			/^The connection broke before the answer arrived: You do not have permission to perform this operation \(deployment:functions:runInternalActions\)/,
		);
		expect(await convex.deployment.executions()).toEqual({});
	});
});

describe('a deployment that is slow', () => {
	it("has 'Timeout' for each mutation, from when those before it were answered", async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 120, path: '/sync/Mutation', times: 12 });
		const { success } = await convex.run({
			parameters: addingKeys({ timeout: 1_000 }),
			input: keys(12),
		});
		expect(success).toHaveLength(12);
	});

	it('beyond it leaves the outcome of this item unknown; those behind it go on', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 700, path: '/sync/Mutation', skip: 1 });
		const { success, error } = await convex.run({
			parameters: addingKeys({ timeout: '={{ $json.key === "item 1" ? 100 : 30000 }}' }),
			input: keys(4),
			settings: continuing,
		});
		expect(success.map((item) => item.json.value)).toEqual(['item 0', 'item 2', 'item 3']);
		expect(error.map(({ json }) => json.error)).toEqual([
			`The deployment did not answer within 100 ms${MAY_HAVE_RUN}`,
		]);
		expect(error.map((item) => detailsOf(item).outcome)).toEqual(['unknown']);
	});

	it('so that nothing arrives any more is told as soon as it is certain', async () => {
		const running = convex.run({
			parameters: inSession('action', 'counters:wait', { ms: 30_000 }, { timeout: 200 }),
			settings: continuing,
		});
		await until(async () => (await convex.deployment.syncStats()).sockets !== 0);
		await convex.deployment.freezeSockets();
		expect((await running).error.map((item) => detailsOf(item).outcome)).toEqual(['unknown']);
		await convex.deployment.unfreezeSockets();
	});
});

describe('a deployment that cannot read what it is sent', () => {
	const fatal = JSON.stringify({ type: 'FatalError', error: 'Base version 0 is not 1' });

	it('once is called again', async () => {
		const server = await startMalformedMessageServer(convex.deployment.url, [fatal]);
		const { success } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: addingKeys(),
			input: keys(5),
		});
		await server.stop();
		expect(success).toHaveLength(5);
		expect(await listed()).toEqual(keys(5).map(({ key }) => key));
	});

	it('again and again is told of', async () => {
		const server = await startMalformedMessageServer(convex.deployment.url, Array(50).fill(fatal));
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: addingKeys(),
			input: keys(5),
		});
		await server.stop();
		expect(stoppedBy?.message).toBe(
			`The deployment answers, but the live connection (WebSocket) to it keeps closing: Base version 0 is not 1${MAY_HAVE_RUN} 4 other items may have been done: their outcome is unknown.`,
		);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
	});
});

describe('what a deployment says of a connection', () => {
	it.each(['FatalError', 'AuthError'])('is told as it begins, however long: %s', async (type) => {
		const error = 'Please try it. '.repeat(10_000);
		const message = JSON.stringify({ type, error, authUpdateAttempted: true });
		const server = await startMalformedMessageServer(
			convex.deployment.url,
			Array(50).fill(message),
		);
		const { error: failed } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: addingKeys(),
			input: keys(200),
			settings: continuing,
		});
		await server.stop();
		expect(failed).toHaveLength(200);
		for (const { json } of failed) {
			expect(String(json.error)).toContain(error.slice(0, 9_000));
			expect(String(json.error).length).toBeLessThan(10_300);
		}
	});
});

describe('cancelling the execution', () => {
	it.each([
		['mutation', addingKeys()],
		['action', inSession('action', 'counters:wait', { ms: 600_000 }, { concurrency: 5 })],
	])('closes the connection of a %s at once, and sends nothing more', async (_what, parameters) => {
		const cancel = new AbortController();
		await convex.deployment.addFault({ kind: 'delay', ms: 600_000, path: '/sync/', skip: 3 });
		const running = convex.run({
			parameters,
			input: keys(2_000),
			settings: continuing,
			cancelSignal: cancel.signal,
		});
		const started = async () =>
			Object.values(await convex.deployment.executions()).reduce((sum, count) => sum + count, 0);
		await until(async () => (await started()) !== 0);
		cancel.abort();
		await running.catch(() => undefined);
		await until(async () => (await convex.deployment.syncStats()).sockets === 0);
		const startedThen = await started();
		await sleep(1_500);
		expect(await started()).toBe(startedThen);
		// Well before the deployment would have answered.
	});
});
