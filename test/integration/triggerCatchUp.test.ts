import type { Value } from 'convex/values';
import type { INodeParameters } from 'n8n-workflow';
import { userOf } from '../support/convexNode';
import { watching, type ActiveTrigger } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

const counter = (parameters = {}) => watching('counters:get', { name: 'a' }, parameters);

const increment = async () => await use.mutate('counters:increment', { name: 'a' });

const put = async (value: Value) => await use.mutate('boards:put', { name: 'a', value });

const board = (parameters = {}) =>
	watching('boards:read', { name: 'a' }, { emit: 'changes', ...parameters });

/** Closes the trigger, and activates it with what n8n's database has. */
async function restart(
	trigger: ActiveTrigger,
	parameters: INodeParameters,
	{ meanwhile = async (): Promise<unknown> => undefined, byUser = false } = {},
) {
	await trigger.deactivate();
	await meanwhile();
	return await use.activate(parameters, {
		workflowId: trigger.workflowId,
		staticData: trigger.savedStaticData,
		// An activation by the user ends with the first result.
		mode: byUser ? 'activate' : 'init',
	});
}

describe('after a restart of n8n, a trigger on the result', () => {
	it('starts the workflow once with what changed meanwhile', async () => {
		const before = await use.activate(counter());
		await increment();
		await before.nthStart(1);
		const after = await restart(before, counter(), { meanwhile: increment });
		await after.nthStart(1);
		await increment();
		await after.nthStart(2);
		expect(after.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 2, previousValue: null, reason: 'catchUp' }],
			[{ value: 3, previousValue: 2, reason: 'change' }],
		]);
	});

	it('does so too if the workflow never started before', async () => {
		const before = await use.activate(counter());
		const after = await restart(before, counter(), { meanwhile: increment });
		expect((await after.nthStart(1)).items).toEqual([
			{ value: 1, previousValue: null, reason: 'catchUp' },
		]);
	});

	it('does not start the workflow when nothing changed', async () => {
		const before = await use.activate(counter({ emitInitialResult: true }));
		await before.nthStart(1);
		const after = await restart(before, counter({ emitInitialResult: true }), { byUser: true });
		await increment();
		await after.nthStart(1);
		expect(after.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 1, previousValue: 0, reason: 'change' }],
		]);
	});

	it('does not start it again with the change that it started with last', async () => {
		const before = await use.activate(counter());
		await increment();
		await before.nthStart(1);
		const after = await restart(before, counter(), { byUser: true });
		await increment();
		await after.nthStart(1);
		expect(after.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 2, previousValue: 1, reason: 'change' }],
		]);
	});

	it.each([
		['another query', watching('values:echo', { value: 5 })],
		['other arguments', watching('counters:get', { name: 'b' })],
		['another user', counter({ options: { actAsUser: userOf({ issuer: 'i', subject: 's' }) } })],
	])('starts again with %s', async (_what, parameters) => {
		const before = await use.activate(counter());
		await increment();
		await before.nthStart(1);
		await before.deactivate();
		const after = await use.activate(
			{ ...parameters, emitInitialResult: true },
			{ staticData: before.savedStaticData, mode: 'update' },
		);
		expect((await after.nthStart(1)).items[0]?.reason).toBe('initial');
	});

	it('gives the same change the same key, if n8n went down before it took note', async () => {
		const before = await use.activate(counter());
		const staticData = before.savedStaticData;
		await increment();
		const lost = await before.nthStart(1);
		await before.deactivate();
		const { workflowId } = before;
		const after = await use.activate(counter(), { workflowId, staticData, mode: 'init' });
		expect((await after.nthStart(1)).deduplicationKey).toBe(lost.deduplicationKey);
	});

	it('gives another change another key, though it comes in the place of one that was lost', async () => {
		const before = await use.activate(counter());
		const staticData = before.savedStaticData;
		await increment();
		const lost = await before.nthStart(1);
		await before.deactivate();
		await increment();
		const { workflowId } = before;
		const after = await use.activate(counter(), { workflowId, staticData, mode: 'init' });
		expect((await after.nthStart(1)).deduplicationKey).not.toBe(lost.deduplicationKey);
	});

	it('gives the same result another key after it watched something else', async () => {
		const initial = { emitInitialResult: true };
		const before = await use.activate(counter(initial));
		const first = await before.nthStart(1);
		const between = await restart(before, watching('counters:get', { name: 'b' }), {
			byUser: true,
		});
		const after = await restart(between, counter(initial), { byUser: true });
		const again = await after.nthStart(1);
		expect(again.items).toEqual(first.items);
		expect(again.deduplicationKey).not.toBe(first.deduplicationKey);
	});
});

describe('after a restart of n8n, a trigger on documents', () => {
	it('starts the workflow with those that came, went or changed, as far as it knows them', async () => {
		await put([{ _id: 'a' }, { _id: 'b', n: 1 }, { _id: 'same' }]);
		const before = await use.activate(board());
		const after = await restart(before, board(), {
			meanwhile: async () => await put([{ _id: 'b', n: 2 }, { _id: 'same' }, { _id: 'c' }]),
		});
		const { items } = await after.nthStart(1);
		const unknown = { previousDocument: null, changedFields: null, reason: 'catchUp' };
		expect(items).toEqual([
			{ change: 'changed', key: 'b', document: { _id: 'b', n: 2 }, ...unknown },
			{ change: 'added', key: 'c', document: { _id: 'c' }, ...unknown },
			{ change: 'removed', key: 'a', document: null, ...unknown },
		]);
	});

	it('knows all documents again from the first result on', async () => {
		await put([{ _id: 'a', n: 1 }]);
		const before = await use.activate(board());
		const after = await restart(before, board(), { byUser: true });
		await put([{ _id: 'a', n: 2 }]);
		await after.nthStart(1);
		await put([{ _id: 'a', n: 3 }]);
		expect((await after.nthStart(2)).items).toEqual([
			{
				change: 'changed',
				key: 'a',
				document: { _id: 'a', n: 3 },
				previousDocument: { _id: 'a', n: 2 },
				changedFields: ['n'],
				reason: 'change',
			},
		]);
	});

	it('starts again when it was on the result before, or had another key', async () => {
		await put([{ _id: 'a', sku: 's' }]);
		const before = await use.activate(board({ emit: 'result' }));
		await before.deactivate();
		for (const parameters of [board(), board({ keyField: 'sku' })]) {
			const after = await use.activate(
				{ ...parameters, emitInitialResult: true },
				{ staticData: before.savedStaticData, mode: 'update' },
			);
			expect((await after.nthStart(1)).items[0]?.reason).toBe('initial');
		}
	});
});

describe('what is kept in the database', () => {
	it('holds no data of the query, and is there right after activation', async () => {
		await put([{ _id: 'key', text: 'SECRET TEXT' }]);
		const trigger = await use.activate(board());
		const kept = JSON.stringify(trigger.savedStaticData);
		expect(kept).toContain('key');
		expect(kept).not.toContain('SECRET');
		expect(kept).not.toContain(use.deployment.deployKey);
	});
});
