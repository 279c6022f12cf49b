import { startHttpServer } from '../support/awkwardServers';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const create = calling('mutation', 'tasks:create', '={{ $json }}');
const tasks = [{ title: 'one' }, { title: '' }, { title: 'three' }];

describe("n8n's settings for errors", () => {
	it('stop: the first failed item ends the workflow, the rest is not sent', async () => {
		const { stoppedBy, success } = await convex.run({ parameters: create, input: tasks });
		expect(stoppedBy).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringMatching(/^Uncaught ConvexError: .*EMPTY_TITLE/),
			context: { itemIndex: 1, data: { errorData: { code: 'EMPTY_TITLE' } } },
		});
		expect(success).toEqual([]);
		expect(await convex.deployment.executions()).toEqual({ 'tasks:create': 2 });
	});

	it('continue: every item is in the one output, in order', async () => {
		const { success } = await convex.run({
			parameters: create,
			input: tasks,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(success.map((item) => Object.keys(item.json))).toEqual([
			['value', 'logLines'],
			['error', 'details'],
			['value', 'logLines'],
		]);
		expect(success.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	});

	it('stop, beside the older setting to continue: n8n continues, so no failed item passes for a good one', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: create,
			input: tasks,
			settings: { continueOnFail: true, onError: 'stopWorkflow' },
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map((item) => Object.keys(item.json))).toEqual([
			['value', 'logLines'],
			['error', 'details'],
			['value', 'logLines'],
		]);
	});

	it('continue with error output: failed items leave by it, with the fields of the input', async () => {
		const { success, error } = await convex.run({
			parameters: create,
			input: tasks.map((task, order) => ({ ...task, priority: order })),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toHaveLength(2);
		expect(error.map((item) => item.json)).toEqual([
			{
				title: '',
				priority: 1,
				error: expect.stringMatching(/EMPTY_TITLE/),
				details: {
					functionPath: 'tasks:create',
					operation: 'mutation',
					kind: 'application',
					errorData: { code: 'EMPTY_TITLE', message: 'A task needs a title', field: 'title' },
					requestId: expect.stringMatching(/^[0-9a-f]{16}$/),
					retryable: false,
					outcome: 'failed',
					reason: 'convexError',
					hint: expect.stringContaining("'details.errorData'"),
				},
			},
		]);
	});
});

describe('many items', () => {
	it('are all in the output, also those of a batch that is refused while the last items are read', async () => {
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query_batch',
			status: 400,
			body: { code: 'BadJsonBody', message: 'one of them is bad' },
		});
		// One batch, and then items that are never sent.
		const timeouts = Array.from({ length: 3_000 }, (_, index) => (index < 25 ? 1_000 : -1));
		const { success, error } = await convex.run({
			parameters: calling('query', 'version', {}, { timeout: '={{ $json.timeout }}' }),
			input: timeouts.map((timeout) => ({ timeout })),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map((item) => item.pairedItem)).toEqual(
			Array.from({ length: 25 }, (_, item) => ({ item })),
		);
		expect(error).toHaveLength(2_975);
	});
});

describe('secrets', () => {
	it('go to the deployment and nowhere else, whatever happens', async () => {
		const token = 'prod:happy-animal-123|eyJ2MiI6InNlY3JldC1wYXJ0In0=';
		const server = await startHttpServer((request, response) => {
			response.writeHead(500, { 'content-type': 'text/plain' }).end(`echo: ${request.url}`);
		});
		for (const deploymentUrl of [server.url, 'http://127.0.0.1:9', 'https://x.convex.site']) {
			for (const onError of ['stopWorkflow', 'continueErrorOutput'] as const) {
				const { run } = await convex.run({
					credential: { deploymentUrl, authentication: 'deployKey', token },
					parameters: calling('query', 'version', {}, { maxRetries: 0 }),
					settings: { onError },
				});
				const saved = JSON.stringify(run);
				expect(saved).not.toContain('secret-part');
				expect(saved).not.toContain('eyJ2MiI6InNlY3JldC1wYXJ0In0');
				expect(saved).not.toContain(encodeURIComponent(token));
				expect(saved).not.toContain(Buffer.from(token).toString('base64').slice(4, 40));
			}
		}
		expect(server.authorizations).toEqual([`Convex ${token}`, `Convex ${token}`]);
		await server.stop();
	});
});

describe('cancelling the execution', () => {
	it('aborts the call in flight and sends no further one', async () => {
		const cancel = new AbortController();
		const running = convex.run({
			parameters: calling('action', 'counters:wait', { ms: 20_000 }),
			input: [{}, {}, {}],
			settings: { onError: 'continueErrorOutput' },
			cancelSignal: cancel.signal,
		});
		await until(async () => (await convex.deployment.executions())['counters:wait'] !== undefined);
		cancel.abort();
		await running.catch(() => undefined);
		expect(await convex.deployment.executions()).toEqual({ 'counters:wait': 1 });
	});
});
