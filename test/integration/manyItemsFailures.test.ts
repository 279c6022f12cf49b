import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany, creatingMany, forMany } from '../support/manyItems';
import { keys } from '../support/sessions';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('none');
const continuing = { onError: 'continueErrorOutput' } as const;
const deliveries = ['http', 'session'];

const added = async (name = 'list') => {
	const list = await convex.run({ parameters: calling('query', 'counters:additions', { name }) });
	return list.success[0]?.json.value;
};
const keysOf = (count: number) => keys(count).map(({ key }) => key);
const titles = (...given: string[]) => given.map((title, row) => ({ title, row }));

describe('an item that is refused', () => {
	const input = [...keys(3), { key: '\ud83d' }, ...keys(3)];

	it('fails by itself, and the others are sent', async () => {
		const { success, error } = await convex.run({
			parameters: addingMany({
				itemsPerCall: 4,
				element: '={{ $json.key.isWellFormed() ? $json.key : [$json.key] }}',
			}),
			input,
			settings: continuing,
		});
		expect(success.map(({ json }) => json.value)).toEqual([...keysOf(3), ...keysOf(3)]);
		expect(error.map(({ json }) => [json.key, json.error, json.details])).toEqual([
			[
				'\ud83d',
				"'Arguments (JSON)': '[0]' contains half of a Unicode character [item 3]",
				expect.not.objectContaining({ callItems: expect.anything() }),
			],
		]);
		expect(await convex.deployment.executions()).toEqual({ 'counters:addMany': 2 });
	});

	it.each(deliveries)(
		'is found before anything is sent, over %s, when it stops the node',
		async (delivery) => {
			const element = '={{ $json.bad ? ({ $a: 1 }) : ({ title: $json.title }) }}';
			const rows = Array.from({ length: 500 }, (_, row) => ({ title: 't', bad: row === 499 }));
			const { stoppedBy } = await convex.run({
				parameters: forMany({
					path: 'tasks:createMany',
					listArgument: 'tasks',
					element,
					itemsPerCall: 10,
					options: { delivery },
				}),
				input: rows,
			});
			expect(stoppedBy?.message).toBe(
				"'Arguments (JSON)': '$a' has a name that starts with '$' [item 499]",
			);
			expect(stoppedBy?.context.itemIndex).toBe(499);
			expect(await convex.deployment.executions()).toEqual({});
			expect((await convex.deployment.requestStats()).requests).toBe(0);
		},
	);
});

describe.each(deliveries)('a call for many items that fails, over %s', (delivery) => {
	it('fails all its items, each with its own fields and the same details', async () => {
		const { success, error } = await convex.run({
			parameters: creatingMany({ itemsPerCall: 2, options: { delivery } }),
			input: titles('a', 'b', 'c', '', 'e'),
			settings: continuing,
		});
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 4 },
		]);
		const details = {
			functionPath: 'tasks:createMany',
			operation: 'mutation',
			kind: 'application',
			reason: 'convexError',
			errorData: { code: 'EMPTY_TITLE', message: 'A task needs a title', untitled: 1 },
			outcome: 'failed',
			retryable: false,
			callItems: 2,
			hint: expect.stringMatching(
				/The call was for 2 items, which all failed with it: a smaller number in 'Items per Call' shows/,
			),
		};
		expect(error.map(({ json }) => json)).toEqual(
			[
				{ title: 'c', row: 2 },
				{ title: '', row: 3 },
			].map((row) => ({
				...row,
				error: expect.stringMatching(/A task needs a title/),
				details: expect.objectContaining(details),
			})),
		);
		expect(error[0]?.json.details).toEqual(error[1]?.json.details);
	});

	it('stops the node, and nothing runs behind it', async () => {
		for (const concurrency of [1, 10]) {
			await convex.deployment.reset();
			const { stoppedBy } = await convex.run({
				parameters: creatingMany({ itemsPerCall: 1, options: { delivery, concurrency } }),
				input: titles('a', 'b', '', 'd', 'e', 'f'),
			});
			expect(stoppedBy?.message).toMatch(/A task needs a title/);
			expect(stoppedBy?.context).toMatchObject({ itemIndex: 2, data: { callItems: 1 } });
			const list = await convex.run({ parameters: calling('query', 'tasks:list') });
			expect(list.success[0]?.json.value).toMatchObject([{ title: 'a' }, { title: 'b' }]);
			expect(await convex.deployment.executions()).toMatchObject({ 'tasks:createMany': 3 });
		}
	});

	it('goes to the one output without an error branch, an item for each', async () => {
		const { success } = await convex.run({
			parameters: creatingMany({ itemsPerCall: 5, options: { delivery } }),
			input: titles('a', ''),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(success.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
			[expect.stringMatching(/needs a title/), { item: 0 }],
			[expect.stringMatching(/needs a title/), { item: 1 }],
		]);
	});

	it('is made again by Retry On Fail, and those that succeeded are not', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: creatingMany({ itemsPerCall: 2, options: { delivery } }),
			input: titles('a', 'b', '', 'd', 'e'),
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(success).toEqual([]);
		expect(stoppedBy?.context.itemIndex).toBe(2);
		expect(await convex.deployment.executions()).toEqual({ 'tasks:createMany': 1 + 3 });
	});
});

describe('retries of calls for many items', () => {
	it('are made for an overload, and each item runs once', async () => {
		await convex.deployment.addFault({
			kind: 'rejection',
			code: 'TooManyConcurrentRequests',
			path: '/api/mutation',
			times: 2,
		});
		const { success } = await convex.run({
			parameters: addingMany({ itemsPerCall: 3 }),
			input: keys(6),
		});
		expect(success.map(({ json }) => json.value)).toEqual(keysOf(6));
		expect(await added()).toEqual(keysOf(6));
	});

	it('are not made where the answer was lost: all items are unknown, and nothing runs behind', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation', skip: 1 });
		const { stoppedBy } = await convex.run({
			parameters: addingMany({ itemsPerCall: 2 }),
			input: keys(6),
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(stoppedBy?.message).toMatch(/The function may have run: do not call it again/);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'unknown', callItems: 2 });
		expect(await added()).toEqual(keysOf(4));
	});

	it('leave out the items of a call that may have run, when n8n runs the node again', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const { success, error } = await convex.run({
			parameters: addingMany({ itemsPerCall: 2 }),
			input: keys(4),
			settings: { ...continuing, retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(error.map(({ json }) => [json.key, json.details])).toEqual(
			keysOf(2).map((key) => [key, expect.objectContaining({ outcome: 'unknown', callItems: 2 })]),
		);
		expect(success.map(({ json }) => json.value)).toEqual(['item 2', 'item 3']);
		expect(await added()).toEqual(keysOf(4));
	});

	it('are made for a query whose answer was lost', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/query' });
		const { success } = await convex.run({
			parameters: forMany(
				{
					operation: 'query',
					path: 'values:echoList',
					listArgument: 'values',
					element: '={{ $json.key }}',
				},
				{ argumentsJson: '={{ JSON.stringify($json.key) }}' },
			),
			input: keys(3),
		});
		expect(success.map(({ json }) => json.value)).toEqual(keysOf(3));
	});
});

describe('the concurrency of calls for many items', () => {
	const mostInFlight = async () =>
		(await convex.deployment.requestStats()).endpoints['/api/mutation']?.maxInFlight ?? 0;

	it.each([
		['1', { concurrency: 1 }, continuing, [1, 1]],
		['what the option says', { concurrency: 4 }, continuing, [2, 4]],
		['1, whatever the option says, where the node stops', { concurrency: 4 }, {}, [1, 1]],
	])('is %s', async (_what, options, settings, [least = 0, most = 0]) => {
		await convex.deployment.addFault({ kind: 'delay', path: '/api/mutation', ms: 300, times: 4 });
		const { success } = await convex.run({
			parameters: addingMany({ itemsPerCall: 1, options }),
			input: keys(8),
			settings,
		});
		expect(success.map(({ json }) => json.value)).toEqual(keysOf(8));
		expect(await mostInFlight()).toBeLessThanOrEqual(most);
		expect(await mostInFlight()).toBeGreaterThanOrEqual(least);
	});

	it('ends with the execution', async () => {
		await convex.deployment.addFault({ kind: 'delay', path: '/api/mutation', ms: 60_000 });
		const cancel = new AbortController();
		const run = convex.run({
			parameters: addingMany({ itemsPerCall: 2 }),
			input: keys(6),
			cancelSignal: cancel.signal,
		});
		await until(async () => (await convex.deployment.requestStats()).requests >= 1);
		cancel.abort();
		await run.catch(() => undefined);
		expect((await convex.deployment.requestStats()).requests).toBe(1);
	});
});
