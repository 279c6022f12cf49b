import type { Value } from 'convex/values';
import { watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

const changes = (path: string, args = {}, parameters = {}) =>
	watching(path, args, { emit: 'changes', ...parameters });

const board = (parameters = {}) => changes('boards:read', { name: 'a' }, parameters);

const put = async (value: Value) => await use.mutate('boards:put', { name: 'a', value });

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
		await put([doc('a'), doc('b'), doc('c')]);
		const trigger = await use.activate(board());
		await put([doc('new'), { ...doc('c'), text: 'other' }, doc('a')]);
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
		await put([doc('a'), doc('b')]);
		const trigger = await use.activate(board());
		await put([doc('b'), doc('a')]);
		await put([doc('b')]);
		const { items } = await trigger.nthStart(1);
		expect(items.map(({ change, key }) => [change, key])).toEqual([['removed', 'a']]);
	});

	it('names fields that came and fields that went', async () => {
		await put([{ _id: 'a', gone: 1, same: { deep: [1] }, other: { deep: [1] } }]);
		const trigger = await use.activate(board());
		await put([{ _id: 'a', came: 1, same: { deep: [1] }, other: { deep: [2] } }]);
		const { items } = await trigger.nthStart(1);
		expect(items[0]?.changedFields).toEqual(['came', 'gone', 'other']);
	});

	it.each([
		['text', 'a', 'a'],
		['a number', 1.5, 1.5],
		['an int64', 7n, '7'],
	])('distinguishes documents by a key field with %s', async (_what, key, written) => {
		await put([]);
		const trigger = await use.activate(board({ keyField: 'sku' }));
		await put([{ sku: key, n: 1 }]);
		await trigger.nthStart(1);
		await put([{ sku: key, n: 2 }]);
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items: [item] }) => [item?.change, item?.key])).toEqual([
			['added', written],
			['changed', written],
		]);
	});

	it('gives documents and keys encoded, if that is wanted', async () => {
		await put([]);
		const trigger = await use.activate(
			board({ keyField: 'sku', options: { valueFormat: 'encoded' } }),
		);
		await put([{ sku: 7n }]);
		const encoded = { $integer: 'BwAAAAAAAAA=' };
		expect((await trigger.nthStart(1)).items[0]).toMatchObject({
			key: encoded,
			document: { sku: encoded },
		});
	});

	it('starts with all documents that are there, if that is wanted', async () => {
		await put([doc('a'), doc('b')]);
		const trigger = await use.activate(board({ emitInitialResult: true }));
		const { items } = await trigger.nthStart(1);
		expect(items.map(({ change, key, reason }) => [change, key, reason])).toEqual([
			['added', 'a', 'initial'],
			['added', 'b', 'initial'],
		]);
	});
});
