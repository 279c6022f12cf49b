import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingMany, echoingMany, forMany } from '../support/manyItems';
import { keys } from '../support/sessions';

const convex = useEmbeddedDeployment('none');

const keysOf = (count: number) => keys(count).map(({ key }) => key);
const executions = async (path: string) => (await convex.deployment.executions())[path] ?? 0;
const added = async (name = 'list') => {
	const list = await convex.run({ parameters: calling('query', 'counters:additions', { name }) });
	return list.success[0]?.json.value;
};
const requestsTo = async (endpoint: string) =>
	(await convex.deployment.requestStats()).endpoints[endpoint]?.requests ?? 0;

describe('calls for many items', () => {
	it('take as many items as are given, in input order', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: addingMany({ itemsPerCall: 4 }),
			input: keys(10),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json, pairedItem }) => [json, pairedItem])).toEqual(
			keysOf(10).map((key, item) => [{ value: key, logLines: [] }, { item }]),
		);
		expect(await executions('counters:addMany')).toBe(3);
		expect(await added()).toEqual(keysOf(10));
	});

	it('take 100 items unless told otherwise', async () => {
		const parameters = addingMany({}, { itemsPerCall: undefined });
		await convex.run({ parameters, input: keys(201) });
		expect(await executions('counters:addMany')).toBe(3);
	});

	it('are one for each item unless many items are asked for', async () => {
		const parameters = addingMany({}, { callFor: undefined });
		const { success } = await convex.run({
			parameters: { ...parameters, ...calling('mutation', 'counters:add', '={{ $json }}') },
			input: [
				{ name: 'list', key: 'a' },
				{ name: 'list', key: 'b' },
			],
		});
		expect(success.map(({ json }) => json.value)).toEqual(['a', 'b']);
		expect(await executions('counters:add')).toBe(2);
	});

	it.each([
		['mutation', 'counters:addMany'],
		['action', 'counters:noteMany'],
		['run', 'counters:addMany'],
		['query', 'values:echoList'],
	])('work for the operation %s', async (operation, path) => {
		const listArgument = path.startsWith('values') ? 'values' : 'keys';
		const shared = path === 'counters:addMany' ? { name: 'list' } : {};
		const { success, stoppedBy } = await convex.run({
			parameters: addingMany({ operation, path, listArgument, shared, itemsPerCall: 2 }),
			input: keys(5),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => json.value)).toEqual(keysOf(5));
		expect(await executions(path)).toBe(3);
	});

	it('go over one live connection, when the delivery is a session', async () => {
		for (const [operation, path, shared] of [
			['mutation', 'counters:addMany', { name: 'list' }],
			['action', 'counters:noteMany', {}],
		] as const) {
			const options = { delivery: 'session', concurrency: 3 };
			const { success, stoppedBy } = await convex.run({
				parameters: addingMany({ operation, path, shared, options, itemsPerCall: 2 }),
				input: keys(7),
				settings: { onError: 'continueErrorOutput' },
			});
			expect(stoppedBy).toBeUndefined();
			expect(success.map(({ json }) => json.value)).toEqual(keysOf(7));
			expect(await executions(path)).toBe(4);
		}
		expect(await added()).toEqual(keysOf(7));
		expect(await requestsTo('/api/mutation')).toBe(0);
	});

	it('take the arguments of an item as fields, as the item has them, or as JSON', async () => {
		const argument = [{ name: 'n', type: 'int64', value: '={{ $json.n }}' }];
		const ways = [
			{ argumentsMode: 'fields', argumentFields: { argument } },
			{ argumentsMode: 'item', itemFields: 'only', itemFieldNames: 'n' },
			{ argumentsMode: 'json', argumentsJson: '{ "n": {{ $json.n }} }' },
			{ argumentsMode: 'json', argumentsJson: '={{ $json.n }}' },
		];
		const results = [];
		for (const way of ways) {
			const parameters = { ...echoingMany('', { options: { valueFormat: 'encoded' } }), ...way };
			if (way.argumentsJson?.startsWith('{')) parameters.argumentsJson = `=${way.argumentsJson}`;
			const { success } = await convex.run({
				parameters: parameters as never,
				input: [
					{ n: 1, other: 'x' },
					{ n: 2, other: 'y' },
				],
			});
			results.push(success.map(({ json }) => json.value));
		}
		expect(results).toEqual([
			[{ n: { $integer: 'AQAAAAAAAAA=' } }, { n: { $integer: 'AgAAAAAAAAA=' } }],
			[{ n: 1 }, { n: 2 }],
			[{ n: 1 }, { n: 2 }],
			[1, 2],
		]);
	});

	it('have the content of a file of each item', async () => {
		const argument = [{ name: 'content', type: 'binary', value: 'data' }];
		const file = (text: string) => ({
			json: {},
			binary: { data: { data: Buffer.from(text).toString('base64'), mimeType: 'text/plain' } },
		});
		const { success } = await convex.run({
			parameters: {
				...echoingMany(''),
				argumentsMode: 'fields',
				argumentFields: { argument } as never,
			},
			input: [file('one'), file('two')],
		});
		expect(success.map(({ json }) => json.value)).toEqual([
			{ content: 'b25l' },
			{ content: 'dHdv' },
		]);
	});
});

describe('the result of a call for many items', () => {
	const resultOf = async (result: unknown, output = 'full', count = 3) => {
		const { success, stoppedBy, run } = await convex.run({
			parameters: { ...echoingMany('={{ $json }}', { shared: { result } }), output },
			input: Array.from({ length: count }, (_, number) => ({ number })),
		});
		expect(stoppedBy).toBeUndefined();
		const hints = run.data.resultData.runData.Convex?.[0]?.hints ?? [];
		return { items: success.map(({ json, pairedItem }) => [json, pairedItem]), hints };
	};
	const all = [{ item: 0 }, { item: 1 }, { item: 2 }];

	it('is an output item for each input, when it is a list as long', async () => {
		const { items, hints } = await resultOf(['a', ['b'], { error: 'c' }]);
		expect(items).toEqual([
			[{ value: 'a', logLines: [] }, { item: 0 }],
			[{ value: ['b'], logLines: [] }, { item: 1 }],
			[{ value: { error: 'c' }, logLines: [] }, { item: 2 }],
		]);
		expect(hints).toEqual([]);
	});

	it('is the same alone, with Value Only', async () => {
		const { items } = await resultOf([{ a: 1 }, ['b'], { error: 'c' }], 'value');
		expect(items).toEqual([
			[{ a: 1 }, { item: 0 }],
			[{ value: ['b'] }, { item: 1 }],
			[{ value: { error: 'c' } }, { item: 2 }],
		]);
	});

	it.each([5, 'text', null, { count: 3 }, ['a', 'b'], ['a', 'b', 'c', 'd'], []])(
		'is one output item for the call, paired with all, when it is %j',
		async (result) => {
			const { items } = await resultOf(result ?? '', 'full');
			expect(items).toEqual([[{ value: result ?? '', logLines: [] }, all]]);
		},
	);

	it('is an output item per element, paired with all, when Value Only meets a list of another length', async () => {
		const { items } = await resultOf([{ a: 1 }, 'b'], 'value');
		expect(items).toEqual([
			[{ a: 1 }, all],
			[{ value: 'b' }, all],
		]);
		expect((await resultOf([], 'value')).items).toEqual([]);
	});

	it('is not paired with thousands of items for each element', async () => {
		const shared = { result: [1, 2] };
		const { success } = await convex.run({
			parameters: {
				...echoingMany('={{ $json }}', { itemsPerCall: 1_000, shared }),
				output: 'value',
			},
			input: Array.from({ length: 1_000 }, () => ({})),
		});
		expect(success.map(({ pairedItem }) => [pairedItem].flat().length)).toEqual([100, 100]);
	});

	it('is paired with the one item of a call for one', async () => {
		expect((await resultOf(['a'], 'full', 1)).items).toEqual([
			[{ value: 'a', logLines: [] }, { item: 0 }],
		]);
		expect((await resultOf('a', 'full', 1)).items).toEqual([
			[{ value: 'a', logLines: [] }, { item: 0 }],
		]);
	});

	it('has the log lines of the call once', async () => {
		const { success } = await convex.run({
			parameters: forMany({
				path: 'tasks:createMany',
				listArgument: 'tasks',
				element: '={{ $json }}',
			}),
			input: [{ title: 'a' }, { title: 'b' }],
		});
		expect(success.map(({ json }) => json.logLines)).toEqual([["[LOG] 'creating' 2 'tasks'"], []]);
	});

	it('stands in the order of the input, whatever the order of the answers', async () => {
		await convex.deployment.addFault({ kind: 'delay', path: '/api/query', ms: 300 });
		const { success } = await convex.run({
			parameters: echoingMany('={{ $json.number }}', { itemsPerCall: 2 }),
			input: Array.from({ length: 6 }, (_, number) => ({ number })),
		});
		expect(success.map(({ json }) => json.value)).toEqual([0, 1, 2, 3, 4, 5]);
	});
});
