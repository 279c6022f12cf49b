import { sleep } from 'n8n-workflow';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingKeys, sessionWithTimeouts, inSession, keys } from '../support/sessions';
import { startMalformedMessageServer } from '../support/misbehavingSyncServers';
import { TcpProxy } from '../support/tcpProxy';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const timesOf = async (path: string) => (await convex.deployment.executionsByKey())[path] ?? {};

describe("n8n's Retry On Fail with sessions", () => {
	it('sends no mutation again that succeeded, before or behind the failed one', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: inSession('mutation', '={{ $json.path }}', '={{ $json.args }}'),
			input: Array.from({ length: 30 }, (_, index) =>
				index === 10
					? { path: 'failures:writeThenThrow', args: { name: 'a' } }
					: { path: 'counters:add', args: { name: 'list', key: `${index}` } },
			),
			settings: retrying,
		});
		expect(success).toEqual([]);
		expect(stoppedBy?.message).toBe('Uncaught Error: thrown after a write');
		const times = await timesOf('counters:add');
		expect(Object.keys(times).length).toBeGreaterThanOrEqual(10);
		expect(new Set(Object.values(times))).toEqual(new Set([1]));
		expect((await convex.deployment.executions())['failures:writeThenThrow']).toBe(3);
	});

	it.each([[{}], [{ onError: 'continueErrorOutput' as const }]])(
		'never sends an action again whose answer was lost (%j)',
		async (settings) => {
			await convex.deployment.addFault({ kind: 'dropAfter', path: '/sync/Action' });
			const { success, error, stoppedBy } = await convex.run({
				parameters: inSession('action', 'counters:note', '={{ { key: $json.key } }}'),
				input: keys(3),
				settings: { ...retrying, ...settings },
			});
			const isContinuing = 'onError' in settings;
			expect(success.map((item) => item.json.value)).toEqual(
				isContinuing ? ['item 1', 'item 2'] : [],
			);
			expect(error.map(({ json }) => json.error)).toEqual(
				isContinuing
					? [expect.stringMatching(/^The connection broke .* The function may have run:/)]
					: [],
			);
			expect(stoppedBy === undefined).toBe(isContinuing);
			const ran = isContinuing ? { 'item 0': 1, 'item 1': 1, 'item 2': 1 } : { 'item 0': 1 };
			expect(await timesOf('counters:note')).toEqual(ran);
		},
	);

	it.each([
		{ success: false, result: 5 },
		{ success: false, result: { a: 1 } },
		{ success: false },
	])('never sends a mutation again whose answer cannot be read: %j', async (answer) => {
		const message = { type: 'MutationResponse', requestId: 0, logLines: [], ...answer };
		const server = await startMalformedMessageServer(
			convex.deployment.url,
			Array<string>(3).fill(JSON.stringify(message)),
		);
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: addingKeys({ maxRetries: 0 }),
			input: keys(1),
			settings: retrying,
		});
		expect(server.answeredSockets()).toBe(1);
		expect(stoppedBy?.message).toMatch(/cannot be read\. The function may have run: do not/);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', retryable: false });
		await server.stop();
	});

	it('never sends a mutation again that may have run when the connection was given up', async () => {
		const proxy = await TcpProxy.inFrontOf(convex.deployment.url);
		await proxy.up();
		await convex.deployment.addFault({
			kind: 'delay',
			ms: 10_000,
			path: '/sync/Mutation',
			skip: 2,
		});
		const running = convex.run({
			credential: { ...convex.credential, deploymentUrl: proxy.url },
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 100),
			input: keys(3),
			settings: { ...retrying, waitBetweenTries: 700 },
		});
		await until(async () => ((await convex.deployment.executions())['counters:add'] ?? 0) >= 3);
		await proxy.down();
		await sleep(400);
		await proxy.up();
		const { stoppedBy } = await running;
		await proxy.down();
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
		expect(await timesOf('counters:add')).toEqual({ 'item 0': 1, 'item 1': 1, 'item 2': 1 });
	});

	it('sends again what was not sent, and succeeds', async () => {
		const proxy = await TcpProxy.inFrontOf(convex.deployment.url);
		const running = convex.run({
			credential: { ...convex.credential, deploymentUrl: proxy.url },
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 100),
			input: keys(3),
			settings: { ...retrying, maxTries: 5, waitBetweenTries: 300 },
		});
		await sleep(200);
		await proxy.up();
		const { success } = await running;
		await proxy.down();
		expect(success.map((item) => item.json.value)).toEqual(keys(3).map(({ key }) => key));
		expect(new Set(Object.values(await timesOf('counters:add')))).toEqual(new Set([1]));
	});
});
