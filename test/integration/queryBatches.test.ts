import { startHttpServer } from '../support/awkwardServers';
import { calling, userOf } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');
const BATCH = '/api/query_batch';

const numbers = (count: number) => Array.from({ length: count }, (_, number) => ({ number }));
const echo = (options: Parameters<typeof calling>[3] = {}) =>
	calling('query', 'values:echo', '={{ { value: $json.number } }}', options);
const continuing = { onError: 'continueErrorOutput' } as const;
const asEachUser = calling(
	'query',
	'users:whoami',
	{},
	{
		concurrency: 1,
		actAsUser: userOf('={{ { issuer: "https://issuer.test", subject: $json.user } }}'),
	},
	{ output: 'value' },
);

async function requests() {
	const { endpoints, batchSizes } = await convex.deployment.requestStats();
	const count = (path: string) => endpoints[path]?.requests ?? 0;
	return { batches: count(BATCH), queries: count('/api/query'), batchSizes };
}

describe('queries of many items', () => {
	it('share requests, and come out in the order of the input', async () => {
		const { success } = await convex.run({ parameters: echo(), input: numbers(2_500) });
		expect(success.map((item) => item.json.value)).toEqual(numbers(2_500).map((i) => i.number));
		expect(success.map((item) => item.pairedItem)).toEqual(success.map((_, item) => ({ item })));
		const { batches, queries, batchSizes } = await requests();
		expect(batches).toBeLessThan(60);
		expect(queries).toBe(0);
		expect(batchSizes.reduce((sum, size) => sum + size)).toBe(2_500);
		expect(Math.max(...batchSizes)).toBeLessThanOrEqual(1_000);
	});

	it('begin with large batches where the same query was fast in the run before', async () => {
		const sizesOfRun = async (functionPath: string) => {
			await convex.deployment.reset();
			const parameters = calling('query', functionPath, {}, { concurrency: 1 });
			await convex.run({ parameters, input: numbers(300) });
			return (await requests()).batchSizes;
		};
		expect((await sizesOfRun('version'))[0]).toBe(25);
		expect((await sizesOfRun('version'))[0]).toBeGreaterThan(25);
		expect((await sizesOfRun('tasks:list'))[0]).toBe(25);
	});

	it('are spread over the requests that may be in flight at once', async () => {
		// An early answer would have the last ones share a larger batch.
		await convex.deployment.addFault({ kind: 'gather', count: 4, path: BATCH, times: 4 });
		await convex.run({ parameters: echo(), input: numbers(40) });
		expect((await requests()).batchSizes).toEqual([10, 10, 10, 10]);
		await convex.deployment.reset();
		await convex.deployment.addFault({ kind: 'gather', count: 2, path: BATCH, times: 2 });
		await convex.run({ parameters: echo({ concurrency: 2 }), input: numbers(40) });
		expect((await requests()).batchSizes).toEqual([20, 20]);
	});

	it('stay within the batch size, and go one by one with a batch size of 1', async () => {
		await convex.run({ parameters: echo({ batchSize: 7, concurrency: 1 }), input: numbers(20) });
		expect((await requests()).batchSizes).toEqual([7, 7, 6]);
		await convex.deployment.reset();
		await convex.run({ parameters: echo({ batchSize: 1 }), input: numbers(5) });
		expect(await requests()).toMatchObject({ batches: 0, queries: 5 });
	});

	it('go one by one when there is just one', async () => {
		await convex.run({ parameters: echo(), input: numbers(1) });
		expect(await requests()).toMatchObject({ batches: 0, queries: 1 });
	});

	it('stay within the size of a body the deployment takes', async () => {
		const megabytes = { text: 'x'.repeat(5 * 2 ** 20) };
		const { success, stoppedBy } = await convex.run({
			parameters: calling('query', 'values:echo', '={{ { value: $json.text } }}', {
				concurrency: 1,
				output: 'value',
			}),
			input: [megabytes, megabytes, megabytes, megabytes, megabytes],
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => String(json.value).length)).toEqual(
			Array(5).fill(megabytes.text.length),
		);
		// The answers are large, so the rest goes one by one.
		expect(await requests()).toMatchObject({ batchSizes: [3, 1, 1], queries: 0 });
	});

	it('are kept apart by the user they are made for', async () => {
		const { success } = await convex.run({
			parameters: asEachUser,
			input: ['ada', 'grace', 'ada', 'grace', 'ada'].map((user) => ({ user })),
		});
		expect(success.map((item) => item.json.subject)).toEqual([
			'ada',
			'grace',
			'ada',
			'grace',
			'ada',
		]);
		expect((await requests()).batchSizes).toEqual([3, 2]);
	});

	it('share requests with those of the same user, also where many users take turns', async () => {
		const users = Array.from({ length: 600 }, (_, index) => `user ${(index * 7) % 150}`);
		const { success } = await convex.run({
			parameters: asEachUser,
			input: users.map((user) => ({ user })),
		});
		expect(success.map((item) => item.json.subject)).toEqual(users);
		const { batches, queries } = await requests();
		expect(batches + queries).toBe(150);
	});

	it('are kept apart by how long they are waited for', async () => {
		const { success } = await convex.run({
			parameters: echo({ concurrency: 1, timeout: '={{ $json.timeout }}' }),
			input: [10_000, 20_000, 10_000, 20_000].map((timeout, number) => ({ number, timeout })),
		});
		expect(success.map((item) => item.json.value)).toEqual([0, 1, 2, 3]);
		expect((await requests()).batchSizes).toEqual([2, 2]);
	});

	it('go together again when large answers, which went one by one, are over', async () => {
		const large = { text: 'x'.repeat(5 * 2 ** 20) };
		const { success } = await convex.run({
			parameters: calling('query', 'values:echo', '={{ { value: $json.text } }}', {
				concurrency: 1,
			}),
			input: [large, large, large, large, ...Array(300).fill({ text: 'x' })],
		});
		expect(success).toHaveLength(304);
		const { batches, queries } = await requests();
		expect(batches + queries).toBeLessThan(30);
	});

	it('may name another function and another format each', async () => {
		const { success } = await convex.run({
			parameters: calling('query', '={{ $json.path }}', '={{ $json.args }}', {
				valueFormat: '={{ $json.format }}',
			}),
			input: [
				{ path: 'values:echo', args: { value: { $integer: 'KgAAAAAAAAA=' } }, format: 'encoded' },
				{ path: 'version', args: {}, format: 'json' },
				{ path: 'values:echo', args: { value: { $integer: 'KgAAAAAAAAA=' } }, format: 'json' },
			],
		});
		expect(success.map((item) => item.json.value)).toEqual([
			{ $integer: 'KgAAAAAAAAA=' },
			expect.any(String),
			'42',
		]);
	});
});

describe('a failure among many queries', () => {
	it('of one function leaves its neighbours alone', async () => {
		const { success, error } = await convex.run({
			parameters: calling('query', '={{ $json.path }}', {}),
			input: ['version', 'failures:throwError', 'version', 'nope:nope'].map((path) => ({ path })),
			settings: continuing,
		});
		expect(success.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(error.map(({ json }) => json.path)).toEqual(['failures:throwError', 'nope:nope']);
	});

	it.each([
		[400, { code: 'BadJsonBody', message: 'one of them is bad' }],
		[400, { code: 'SomethingNew', message: 'whatever that is' }],
		[404, { code: 'FunctionPathNotFound', message: 'one of them is not there' }],
		[413, ''],
	])(
		'that refuses the whole batch with %i %j has its queries sent one by one',
		async (status, body) => {
			await convex.deployment.addFault({ kind: 'answer', path: BATCH, status, body });
			const { success, stoppedBy } = await convex.run({
				parameters: echo({ concurrency: 1 }),
				input: numbers(10),
			});
			expect(stoppedBy).toBeUndefined();
			expect(success.map((item) => item.json.value)).toEqual(numbers(10).map((i) => i.number));
			expect(await requests()).toMatchObject({ batches: 1, queries: 10 });
		},
	);

	it('of all batches that are in flight at once leaves no query behind', async () => {
		const refused = { kind: 'gather', count: 4, status: 400 } as const;
		await convex.deployment.addFault({ ...refused, path: BATCH, times: 4 });
		const { success } = await convex.run({ parameters: echo(), input: numbers(10) });
		expect(success.map((item) => item.json.value)).toEqual(numbers(10).map((i) => i.number));
		expect(await requests()).toMatchObject({ batches: 4, queries: 10 });
	});

	it('of the last batch, while nothing else is in flight, leaves no query behind', async () => {
		await convex.deployment.addFault({ kind: 'answer', path: BATCH, status: 400, skip: 4 });
		const { success } = await convex.run({ parameters: echo(), input: numbers(200) });
		expect(success.map((item) => item.json.value)).toEqual(numbers(200).map((i) => i.number));
	});

	it('of one query keeps others together', async () => {
		await convex.deployment.addFault({
			kind: 'answer',
			path: BATCH,
			status: 404,
			body: { code: 'FunctionPathNotFound', message: 'one of them is not there' },
		});
		const parameters = echo({ concurrency: 1, batchSize: 25 });
		await convex.run({ parameters, input: numbers(75) });
		expect(await requests()).toMatchObject({ batchSizes: [25, 25], queries: 25 });
	});

	it('because it is too large for a proxy makes the next smaller', async () => {
		await convex.deployment.addFault({ kind: 'answer', path: BATCH, status: 413, times: 2 });
		const parameters = echo({ concurrency: 1, batchSize: 25 });
		await convex.run({ parameters, input: numbers(43) });
		expect(await requests()).toMatchObject({ batches: 3, batchSizes: [6], queries: 37 });
	});

	it.each<[string, unknown]>([
		['a web page', '<html>Blocked</html>'],
		['JSON with a code of its own', { code: 'BLOCKED', message: 'Request blocked' }],
	])(
		'because a firewall dislikes one of them, and answers with %s, fails that one only',
		async (_what, body) => {
			const blocked = { kind: 'answer', status: 403, body } as const;
			await convex.deployment.addFault({ ...blocked, path: BATCH });
			await convex.deployment.addFault({ ...blocked, path: '/api/query', skip: 1 });
			const { success, error } = await convex.run({
				parameters: echo({ concurrency: 1 }),
				input: numbers(3),
				settings: continuing,
			});
			expect(success.map((item) => item.json.value)).toEqual([0, 2]);
			expect(error.map((item) => item.json.number)).toEqual([1]);
		},
	);

	it('because all answers together are too long for one has them come one by one', async () => {
		const value = 'x'.repeat(6 * 2 ** 20);
		const result = JSON.stringify({ status: 'success', value, logLines: [] });
		const single = JSON.stringify({ status: 'success', value: 1, logLines: [] });
		const server = await startHttpServer((request, response) => {
			const count = request.url === BATCH ? 25 : 0;
			response.writeHead(200, { 'content-type': 'application/json' });
			if (count === 0) return response.end(single);
			response.write(`{"results":[${result}`);
			for (let sent = 1; sent < count; sent++) response.write(`,${result}`);
			return response.end(']}');
		});
		const { success } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: echo({ concurrency: 1, output: 'value' }),
			input: numbers(25),
		});
		expect(success).toHaveLength(25);
		await server.stop();
	});

	it('sends no query again more often than the option says, but for once by itself', async () => {
		await convex.deployment.addFault({ kind: 'serverError', status: 500, times: 100 });
		const { error } = await convex.run({
			parameters: echo({ maxRetries: 1, concurrency: 1 }),
			input: numbers(3),
			settings: continuing,
		});
		expect(error).toHaveLength(3);
		expect(await requests()).toMatchObject({ batches: 2, queries: 3 });
	});

	it('that was slow for a time only is followed by batches again', async () => {
		await convex.deployment.addFault({ kind: 'delay', path: BATCH, ms: 60_000, times: 3 });
		const { success } = await convex.run({
			parameters: echo({ concurrency: 1, timeout: 2_000 }),
			input: numbers(500),
		});
		expect(success).toHaveLength(500);
		const { batchSizes, queries } = await requests();
		expect(Math.max(...batchSizes)).toBeGreaterThan(100);
		expect(queries).toBeLessThan(60);
	});

	it('of a path the deployment cannot parse fails its own item only', async () => {
		const { success, error } = await convex.run({
			parameters: {
				...echo(),
				functionPath: { __rl: true, mode: 'path', value: '={{ $json.path }}' },
				argumentsJson: '{"value":1}',
			},
			input: [{ path: 'values:echo' }, { path: 'a'.repeat(5_000) }, { path: 'values:echo' }],
			settings: continuing,
		});
		expect(success.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(error).toHaveLength(1);
	});

	it('of a server that knows no batches is met with single calls for all', async () => {
		await convex.deployment.addFault({ kind: 'answer', path: BATCH, status: 404, times: 100 });
		const { success } = await convex.run({
			parameters: echo({ concurrency: 1, batchSize: 5 }),
			input: numbers(30),
		});
		expect(success).toHaveLength(30);
		expect((await requests()).batches).toBe(1);
	});

	it('to answer in time has its queries sent one by one, without waiting for it again', async () => {
		await convex.deployment.addFault({ kind: 'delay', path: BATCH, ms: 5_000 });
		const { success } = await convex.run({
			parameters: echo({ concurrency: 1, timeout: 1_000 }),
			input: numbers(10),
		});
		expect(success).toHaveLength(10);
		expect(await requests()).toMatchObject({ batches: 1, queries: 10 });
	});

	it('of the key fails each item, with one request', async () => {
		const { error } = await convex.run({
			credential: { ...convex.credential, token: 'local-deployment|wrong' },
			parameters: echo({ concurrency: 1 }),
			input: numbers(10),
			settings: continuing,
		});
		expect(error).toHaveLength(10);
		expect(error[9]?.json).toMatchObject({
			number: 9,
			details: { code: 'BadAdminKey', functionPath: 'values:echo', operation: 'query' },
		});
		expect(await requests()).toMatchObject({ batches: 1, queries: 0 });
	});

	it('names the first failed item in the order of the input when the node stops', async () => {
		const { stoppedBy } = await convex.run({
			parameters: calling('query', '={{ $json.path }}', {}),
			input: ['version', 'nope:first', 'failures:throwError'].map((path) => ({ path })),
		});
		expect(stoppedBy?.message).toContain("'nope:first'");
		expect(stoppedBy?.context.itemIndex).toBe(1);
	});

	it('of an item that is refused leaves the others to be sent', async () => {
		const { success, error } = await convex.run({
			parameters: echo({ timeout: '={{ $json.timeout ?? 1000 }}' }),
			input: [{ number: 1 }, { number: 2, timeout: -1 }, { number: 3 }],
			settings: continuing,
		});
		expect(success.map((item) => item.json.value)).toEqual([1, 3]);
		expect(error[0]?.json.error).toMatch(/^The option 'Timeout' .* \[item 1\]$/);
	});
});

describe('a single snapshot', () => {
	it('is what all items read, whatever is written meanwhile', async () => {
		await convex.run({ parameters: calling('mutation', 'documents:fill', { count: 3 }) });
		const count = (snapshot: boolean) =>
			convex.run({
				parameters: calling(
					'query',
					'documents:count',
					{},
					{ snapshot, batchSize: 1, concurrency: 1 },
				),
				input: numbers(4),
			});
		const meanwhile = {
			kind: 'meanwhile',
			functionPath: 'documents:fill',
			args: { count: 1 },
			times: 4,
		} as const;
		await convex.deployment.addFault({ ...meanwhile, path: '/api/query', skip: 1 });
		const { success } = await count(true);
		expect(success.map((item) => item.json.value)).toEqual([3, 3, 3, 3]);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query_ts']?.requests).toBe(1);
		expect(endpoints['/api/query_at_ts']?.requests).toBe(4);
		await convex.deployment.addFault({ ...meanwhile, path: '/api/query' });
		const { success: latest } = await count(false);
		expect(new Set(latest.map((item) => item.json.value)).size).toBe(4);
	});

	it('fails no item for the Timeout of another', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 400, path: '/api/query_ts', times: 3 });
		const { success, error } = await convex.run({
			parameters: echo({ snapshot: true, timeout: '={{ $json.timeout }}', maxRetries: 0 }),
			input: [100, 5_000, 6_000, 5_000, 5_000].map((timeout, number) => ({ number, timeout })),
			settings: continuing,
		});
		expect(success.map(({ json }) => json.value)).toEqual([1, 2, 3, 4]);
		expect(error.map(({ json }) => [json.number, json.error])).toEqual([
			[0, 'The deployment did not answer within 100 ms'],
		]);
	});

	it('fails no item for the user of another', async () => {
		const { success, error } = await convex.run({
			parameters: calling(
				'query',
				'users:whoami',
				{},
				{
					snapshot: true,
					maxRetries: 0,
					actAsUser: userOf(
						'={{ ({ issuer: "https://issuer.test", subject: $json.user, name: "x".repeat($json.length) }) }}',
					),
				},
				{ output: 'value' },
			),
			input: [20_000, 1, 1, 1, 1].map((length, index) => ({ user: `user ${index}`, length })),
			settings: continuing,
		});
		expect(error.map(({ json }) => json.user)).toEqual(['user 0']);
		expect(success.map(({ json }) => json.subject)).toEqual(
			[1, 2, 3, 4].map((index) => `user ${index}`),
		);
	});

	it('is the same for items that ask for it each by themselves', async () => {
		await convex.run({ parameters: calling('mutation', 'documents:fill', { count: 3 }) });
		await convex.deployment.addFault({
			kind: 'meanwhile',
			functionPath: 'documents:fill',
			args: { count: 1 },
			path: '/api/query_ts',
			times: 4,
		});
		const { success } = await convex.run({
			parameters: calling(
				'query',
				'documents:count',
				{},
				{ snapshot: true, timeout: '={{ $json.timeout }}' },
			),
			input: [5_000, 6_000, 7_000, 8_000, 9_000].map((timeout) => ({ timeout })),
		});
		expect(success).toHaveLength(5);
		expect(new Set(success.map(({ json }) => json.value)).size).toBe(1);
	});
});
