import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('none');

const keys = (count: number) =>
	Array.from({ length: count }, (_, number) => ({ key: `item ${number}` }));
const add = (options: Parameters<typeof calling>[3] = {}) =>
	calling('mutation', 'counters:add', '={{ { name: "list", key: $json.key } }}', {
		delivery: 'http',
		...options,
	});
const wait = (options: Parameters<typeof calling>[3] = {}) =>
	calling('action', 'counters:wait', '={{ { ms: $json.ms } }}', { delivery: 'http', ...options });

async function inFlight(endpoint: string): Promise<number | undefined> {
	return (await convex.deployment.requestStats()).endpoints[endpoint]?.maxInFlight;
}

describe('the number of calls in flight at once', () => {
	it('is one for mutations, so that they take effect in the order of the input', async () => {
		await convex.run({ parameters: add(), input: keys(30) });
		expect(await inFlight('/api/mutation')).toBe(1);
		const { success } = await convex.run({
			parameters: calling('query', 'counters:additions', { name: 'list' }),
		});
		expect(success[0]?.json.value).toEqual(keys(30).map(({ key }) => key));
	});

	it('is one for actions and for Run by Path', async () => {
		const input = Array(5).fill({ ms: 20 });
		await convex.run({ parameters: wait(), input });
		expect(await inFlight('/api/action')).toBe(1);
		await convex.run({ parameters: { ...wait(), operation: 'run' }, input });
		expect(await inFlight('/api/run')).toBe(1);
	});

	it('is as many as the option says, and the output stays in the order of the input', async () => {
		const input = Array.from({ length: 40 }, (_, index) => ({ ms: (index * 37) % 100 }));
		await convex.deployment.addFault({ kind: 'gather', count: 8, times: 8 });
		const { success } = await convex.run({ parameters: wait({ concurrency: 8 }), input });
		expect(success.map((item) => item.json.value)).toEqual(input.map(({ ms }) => ms));
		expect(success.map((item) => item.pairedItem)).toEqual(input.map((_, item) => ({ item })));
		expect(await inFlight('/api/action')).toBe(8);
	});

	it('is four requests for queries that go one by one', async () => {
		await convex.deployment.addFault({ kind: 'gather', count: 4, times: 4 });
		await convex.run({
			parameters: calling('query', 'version', {}, { batchSize: 1 }),
			input: keys(20),
		});
		expect(await inFlight('/api/query')).toBe(4);
	});

	it('runs each item once, whatever the number', async () => {
		await convex.run({ parameters: add({ concurrency: 100 }), input: keys(300) });
		const counts = (await convex.deployment.executionsByKey())['counters:add'] ?? {};
		expect(Object.keys(counts)).toHaveLength(300);
		expect(new Set(Object.values(counts))).toEqual(new Set([1]));
	});
});

describe('a failure with several calls in flight', () => {
	it('stops the node after the calls in flight, and names the first failed item', async () => {
		const { stoppedBy } = await convex.run({
			parameters: calling('run', '={{ $json.path }}', '={{ $json.args }}', { concurrency: 3 }),
			input: [
				{ path: 'counters:wait', args: { ms: 300 } },
				{ path: 'failures:throwError', args: {} },
				{ path: 'counters:wait', args: { ms: 300 } },
				...Array(20).fill({ path: 'counters:increment', args: { name: 'a' } }),
			],
		});
		expect(stoppedBy?.context.itemIndex).toBe(1);
		const executions = await convex.deployment.executions();
		expect(executions['counters:wait']).toBe(2);
		expect(executions['counters:increment'] ?? 0).toBe(0);
	});

	it('keeps what the others did for Retry On Fail', async () => {
		const { stoppedBy } = await convex.run({
			parameters: calling('run', '={{ $json.path }}', '={{ $json.args }}', { concurrency: 3 }),
			input: [
				{ path: 'failures:throwError', args: {} },
				{ path: 'counters:wait', args: { ms: 200 } },
				{ path: 'counters:wait', args: { ms: 200 } },
			],
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(stoppedBy?.message).toBe('Uncaught Error: boom');
		expect(await convex.deployment.executions()).toMatchObject({
			'failures:throwError': 3,
			'counters:wait': 2,
		});
	});
});

describe('options that hold for the whole run', () => {
	it.each([
		['Concurrency', { concurrency: 0 }, 'a whole number between 1 and 100'],
		['Concurrency', { concurrency: 101 }, 'a whole number between 1 and 100'],
		['Concurrency', { concurrency: 2.5 }, 'a whole number between 1 and 100'],
		['Batch Size', { batchSize: 0 }, 'a whole number of at least 1'],
		['Maximum Retries', { maxRetries: -1 }, 'a whole number between 0 and 20'],
		['Maximum Retries', { maxRetries: 'many' }, 'a whole number between 0 and 20'],
	])('%s is refused before anything is sent: %j', async (option, options, what) => {
		const { error } = await convex.run({
			parameters: calling('query', 'version', {}, options),
			input: [{ a: 1 }, { a: 2 }],
			settings: { onError: 'continueErrorOutput' },
		});
		const message = `The option '${option}' is not ${what}`;
		expect(error.map(({ json }) => json.error)).toEqual([message, message]);
		expect(await convex.deployment.executions()).toEqual({});
	});
});
