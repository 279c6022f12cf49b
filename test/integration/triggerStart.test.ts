import { sleep, type IDataObject } from 'n8n-workflow';
import { watching, type ReportedError, type Start } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';
import { Arrivals } from '../support/syncClients';

const use = useTriggers('deployKey');

const counter = (parameters = {}) => watching('counters:get', { name: 'a' }, parameters);

const board = watching('boards:read', { name: 'a' }, { emit: 'changes' });

const increment = async () => await use.mutate('counters:increment', { name: 'a' });

const put = async (value: Array<{ _id: string; n?: number }>) =>
	await use.mutate('boards:put', { name: 'a', value });

/** An n8n that does not take over the first starts of a workflow. */
class StubbornHost {
	readonly starts = new Arrivals<Start>();

	readonly failures = new Arrivals<ReportedError>();

	refused = 0;

	constructor(private readonly refusals: number) {}

	readonly listener = {
		started: (start: Start) => {
			if (this.refused < this.refusals) {
				this.refused += 1;
				throw new Error('no database');
			}
			this.starts.add(start);
		},
		failed: (error: ReportedError) => this.failures.add(error),
		ended: () => {},
	};
}

describe('a start that n8n does not take over', () => {
	const report = {
		message: 'n8n did not start the workflow: no database',
		description: expect.stringMatching(/not lost.*The trigger keeps watching/),
	};

	it('is tried again by itself, reported once, and named in its item', async () => {
		const host = new StubbornHost(2);
		await use.activate(counter(), host);
		await increment();
		const { items } = await host.starts.until(() => true);
		const recovered = { message: report.message, since: expect.any(String) };
		expect(items).toEqual([{ value: 1, previousValue: 0, reason: 'change', recovered }]);
		expect(host.refused).toBe(2);
		expect(host.failures.all).toEqual([report]);
		await increment();
		const next = await host.starts.until((start) => start.items[0]?.value === 2);
		expect(next.items).toEqual([{ value: 2, previousValue: 1, reason: 'change' }]);
	});

	it('is made up for by the next result, whose items have both changes', async () => {
		const host = new StubbornHost(1);
		await put([{ _id: 'a' }]);
		await use.activate(board, host);
		await put([{ _id: 'a', n: 1 }]);
		await host.failures.until(() => true);
		await put([{ _id: 'a', n: 1 }, { _id: 'b' }]);
		await host.starts.until(({ items }) => items.some(({ key }) => key === 'b'));
		const told = host.starts.all.flatMap(({ items }) =>
			items.map(({ change, key }) => [change, key]),
		);
		expect(told).toEqual([
			['changed', 'a'],
			['added', 'b'],
		]);
	});

	it.each([
		['of a change', {}],
		['with the initial result', { emitInitialResult: true }],
	])('%s, keeps its name, so that n8n does not start it twice after all', async (_what, when) => {
		const host = new StubbornHost(0);
		const keys: Array<string | undefined> = [];
		const { started } = host.listener;
		host.listener.started = (start) => {
			keys.push(start.deduplicationKey);
			if (keys.length === 1) throw new Error('no database');
			started(start);
		};
		await use.activate(counter(when), host);
		if (!('emitInitialResult' in when)) await increment();
		await host.starts.until(() => true);
		expect(keys).toHaveLength(2);
		expect(keys[1]).toBe(keys[0]);
	});

	it('the first of all, is made up for after a restart of n8n', async () => {
		const parameters = counter({ emitInitialResult: true });
		const host = new StubbornHost(Number.POSITIVE_INFINITY);
		const before = await use.activate(parameters, host);
		await host.failures.until(() => true);
		await before.deactivate();
		const { savedStaticData: staticData } = before;
		const after = await use.activate(parameters, { staticData, mode: 'init' });
		expect((await after.nthStart(1)).items).toEqual([
			{ value: 0, previousValue: null, reason: 'initial' },
		]);
	});

	it('is not tried again once the workflow is unpublished', async () => {
		const host = new StubbornHost(Number.POSITIVE_INFINITY);
		const trigger = await use.activate(counter(), host);
		await increment();
		await host.failures.until(() => true);
		await trigger.deactivate();
		const { refused } = host;
		await sleep(2_500);
		expect(host.refused).toBe(refused);
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
			const trigger = await use.activate(counter(), { staticData: staticData as IDataObject });
			await increment();
			await trigger.nthStart(1);
			await increment();
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
		const trigger = await use.activate(counter(), {
			staticData: {},
			changeStaticData: frozen,
		});
		await increment();
		await trigger.nthStart(1);
		await increment();
		await trigger.nthStart(2);
		expect(trigger.failedExecutions.all).toEqual([
			expect.objectContaining({ message: expect.stringMatching(/Cannot assign to read only/) }),
		]);
	});

	it('because its keys are no JSON, is reported once, and changes start the workflow', async () => {
		await put([{ _id: 'a' }]);
		const before = await use.activate(board);
		await before.deactivate();
		const kept = { ...(before.savedStaticData[NODE] as IDataObject), documents: '{"a":"x"}' };
		const after = await use.activate(board, { staticData: { [NODE]: kept } });
		await put([{ _id: 'a', n: 1 }]);
		const { items } = await after.nthStart(1);
		expect(items).toMatchObject([{ change: 'changed', key: 'a', reason: 'change' }]);
		expect(after.failedExecutions.all).toEqual([]);
	});

	it('because its keys are no JSON, hides what changed meanwhile, which is said', async () => {
		await put([{ _id: 'a' }]);
		const before = await use.activate(board);
		await before.deactivate();
		await put([{ _id: 'b' }]);
		const kept = { ...(before.savedStaticData[NODE] as IDataObject), documents: '{"a":"x"}' };
		const after = await use.activate(board, { staticData: { [NODE]: kept } });
		expect(await after.failedExecutions.until(() => true)).toEqual({
			message: expect.stringContaining('which documents changed is not known'),
			description: expect.stringContaining('cannot be read'),
		});
		await put([]);
		expect((await after.nthStart(1)).items).toMatchObject([{ change: 'removed', key: 'b' }]);
	});
});
