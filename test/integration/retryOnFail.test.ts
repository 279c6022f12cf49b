import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

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
		const { success, stoppedBy, run } = await convex.run({
			parameters: increment,
			input: byName,
			settings: retrying,
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map((item) => item.json.value)).toEqual([1, 1, 1]);
		expect(success.map((item) => item.pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
		expect(JSON.stringify(run.data.executionData?.contextData)).not.toContain('convexAttempts');
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

	it('forgets everything with the last try', async () => {
		const { run } = await convex.run({
			parameters: calling('query', 'failures:throwError', {}, once),
			settings: retrying,
		});
		expect(await convex.deployment.executions()).toEqual({ 'failures:throwError': 3 });
		expect(JSON.stringify(run.data.executionData?.contextData)).not.toContain('convexAttempts');
	});
});
