import { sleep } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { creating } from '../support/documentWrites';
import { addingMany } from '../support/manyItems';
import { keys } from '../support/sessions';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');
const continuing = { onError: 'continueErrorOutput' } as const;
const range = (count: number) => Array.from({ length: count }, (_, number) => ({ number }));

describe('no item is lost', () => {
	it('when a batch is refused while the last items are read', async () => {
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query_batch',
			status: 400,
			body: { code: 'BadJsonBody', message: 'no' },
		});
		const { success, error } = await convex.run({
			parameters: calling('query', 'values:echo', '={{ { value: $json.number } }}', {
				timeout: '={{ $json.number < 25 ? 60000 : -1 }}',
			}),
			input: range(2_025),
			settings: continuing,
		});
		expect(success).toHaveLength(25);
		expect(error).toHaveLength(2_000);
	});
});

describe('when the node stops at a failed item', () => {
	it.each([
		['a request', '/api/query', { batchSize: 1, concurrency: 4 }],
		['a batch', '/api/query_batch', { batchSize: 2, concurrency: 4 }],
	])('one that waits to be sent again is not named for it: %s', async (_what, path, options) => {
		const fault = { kind: 'rejection', code: 'WorkerOverloaded', times: 1 } as const;
		await convex.deployment.addFault({ ...fault, path });
		const { stoppedBy } = await convex.run({
			parameters: calling(
				'query',
				'={{ $json.number === 5 ? "failures:throwError" : "values:echo" }}',
				'={{ $json.number === 5 ? {} : { value: 1 } }}',
				options,
			),
			input: range(8),
		});
		expect(stoppedBy?.message).toMatch(/boom/);
		expect(stoppedBy?.context.itemIndex).toBe(5);
	});

	it('those whose outcome is unknown beside it are told of', async () => {
		const gathered = { kind: 'gather', count: 2, status: 502, path: '/api/mutation' } as const;
		await convex.deployment.addFault({ ...gathered, times: 2 });
		const options = { concurrency: 2, maxRetries: 0 };
		const each = await convex.run({
			parameters: calling('mutation', 'counters:add', '={{ $json }}', options),
			input: keys(2).map((key) => ({ name: 'a', ...key })),
		});
		expect(each.stoppedBy?.message).toMatch(
			/may have run.* 1 other item may have been done: its outcome is unknown\.$/,
		);
	});

	it('those of its own request are no others', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation', times: 2 });
		const options = { maxRetries: 0 };
		const input = ['a', 'b', 'c'].map((name) => ({ name, count: 1, key: name }));
		const many = addingMany({ options });
		for (const parameters of [many, creating('counters', { name: 'a', count: 1 }, { options })]) {
			const { stoppedBy } = await convex.run({ parameters, input });
			expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', callItems: 3 });
			expect(stoppedBy?.message).not.toContain('other item');
		}
	});

	it('a list that is being read is not read on', async () => {
		await convex.run({ parameters: calling('mutation', 'documents:fill', { count: 200 }) });
		await convex.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 50, times: 1_000 });
		const { stoppedBy } = await convex.run({
			parameters: calling(
				'query',
				'={{ $json.path }}',
				{},
				{ pageSize: 1 },
				{ pagination: true, returnAll: true },
			),
			input: [{ path: 'documents:page' }, { path: 'nope:nope' }],
		});
		expect(stoppedBy?.message).toContain("'nope:nope'");
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query']?.requests).toBeLessThan(20);
	});

	it('a call that was still being prepared is not sent', async () => {
		await convex.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 1_000 });
		const { stoppedBy } = await convex.run({
			parameters: calling('mutation', 'counters:add', '={{ $json }}', {
				concurrency: 2,
				convertTypes: true,
				timeout: '={{ $json.key === "bad" ? -1 : 60000 }}',
			}),
			input: [
				{ name: 'a', key: 'slow' },
				{ name: 'a', key: 'bad' },
			],
		});
		expect(stoppedBy?.context.itemIndex).toBe(1);
		expect((await convex.deployment.executions())['counters:add'] ?? 0).toBe(0);
	});
});

describe('the time limit', () => {
	it('bounds an answer that never ends', async () => {
		// It would take minutes, with no pause long enough for the time limit of n8n's request helper.
		const name = 'x'.repeat(1_000);
		await convex.deployment.addFault({ kind: 'drip', bytes: 1_000, everyMs: 200 });
		const { stoppedBy } = await convex.run({
			parameters: calling('mutation', 'counters:add', { name, key: name }, { timeout: 500 }),
		});
		expect(stoppedBy?.message).toBe(
			'The deployment did not answer within 500 ms. The function may have run: do not call it again before checking that in Convex.',
		);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
	});

	it.each([2 ** 31, Infinity, '={{ undefined }}'])(
		'is refused where n8n cannot wait: %s',
		async (timeout) => {
			const { stoppedBy } = await convex.run({
				parameters: calling('query', 'version', {}, { timeout }),
			});
			expect(stoppedBy?.message).toContain("The option 'Timeout' is not a whole number");
		},
	);
});

describe('what is asked about the functions themselves', () => {
	/** What a deployment says of its functions is kept for some seconds, by key. */
	const withNewKey = async () => ({
		...convex.credential,
		token: await convex.deployment.createKey(['deployment:data:view']),
	});

	it('is asked again after an overload, once for all items', async () => {
		await convex.deployment.addFault({
			kind: 'rejection',
			path: '/api/query',
			code: 'TooManyConcurrentRequests',
		});
		const { success } = await convex.run({
			credential: await withNewKey(),
			parameters: calling('mutation', 'counters:increment', '={{ { name: "n" + $json.number } }}', {
				convertTypes: true,
				concurrency: 10,
			}),
			input: range(30),
		});
		expect(success).toHaveLength(30);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query']?.requests).toBe(2);
	});

	it('is asked again when the run that asked first is cancelled', async () => {
		await convex.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 5_000 });
		const cancel = new AbortController();
		const credential = await withNewKey();
		const parameters = calling(
			'mutation',
			'counters:increment',
			{ name: 'a' },
			{ convertTypes: true, maxRetries: 0 },
		);
		const cancelled = convex.run({ credential, parameters, cancelSignal: cancel.signal });
		await until(async () => (await convex.deployment.requestStats()).requests >= 1);
		const other = convex.run({ credential, parameters });
		await sleep(100);
		cancel.abort();
		await cancelled.catch(() => undefined);
		expect((await other).success).toHaveLength(1);
	});

	it('is asked once for a name that many items have wrong', async () => {
		const { error } = await convex.run({
			credential: await withNewKey(),
			parameters: calling('query', 'counters:gett', {}),
			input: range(500),
			settings: continuing,
		});
		expect(error).toHaveLength(500);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query']?.requests).toBe(1);
	});
});

describe('a snapshot that is too old', () => {
	it('says so, and is not asked for again', async () => {
		await convex.run({ parameters: calling('mutation', 'documents:fill', { count: 1 }) });
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query_at_ts',
			status: 503,
			body: { code: 'InternalServerError', message: "Your request couldn't be completed." },
		});
		const { stoppedBy } = await convex.run({
			parameters: calling('query', 'documents:count', {}, { snapshot: true }),
		});
		expect(stoppedBy?.message).toMatch(/^Convex could not read the snapshot/);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query_at_ts']?.requests).toBe(1);
	});

	it('is not asked for by the items behind either, and all of them say why', async () => {
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query_at_ts',
			skip: 2,
			times: 100,
			status: 503,
			body: { code: 'InternalServerError', message: "Your request couldn't be completed." },
		});
		const { success, error } = await convex.run({
			parameters: calling('query', 'documents:count', {}, { snapshot: true, concurrency: 1 }),
			input: range(50),
			settings: continuing,
		});
		expect(success).toHaveLength(2);
		expect(new Set(error.map(({ json }) => json.error))).toEqual(
			new Set(['Convex could not read the snapshot, probably because it is too old']),
		);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query_at_ts']?.requests).toBe(3);
	});

	it('is not mixed with another one by Retry On Fail', async () => {
		await convex.run({ parameters: calling('mutation', 'documents:fill', { count: 1 }) });
		await convex.deployment.addFault({
			kind: 'answer',
			path: '/api/query_at_ts',
			skip: 1,
			status: 400,
			body: { code: 'Nope', message: 'no' },
		});
		await convex.deployment.addFault({
			kind: 'meanwhile',
			path: '/api/query_ts',
			skip: 1,
			functionPath: 'documents:fill',
			args: { count: 1 },
		});
		const { success } = await convex.run({
			parameters: calling('query', 'documents:count', {}, { snapshot: true, concurrency: 1 }),
			input: range(3),
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(success.map((item) => item.json.value)).toEqual([2, 2, 2]);
	});
});
