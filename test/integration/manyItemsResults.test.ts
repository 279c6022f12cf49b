import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { echoingMany, forMany, type ManyItemsCall } from '../support/manyItems';

const convex = useEmbeddedDeployment('none');

const numbers = (count: number) => Array.from({ length: count }, (_, number) => ({ number }));
/** The function gives the list of its items, or `result`, whatever the number of items. */
const echoing = (call: Partial<ManyItemsCall>, output = 'full') => ({
	...echoingMany('={{ $json.number }}', call),
	output,
});
const giving = (result: unknown, call: Partial<ManyItemsCall>, output = 'full') =>
	echoing({ shared: { result }, ...call }, output);
const pairedWith = (first: number, count: number) =>
	Array.from({ length: count }, (_, index) => ({ item: first + index }));

describe('the results of all calls for many items', () => {
	it('mean the same, also where one is as long as its call by chance', async () => {
		const { success } = await convex.run({
			parameters: giving([97, 3], { itemsPerCall: 100 }),
			input: numbers(102),
		});
		expect(success.map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
			[{ value: [97, 3], logLines: [] }, pairedWith(0, 100)],
			[{ value: [97, 3], logLines: [] }, pairedWith(100, 2)],
		]);
	});

	it('come out alike with Value Only', async () => {
		const { success } = await convex.run({
			parameters: giving([97, 3], { itemsPerCall: 3 }, 'value'),
			input: numbers(5),
		});
		expect(success.map(({ json, pairedItem }) => [json.value, pairedItem])).toEqual([
			[97, pairedWith(0, 3)],
			[3, pairedWith(0, 3)],
			[97, pairedWith(3, 2)],
			[3, pairedWith(3, 2)],
		]);
	});

	it('are lists where that of a single item has one element by chance', async () => {
		const { success } = await convex.run({
			parameters: giving(['x'], { itemsPerCall: 2 }),
			input: numbers(3),
		});
		expect(success.map(({ json, pairedItem }) => [json.value, pairedItem])).toEqual([
			[['x'], pairedWith(0, 2)],
			[['x'], { item: 2 }],
		]);
	});

	it('mean the same whatever the order of the calls and of their answers', async () => {
		await convex.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 200 });
		const { success } = await convex.run({
			parameters: giving([1, 1], { options: { timeout: '={{ $json.timeout }}' } }),
			input: [5_000, 5_000, 6_000, 6_000, 6_000, 7_000, 7_000].map((timeout, number) => ({
				number,
				timeout,
			})),
		});
		expect(success.map(({ json, pairedItem }) => [json.value, pairedItem])).toEqual([
			[[1, 1], pairedWith(0, 2)],
			[[1, 1], pairedWith(2, 3)],
			[[1, 1], pairedWith(5, 2)],
		]);
	});

	it("mean the same in all attempts of n8n's Retry On Fail", async () => {
		const failure = { status: 'error', errorMessage: 'Not now', logLines: [] };
		await convex.deployment.addFault({
			kind: 'answer',
			status: 560,
			path: '/api/query',
			body: failure,
			skip: 1,
		});
		const { success, stoppedBy } = await convex.run({
			parameters: giving([97, 3], { itemsPerCall: 3, options: { concurrency: 1 } }),
			input: numbers(5),
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => json.value)).toEqual([
			[97, 3],
			[97, 3],
		]);
		expect(await convex.deployment.executions()).toEqual({ 'values:echoList': 2 });
	});

	it('are told apart by function', async () => {
		const listing = { path: 'counters:noteMany', list: 'keys', shared: {} };
		const counting = { path: 'values:echoList', list: 'values', shared: { result: [1, 1, 1] } };
		const call = { operation: 'run', itemsPerCall: 2, path: '', listArgument: '' };
		const { success } = await convex.run({
			parameters: {
				...forMany({ ...call, element: '={{ $json.key }}', shared: '={{ $json.shared }}' }),
				functionPath: '={{ $json.path }}',
				listArgument: '={{ $json.list }}',
			},
			input: [listing, listing, counting, counting].map((each, index) => ({
				...each,
				key: `key ${index}`,
			})),
		});
		expect(success.map(({ json }) => json.value)).toEqual(['key 0', 'key 1', [1, 1, 1]]);
	});

	it('are elements also where a call for a single item gives that element itself', async () => {
		const { success } = await convex.run({
			parameters: echoing({ itemsPerCall: 2, shared: '={{ $json.shared }}' }),
			input: [
				{ number: 0, shared: {} },
				{ number: 1, shared: {} },
				{ number: 2, shared: { result: 'two' } },
			],
		});
		expect(success.map(({ json, pairedItem }) => [json.value, pairedItem])).toEqual([
			[0, { item: 0 }],
			[1, { item: 1 }],
			['two', { item: 2 }],
		]);
	});

	it.each([
		['full', 'two'],
		['value', 'two'],
		['full', { skipped: true }],
	])('stay elements beside a call that gives no list: %s, %p', async (output, result) => {
		const { success } = await convex.run({
			parameters: echoing({ itemsPerCall: 2, shared: '={{ $json.shared }}' }, output),
			input: [0, 1, 2, 3, 4, 5].map((number) => ({
				number,
				shared: number < 4 ? {} : { result },
			})),
		});
		expect(success.map(({ json, pairedItem }) => [json.value, pairedItem])).toEqual([
			...[0, 1, 2, 3].map((number) => [number, { item: number }]),
			[result, pairedWith(4, 2)],
		]);
	});

	it('show the hint at lists once, where they come out in one item', async () => {
		const { run } = await convex.run({
			parameters: giving([97, 3], { itemsPerCall: 2 }),
			input: numbers(5),
		});
		expect(run.data.resultData.runData.Convex?.[0]?.hints).toHaveLength(1);
	});
});
