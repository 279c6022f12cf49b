import type { Value } from 'convex/values';
import { sleep, type IDataObject, type INodeParameters } from 'n8n-workflow';
import { userOf } from '../support/convexNode';
import { openHttp } from '../support/syncClients';
import { watching, type ActiveTrigger } from '../support/triggers';
import { useTriggers, watchingBoard, watchingCounter } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

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
		const before = await use.activate(watchingCounter());
		await use.increment();
		await before.nthStart(1);
		const after = await restart(before, watchingCounter(), { meanwhile: use.increment });
		await after.nthStart(1);
		await use.increment();
		await after.nthStart(2);
		expect(after.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 2, previousValue: null, reason: 'catchUp' }],
			[{ value: 3, previousValue: 2, reason: 'change' }],
		]);
	});

	it('does so too if the workflow never started before', async () => {
		const before = await use.activate(watchingCounter());
		const after = await restart(before, watchingCounter(), { meanwhile: use.increment });
		expect((await after.nthStart(1)).items).toEqual([
			{ value: 1, previousValue: null, reason: 'catchUp' },
		]);
	});

	it.each([
		'={{ ({ paginationOpts: { numItems: 9, cursor: null, id: $now.toMillis() } }) }}',
		'={{ ({ paginationOpts: { numItems: 9, cursor: null, id: Date.now() } }) }}',
		'={"paginationOpts": {"numItems": 9, "cursor": null, "id": {{ new Date().getTime() }}}}',
	])('does so too where the arguments depend on the time: %s', async (argumentsJson) => {
		const parameters = { ...watching('documents:page', {}), argumentsJson };
		const fill = async () => {
			const client = openHttp(use.deployment.url);
			await client.mutation('documents:fill', { count: 1 });
		};
		const before = await use.activate(parameters);
		await sleep(2);
		const unchanged = await restart(before, parameters, { byUser: true });
		await sleep(2);
		const after = await restart(unchanged, parameters, { meanwhile: fill });
		expect((await after.nthStart(1)).items).toMatchObject([{ reason: 'catchUp' }]);
		expect(unchanged.starts.all).toEqual([]);
	});

	it('does not start the workflow when nothing changed', async () => {
		const before = await use.activate(watchingCounter({ emitInitialResult: true }));
		await before.nthStart(1);
		const after = await restart(before, watchingCounter({ emitInitialResult: true }), {
			byUser: true,
		});
		await use.increment();
		await after.nthStart(1);
		expect(after.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 1, previousValue: 0, reason: 'change' }],
		]);
	});

	it('does not start it again with the change that it started with last', async () => {
		const before = await use.activate(watchingCounter());
		await use.increment();
		await before.nthStart(1);
		const after = await restart(before, watchingCounter(), { byUser: true });
		await use.increment();
		await after.nthStart(1);
		expect(after.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 2, previousValue: 1, reason: 'change' }],
		]);
	});

	it.each([
		['another query', watching('values:echo', { value: 5 })],
		['other arguments', watching('counters:get', { name: 'b' })],
		[
			'another user',
			watchingCounter({ options: { actAsUser: userOf({ issuer: 'i', subject: 's' }) } }),
		],
	])('starts again with %s', async (_what, parameters) => {
		const before = await use.activate(watchingCounter());
		await use.increment();
		await before.nthStart(1);
		await before.deactivate();
		const after = await use.activate(
			{ ...parameters, emitInitialResult: true },
			{ staticData: before.savedStaticData, mode: 'update' },
		);
		expect((await after.nthStart(1)).items[0]?.reason).toBe('initial');
	});

	it('watches on if the user it acts as is written in another order', async () => {
		const asUser = (user: object) =>
			watchingCounter({ options: { actAsUser: userOf({ ...user }) } });
		const before = await use.activate(asUser({ issuer: 'i', subject: 's', name: 'Ada' }));
		const after = await restart(before, asUser({ name: 'Ada', subject: 's', issuer: 'i' }), {
			meanwhile: use.increment,
		});
		await after.nthStart(1);
		expect(after.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 1, previousValue: null, reason: 'catchUp' }],
		]);
	});

	it('gives the same change the same key, if n8n went down before it took note', async () => {
		const before = await use.activate(watchingCounter());
		const staticData = before.savedStaticData;
		await use.increment();
		const lost = await before.nthStart(1);
		await before.deactivate();
		const { workflowId } = before;
		const after = await use.activate(watchingCounter(), { workflowId, staticData, mode: 'init' });
		expect((await after.nthStart(1)).deduplicationKey).toBe(lost.deduplicationKey);
	});

	it('gives another change another key, though it comes in the place of one that was lost', async () => {
		const before = await use.activate(watchingCounter());
		const staticData = before.savedStaticData;
		await use.increment();
		const lost = await before.nthStart(1);
		await before.deactivate();
		await use.increment();
		const { workflowId } = before;
		const after = await use.activate(watchingCounter(), { workflowId, staticData, mode: 'init' });
		expect((await after.nthStart(1)).deduplicationKey).not.toBe(lost.deduplicationKey);
	});

	it('gives the same result another key after it watched something else', async () => {
		const initial = { emitInitialResult: true };
		const before = await use.activate(watchingCounter(initial));
		const first = await before.nthStart(1);
		const between = await restart(before, watching('counters:get', { name: 'b' }), {
			byUser: true,
		});
		const after = await restart(between, watchingCounter(initial), { byUser: true });
		const again = await after.nthStart(1);
		expect(again.items).toEqual(first.items);
		expect(again.deduplicationKey).not.toBe(first.deduplicationKey);
	});
});

describe('after a restart of n8n, a trigger on documents', () => {
	it('starts the workflow with those that came, went or changed, as far as it knows them', async () => {
		await use.put([{ _id: 'a' }, { _id: 'b', n: 1 }, { _id: 'same' }]);
		const before = await use.activate(watchingBoard());
		const after = await restart(before, watchingBoard(), {
			meanwhile: async () => await use.put([{ _id: 'b', n: 2 }, { _id: 'same' }, { _id: 'c' }]),
		});
		const { items } = await after.nthStart(1);
		const unknown = { previousDocument: null, changedFields: null, reason: 'catchUp' };
		expect(items).toEqual([
			{ change: 'changed', key: 'b', document: { _id: 'b', n: 2 }, ...unknown },
			{ change: 'added', key: 'c', document: { _id: 'c' }, ...unknown },
			{ change: 'removed', key: 'a', document: null, ...unknown },
		]);
	});

	/** The list at first, after another change than this while n8n runs, and after this one while it is down. */
	const sequences: Array<[change: string, first: Value, running: Value, down: Value]> = [
		['added', [{ _id: 'c' }], [], [{ _id: 'c' }]],
		['changed', [], [{ _id: 'c', n: 1 }], [{ _id: 'c', n: 2 }]],
		['removed', [], [{ _id: 'c' }], []],
	];

	it.each(sequences)(
		'starts the workflow with one that was %s after another change, where all changes are chosen',
		async (change, first, running, down) => {
			await use.put(first);
			const before = await use.activate(watchingBoard());
			await use.put(running);
			await before.nthStart(1);
			const meanwhile = async () => await use.put(down);
			const after = await restart(before, watchingBoard(), { meanwhile });
			expect((await after.nthStart(1)).items).toMatchObject([{ change, reason: 'catchUp' }]);
		},
	);

	it.each(sequences)(
		'misses one that was %s after a change that started nothing, which n8n did not save (a limit in the docs)',
		async (change, first, running, down) => {
			const parameters = watchingBoard({ changes: [change] });
			await use.put(first);
			const before = await use.activate(parameters);
			await use.put(running);
			const meanwhile = async () => await use.put(down);
			const after = await restart(before, parameters, { meanwhile, byUser: true });
			expect([...before.starts.all, ...after.starts.all]).toEqual([]);
		},
	);

	it('does not report what Changes left out while it ran once Changes has it, and catches up on what follows', async () => {
		await use.put([{ _id: 'a' }, { _id: 'b', n: 1 }, { _id: 'c' }]);
		const narrow = await use.activate(watchingBoard({ changes: ['added'] }));
		await use.put([{ _id: 'b', n: 2 }, { _id: 'c' }]);
		const wide = await restart(narrow, watchingBoard(), { byUser: true });
		const meanwhile = async () => await use.put([{ _id: 'b', n: 2 }]);
		const after = await restart(wide, watchingBoard(), { meanwhile });
		const { items } = await after.nthStart(1);
		expect(items).toMatchObject([{ change: 'removed', key: 'c', reason: 'catchUp' }]);
		expect([...narrow.starts.all, ...wide.starts.all]).toEqual([]);
	});

	it('knows all documents again from the first result on', async () => {
		await use.put([{ _id: 'a', n: 1 }]);
		const before = await use.activate(watchingBoard());
		const after = await restart(before, watchingBoard(), { byUser: true });
		await use.put([{ _id: 'a', n: 2 }]);
		await after.nthStart(1);
		await use.put([{ _id: 'a', n: 3 }]);
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
		await use.put([{ _id: 'a', sku: 's' }]);
		const before = await use.activate(watchingBoard({ emit: 'result' }));
		await before.deactivate();
		for (const parameters of [watchingBoard(), watchingBoard({ keyField: 'sku' })]) {
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
		await use.put([{ _id: 'key', text: 'SECRET TEXT' }]);
		const trigger = await use.activate(watchingBoard());
		const kept = JSON.stringify(trigger.savedStaticData);
		expect(kept).toContain('key');
		expect(kept).not.toContain('SECRET');
		expect(kept).not.toContain(use.deployment.deployKey);
	});
});

describe('static data that n8n should not have', () => {
	const NODE = 'node:Convex Trigger';

	/** As a broken workflow file brings it along; n8n itself makes plain objects of it. */
	const frozen = (data: IDataObject): IDataObject =>
		new Proxy(data, {
			set: () => {
				throw new TypeError('Cannot assign to read only property');
			},
		});

	it.each([
		['is null', { [NODE]: null }, /static data: it is null/],
		['is text', { [NODE]: 'x' }, /static data: it is text/],
	])(
		'because it %s, is reported once, and changes start the workflow',
		async (_what, staticData, message) => {
			const trigger = await use.activate(watchingCounter(), {
				staticData: staticData as IDataObject,
			});
			await use.increment();
			await trigger.nthStart(1);
			await use.increment();
			await trigger.nthStart(2);
			expect(trigger.starts.all.map(({ items }) => items[0]?.value)).toEqual([1, 2]);
			expect(trigger.failedExecutions.all).toEqual([
				{
					message: expect.stringMatching(message),
					description: expect.stringMatching(/rename the trigger, and publish the workflow again/),
				},
			]);
		},
	);

	it('because it cannot be written, is reported once, and changes start the workflow', async () => {
		const trigger = await use.activate(watchingCounter(), {
			staticData: {},
			changeStaticData: frozen,
		});
		await use.increment();
		await trigger.nthStart(1);
		await use.increment();
		await trigger.nthStart(2);
		expect(trigger.failedExecutions.all).toEqual([
			expect.objectContaining({ message: expect.stringMatching(/Cannot assign to read only/) }),
		]);
	});

	it('because its keys are no JSON, is reported once, and changes start the workflow', async () => {
		await use.put([{ _id: 'a' }]);
		const before = await use.activate(watchingBoard());
		await before.deactivate();
		const kept = { ...(before.savedStaticData[NODE] as IDataObject), documents: '{"a":"x"}' };
		const after = await use.activate(watchingBoard(), { staticData: { [NODE]: kept } });
		await use.put([{ _id: 'a', n: 1 }]);
		const { items } = await after.nthStart(1);
		expect(items).toMatchObject([{ change: 'changed', key: 'a', reason: 'change' }]);
		expect(after.failedExecutions.all).toEqual([]);
	});

	it('because its keys are no JSON, hides what changed meanwhile, which is said', async () => {
		await use.put([{ _id: 'a' }]);
		const before = await use.activate(watchingBoard());
		await before.deactivate();
		await use.put([{ _id: 'b' }]);
		const kept = { ...(before.savedStaticData[NODE] as IDataObject), documents: '{"a":"x"}' };
		const after = await use.activate(watchingBoard(), { staticData: { [NODE]: kept } });
		expect(await after.failedExecutions.until(() => true)).toEqual({
			message: expect.stringContaining('which documents changed is not known'),
			description: expect.stringContaining('cannot be read'),
		});
		await use.put([]);
		expect((await after.nthStart(1)).items).toMatchObject([{ change: 'removed', key: 'b' }]);
	});
});
