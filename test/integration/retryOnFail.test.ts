import { sleep } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('none');

const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
/** The node itself sends nothing again, so what is sent again is n8n's doing. */
const once = { maxRetries: 0 };
const increment = calling('mutation', 'counters:increment', '={{ $json }}', once);
const byName = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
const overloaded = {
	kind: 'answer',
	status: 429,
	body: { code: 'TooManyConcurrentRequests', message: 'too many' },
} as const;

describe('retry on fail', () => {
	it('sends no item again that succeeded, when a later one stops the node', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: calling('run', '={{ $json.path }}', '={{ $json.args }}', once),
			input: [
				{ path: 'counters:increment', args: { name: 'a' } },
				{ path: 'failures:throwError', args: {} },
			],
			settings: retrying,
		});
		expect(success).toEqual([]);
		expect(stoppedBy?.message).toBe('Uncaught Error: boom');
		expect(await convex.deployment.executions()).toEqual({
			'counters:increment': 1,
			'failures:throwError': 3,
		});
	});

	it('sends only the failed item again, and gives all items in order', async () => {
		await convex.deployment.addFault(overloaded);
		const { success, stoppedBy } = await convex.run({
			parameters: increment,
			input: byName,
			settings: retrying,
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map((item) => item.json.value)).toEqual([1, 1, 1]);
		expect(success.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
	});

	it('sends the items behind a failed first item once, when the node continues', async () => {
		await convex.deployment.addFault({ ...overloaded, times: 2 });
		const { success, error } = await convex.run({
			parameters: increment,
			input: byName,
			settings: { ...retrying, onError: 'continueErrorOutput' },
		});
		// The second fault hit the second item in the first try.
		expect(success.map((item) => item.json.value)).toEqual([1, 1, 1]);
		expect(error).toEqual([]);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
	});

	it("comes when the node's own retries are used up, and leaves the node as many again", async () => {
		await convex.deployment.addFault({ ...overloaded, skip: 1, times: 3 });
		const { success } = await convex.run({
			parameters: calling('mutation', 'counters:increment', '={{ $json }}', { maxRetries: 1 }),
			input: byName,
			settings: retrying,
		});
		expect(success.map((item) => item.json.value)).toEqual([1, 1, 1]);
		// The second item took two calls in the first try and two in the second.
		expect((await convex.deployment.requestStats()).requests).toBe(6);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
	});

	it('does not take a value with an error field for a failure', async () => {
		for (const output of ['full', 'value']) {
			const { success } = await convex.run({
				parameters: calling('mutation', 'counters:incrementWithErrorField', { name: 'a' }, once, {
					output,
				}),
				settings: retrying,
			});
			expect(success).toHaveLength(1);
		}
		expect(await convex.deployment.executions()).toEqual({ 'counters:incrementWithErrorField': 2 });
	});

	it('never sends a mutation again whose answer was lost', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter' });
		const { stoppedBy } = await convex.run({
			parameters: increment,
			input: byName,
			settings: retrying,
		});
		expect(stoppedBy?.message).toMatch(
			/^The connection broke .* The function may have run: do not/,
		);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown' });
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
	});

	it.each([400, 403, 409, 422, 499])(
		'never sends a mutation again whose answer a firewall replaced: HTTP %i',
		async (status) => {
			await convex.deployment.addFault({
				kind: 'answer',
				status,
				body: { code: 'AccessDenied', message: 'Blocked' },
				when: 'after',
				times: 3,
			});
			const { stoppedBy } = await convex.run({
				parameters: increment,
				input: [{ name: 'a' }],
				settings: retrying,
			});
			expect(stoppedBy?.message).toMatch(/^Blocked\. The function may have run: do not/);
			expect(stoppedBy?.context.data).toMatchObject({ code: 'AccessDenied', outcome: 'unknown' });
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
		},
	);

	it('sends a query again whose answer was lost', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter' });
		const { success } = await convex.run({
			parameters: calling('query', 'version', {}, once),
			settings: retrying,
		});
		expect(success.map((item) => item.json.value)).toEqual(['1.0']);
	});
});

describe.each(['continueErrorOutput', 'continueRegularOutput'] as const)(
	'retry on fail where the node continues on errors (%s)',
	(onError) => {
		const settings = { ...retrying, onError };

		it('sends a later item again that may pass', async () => {
			await convex.deployment.addFault({ ...overloaded, skip: 1 });
			const { success, error } = await convex.run({
				parameters: increment,
				input: byName,
				settings,
			});
			expect(success.map((item) => item.json.value)).toEqual([1, 1, 1]);
			expect(success.map((item) => item.pairedItem)).toEqual([
				{ item: 0 },
				{ item: 1 },
				{ item: 2 },
			]);
			expect(error).toEqual([]);
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
		});

		it('gives the failure of a later item, with all else, when it fails in every attempt', async () => {
			await convex.deployment.addFault({ ...overloaded, skip: 2, times: 3 });
			const { success, error, stoppedBy } = await convex.run({
				parameters: increment,
				input: byName,
				settings,
			});
			const output = [...success, ...error].map(({ json }) => json.error ?? json.value);
			expect(output).toEqual([1, 1, 'too many']);
			expect(stoppedBy).toBeUndefined();
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 2 });
			expect((await convex.deployment.requestStats()).requests).toBe(5);
		});

		it('makes no attempt for what fails again, and repeats it in none', async () => {
			const input = [
				{ path: 'counters:increment', args: { name: 'a' } },
				{ path: 'failures:throwError', args: {} },
				{ path: 'counters:increment', args: { name: 'b' } },
			];
			const parameters = calling('run', '={{ $json.path }}', '={{ $json.args }}', once);
			const failing = { 'counters:increment': 2, 'failures:throwError': 1 };
			const alone = await convex.run({ parameters, input, settings });
			expect(await convex.deployment.executions()).toEqual(failing);
			await convex.deployment.addFault({ ...overloaded, skip: 2 });
			const beside = await convex.run({ parameters, input, settings });
			expect(await convex.deployment.executions()).toEqual({
				'counters:increment': 4,
				'failures:throwError': 2,
			});
			for (const { success, error } of [alone, beside]) {
				const output = [...success, ...error].map(({ json }) => json.error ?? json.value);
				expect(output).toHaveLength(3);
				expect(output).toContain('Uncaught Error: boom');
			}
		});

		it("leaves n8n's own attempts as they are: all that failed is sent again", async () => {
			await convex.deployment.addFault({ ...overloaded, skip: 1 });
			const { success, error } = await convex.run({
				parameters: calling('run', '={{ $json.path }}', '={{ $json.args }}', once),
				input: [
					{ path: 'failures:throwError', args: {} },
					{ path: 'counters:increment', args: { name: 'a' } },
				],
				settings,
			});
			expect([...success, ...error]).toHaveLength(2);
			expect(await convex.deployment.executions()).toEqual({
				'counters:increment': 1,
				'failures:throwError': 3,
			});
		});

		it('never sends a mutation again whose answer was lost', async () => {
			await convex.deployment.addFault({ kind: 'dropAfter', skip: 1 });
			await convex.deployment.addFault({ ...overloaded, skip: 1 });
			const { success, error } = await convex.run({
				parameters: increment,
				input: byName,
				settings,
			});
			expect([...success, ...error]).toHaveLength(3);
			expect([...success, ...error].filter(({ json }) => json.error !== undefined)).toHaveLength(1);
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
		});

		it.each(['OptimisticConcurrencyControlFailure', 'TooManyWrites'])(
			'sends again what Convex rolled back: %s',
			async (code) => {
				const rolledBack = {
					kind: 'answer',
					status: code === 'TooManyWrites' ? 429 : 503,
				} as const;
				const body = { code, message: 'rolled back' };
				await convex.deployment.addFault({ ...rolledBack, body, skip: 1, times: 2 });
				const { success, error } = await convex.run({
					parameters: increment,
					input: byName.slice(0, 2),
					settings,
				});
				expect(success.map((item) => item.json.value)).toEqual([1, 1]);
				expect(error).toEqual([]);
				expect((await convex.deployment.requestStats()).requests).toBe(4);
			},
		);

		it('reads documents again that a deployment failed to give without saying why', async () => {
			const admin = {
				...convex.credential,
				authentication: 'deployKey',
				token: convex.deployment.deployKey,
			};
			const body = {
				status: 'error',
				errorMessage: '[Request ID: 0123456789abcdef] Server Error',
				logLines: [],
			};
			await convex.deployment.addFault({
				kind: 'answer',
				status: 200,
				body,
				path: '/api/query',
				skip: 1,
			});
			const { success, error } = await convex.run({
				credential: admin,
				parameters: {
					resource: 'document',
					operation: 'getMany',
					table: { __rl: true, mode: 'name', value: 'tasks' },
				},
				settings,
			});
			expect([success, error]).toEqual([[], []]);
		});

		it('counts the attempts that n8n makes by itself', async () => {
			// The first item fails in the first attempt, the second one in all.
			await convex.deployment.addFault({ ...overloaded, times: 2 });
			await convex.deployment.addFault({ ...overloaded, skip: 2, times: 2 });
			const { success, error, stoppedBy } = await convex.run({
				parameters: increment,
				input: byName,
				settings,
			});
			expect(stoppedBy).toBeUndefined();
			expect([...success, ...error].map(({ json }) => json.error ?? json.value)).toEqual(
				onError === 'continueErrorOutput' ? [1, 1, 'too many'] : [1, 'too many', 1],
			);
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 2 });
		});

		it('reads all items of a snapshot again', async () => {
			await convex.deployment.addFault({ ...overloaded, path: '/api/query_at_ts', skip: 1 });
			const { success } = await convex.run({
				parameters: calling('query', 'version', {}, { ...once, snapshot: true, concurrency: 1 }),
				input: byName,
				settings,
			});
			expect(success.map((item) => item.json.value)).toEqual(['1.0', '1.0', '1.0']);
			expect(await convex.deployment.executions()).toEqual({ version: 5 });
		});

		it('gives what succeeded when the execution is stopped between two attempts', async () => {
			await convex.deployment.addFault({ ...overloaded, skip: 1, times: 9 });
			const cancel = new AbortController();
			const running = convex.run({
				parameters: increment,
				input: byName,
				settings: { ...settings, waitBetweenTries: 1_500 },
				cancelSignal: cancel.signal,
			});
			await until(async () => (await convex.deployment.requestStats()).requests >= 3);
			await sleep(300);
			cancel.abort();
			const { success } = await running;
			expect(success.map((item) => item.json.value)).toEqual([1]);
			expect((await convex.deployment.requestStats()).requests).toBe(3);
		});
	},
);

describe('what the attempts of one run know', () => {
	it('is nothing to another run of the node', async () => {
		for (let run = 1; run <= 2; run++) {
			await convex.deployment.addFault({ ...overloaded, skip: 1 });
			const { success } = await convex.run({
				parameters: increment,
				input: byName,
				settings: retrying,
			});
			expect(success.map((item) => item.json.value)).toEqual([run, run, run]);
		}
	});

	it('is not kept with the execution', async () => {
		const { run } = await convex.run({
			parameters: calling('query', 'failures:throwError', {}, once),
			settings: retrying,
		});
		expect(await convex.deployment.executions()).toEqual({ 'failures:throwError': 3 });
		expect(run.data.executionData?.contextData).toEqual({});
	});
});
