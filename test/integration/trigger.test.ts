import { userOf } from '../support/convexNode';
import { watching } from '../support/triggers';
import { useTriggers, watchingBoard, watchingCounter } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

describe('a trigger on any change of the result', () => {
	it('starts the workflow with the new result and the one before, once for each change', async () => {
		const trigger = await use.activate(watchingCounter());
		await use.increment();
		await trigger.nthStart(1);
		await use.increment();
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 1, previousValue: 0, reason: 'change' }],
			[{ value: 2, previousValue: 1, reason: 'change' }],
		]);
	});

	it('does not miss changes that follow each other at once', async () => {
		const trigger = await use.activate(watchingCounter());
		await Promise.all([use.increment(), use.increment(), use.increment()]);
		await trigger.starts.until(({ items }) => items[0]?.value === 3);
		const steps = trigger.starts.all.map(({ items: [item] }) => [item?.previousValue, item?.value]);
		// The deployment may skip a state that was over at once, but each start follows the one before.
		expect(steps.map(([before]) => before)).toEqual([
			0,
			...steps.slice(0, -1).map(([, now]) => now),
		]);
	});

	it('does not start while the result stays the same, though what it was read from changes', async () => {
		const trigger = await use.activate(watching('orders:listUnannounced'));
		const order = { orderId: '1', email: 'ada@example.com', total: 5 };
		const id = await use.mutate('orders:upsert', order);
		await trigger.nthStart(1);
		await use.mutate('orders:upsert', order);
		await use.mutate('counters:increment', { name: 'b' });
		await use.mutate('orders:markAnnounced', { id: String(id) });
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items }) => items[0]?.value)).toEqual([
			[expect.objectContaining(order)],
			[],
		]);
	});

	it('starts each time when a result comes and goes, under another key each time', async () => {
		const trigger = await use.activate(watching('tasks:list', { status: 'open' }));
		for (let round = 0; round < 2; round++) {
			const id = String(await use.mutate('tasks:create', { title: 'Same' }));
			await trigger.nthStart(round * 2 + 1);
			await use.mutate('tasks:complete', { id });
			await trigger.nthStart(round * 2 + 2);
		}
		const keys = trigger.starts.all.map(({ deduplicationKey }) => deduplicationKey);
		expect(new Set(keys).size).toBe(4);
		expect(keys).not.toContain(undefined);
	});

	it('starts with the result that is there, if that is wanted', async () => {
		await use.increment();
		const trigger = await use.activate(watchingCounter({ emitInitialResult: true }));
		await use.increment();
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 1, previousValue: null, reason: 'initial' }],
			[{ value: 2, previousValue: 1, reason: 'change' }],
		]);
	});

	it('reports nothing as failed when nothing is', async () => {
		const trigger = await use.activate(watchingCounter());
		await use.increment();
		await trigger.nthStart(1);
		expect(trigger.failedExecutions.all).toEqual([]);
		expect(trigger.fatalErrors.all).toEqual([]);
	});
});

describe('the watched query', () => {
	const value = { big: { $integer: 'KgAAAAAAAAA=' }, bytes: { $bytes: 'AQI=' }, text: 'x' };

	it.each([
		['json', { big: '42', bytes: 'AQI=', text: 'x' }],
		['encoded', value],
	])('gives its result in the format %s', async (valueFormat, written) => {
		const trigger = await use.activate(
			watching('values:echo', { value }, { emitInitialResult: true, options: { valueFormat } }),
		);
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([{ value: written, previousValue: null, reason: 'initial' }]);
	});

	it('gets the arguments of the fields, each in its type', async () => {
		const trigger = await use.activate(
			watching(
				'values:describe',
				{},
				{
					argumentsMode: 'fields',
					argumentFields: { argument: [{ name: 'value', type: 'int64', value: '7' }] },
					emitInitialResult: true,
				},
			),
		);
		const { items } = await trigger.nthStart(1);
		expect(items[0]?.value).toEqual({ type: 'int64', value: '7' });
	});

	it("gets the arguments of the form made from the query's own declaration", async () => {
		const trigger = await use.activate(
			watching(
				'counters:get',
				{},
				{
					argumentsMode: 'mapping',
					mappedArguments: { mappingMode: 'defineBelow', value: { name: 'a' } },
				},
			),
		);
		await use.increment();
		expect((await trigger.nthStart(1)).items[0]).toMatchObject({ value: 1, previousValue: 0 });
	});

	it('may be in a component', async () => {
		const trigger = await use.activate(
			watching('marks:count', {}, { emitInitialResult: true, options: { componentPath: 'tally' } }),
		);
		expect((await trigger.nthStart(1)).items).toEqual([
			{ value: 0, previousValue: null, reason: 'initial' },
		]);
	});

	it('is watched as the user to act as', async () => {
		const actAsUser = { issuer: 'https://example.com', subject: 'ada', name: 'Ada' };
		const trigger = await use.activate(
			watching(
				'users:whoami',
				{},
				{ emitInitialResult: true, options: { actAsUser: userOf(actAsUser) } },
			),
		);
		expect((await trigger.nthStart(1)).items[0]?.value).toMatchObject({ name: 'Ada' });
	});

	it('is watched as the user of a bearer token, and as nobody without one', async () => {
		const deploymentUrl = use.deployment.url;
		const token = await use.deployment.signToken({ name: 'Bob' });
		const whoami = watching('users:whoami', {}, { emitInitialResult: true });
		const asBob = await use.activate(whoami, {
			credential: { deploymentUrl, authentication: 'bearerToken', token },
		});
		const asNobody = await use.activate(whoami, {
			credential: { deploymentUrl, authentication: 'none' },
		});
		expect((await asBob.nthStart(1)).items[0]?.value).toMatchObject({ name: 'Bob' });
		expect((await asNobody.nthStart(1)).items[0]?.value).toBeNull();
	});
});

const changes = (path: string, args = {}, parameters = {}) =>
	watching(path, args, { emit: 'changes', ...parameters });

const doc = (id: string) => ({ _id: id, text: id });

const create = async (title: string) => String(await use.mutate('tasks:create', { title }));

describe('a trigger on documents', () => {
	it('starts with each document that is added, with its key', async () => {
		const trigger = await use.activate(changes('tasks:list'));
		const id = await create('Write');
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([
			{
				change: 'added',
				key: id,
				document: expect.objectContaining({ _id: id, title: 'Write', status: 'open' }),
				previousDocument: null,
				changedFields: null,
				reason: 'change',
			},
		]);
	});

	it('names the fields of a document that changed, with the document as it was', async () => {
		const id = await create('Write');
		const trigger = await use.activate(changes('tasks:list'));
		await use.mutate('tasks:complete', { id });
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([
			{
				change: 'changed',
				key: id,
				document: expect.objectContaining({ _id: id, status: 'done' }),
				previousDocument: expect.objectContaining({ _id: id, status: 'open' }),
				changedFields: ['status'],
				reason: 'change',
			},
		]);
	});

	it('starts with each document that is gone from the list', async () => {
		const [first, second] = [await create('Write'), await create('Read')];
		const trigger = await use.activate(changes('tasks:list', { status: 'open' }));
		await use.mutate('tasks:complete', { id: first });
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([
			{
				change: 'removed',
				key: first,
				document: null,
				previousDocument: expect.objectContaining({ _id: first, title: 'Write' }),
				changedFields: null,
				reason: 'change',
			},
		]);
		expect(second).not.toBe(first);
	});

	it('puts all that changed at once into one start, in the order of the list, the removed behind', async () => {
		await use.put([doc('a'), doc('b'), doc('c')]);
		const trigger = await use.activate(watchingBoard());
		await use.put([doc('new'), { ...doc('c'), text: 'other' }, doc('a')]);
		const { items } = await trigger.nthStart(1);
		expect(items.map(({ change, key }) => [change, key])).toEqual([
			['added', 'new'],
			['changed', 'c'],
			['removed', 'b'],
		]);
		expect(trigger.starts.all).toHaveLength(1);
	});

	it('starts with the changes that are wanted, and with no other', async () => {
		const trigger = await use.activate(changes('tasks:list', {}, { changes: ['changed'] }));
		const id = await create('Write');
		await use.mutate('tasks:complete', { id });
		const { items } = await trigger.nthStart(1);
		expect(items).toMatchObject([{ change: 'changed', key: id, changedFields: ['status'] }]);
		expect(trigger.starts.all).toHaveLength(1);
	});

	it.each([[[]], [['moved']], ['added'], [{ added: true }], ['={{ undefined }}']])(
		'refuses what is no list of changes: %j',
		async (wanted) => {
			await expect(
				use.activate(changes('tasks:list', {}, { changes: wanted as never })),
			).rejects.toThrow(/'Changes' is not a list of its choices\. Choose at least one/);
		},
	);

	it('does not start when the list is only put in another order', async () => {
		await use.put([doc('a'), doc('b')]);
		const trigger = await use.activate(watchingBoard());
		await use.put([doc('b'), doc('a')]);
		await use.put([doc('b')]);
		const { items } = await trigger.nthStart(1);
		expect(items.map(({ change, key }) => [change, key])).toEqual([['removed', 'a']]);
	});

	it('names fields that came and fields that went', async () => {
		await use.put([{ _id: 'a', gone: 1, same: { deep: [1] }, other: { deep: [1] } }]);
		const trigger = await use.activate(watchingBoard());
		await use.put([{ _id: 'a', came: 1, same: { deep: [1] }, other: { deep: [2] } }]);
		const { items } = await trigger.nthStart(1);
		expect(items[0]?.changedFields).toEqual(['came', 'gone', 'other']);
	});

	it.each([
		['text', 'a', 'a'],
		['a number', 1.5, 1.5],
		['an int64', 7n, '7'],
	])('distinguishes documents by a key field with %s', async (_what, key, written) => {
		await use.put([]);
		const trigger = await use.activate(watchingBoard({ keyField: 'sku' }));
		await use.put([{ sku: key, n: 1 }]);
		await trigger.nthStart(1);
		await use.put([{ sku: key, n: 2 }]);
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items: [item] }) => [item?.change, item?.key])).toEqual([
			['added', written],
			['changed', written],
		]);
	});

	it('gives documents and keys encoded, if that is wanted', async () => {
		await use.put([]);
		const trigger = await use.activate(
			watchingBoard({ keyField: 'sku', options: { valueFormat: 'encoded' } }),
		);
		await use.put([{ sku: 7n }]);
		const encoded = { $integer: 'BwAAAAAAAAA=' };
		expect((await trigger.nthStart(1)).items[0]).toMatchObject({
			key: encoded,
			document: { sku: encoded },
		});
	});

	it('starts with all documents that are there, if that is wanted', async () => {
		await use.put([doc('a'), doc('b')]);
		const trigger = await use.activate(watchingBoard({ emitInitialResult: true }));
		const { items } = await trigger.nthStart(1);
		expect(items.map(({ change, key, reason }) => [change, key, reason])).toEqual([
			['added', 'a', 'initial'],
			['added', 'b', 'initial'],
		]);
	});
});
