import { userOf } from '../support/convexNode';
import { type ReportedError, type Start, watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';
import { Arrivals } from '../support/waiting';
import { type IDataObject, sleep } from 'n8n-workflow';

const use = useTriggers('deployKey');

const counter = (parameters = {}) => watching('counters:get', { name: 'a' }, parameters);

const increment = async () => await use.mutate('counters:increment', { name: 'a' });

describe('a trigger on any change of the result', () => {
	it('starts the workflow with the new result and the one before, once for each change', async () => {
		const trigger = await use.activate(counter());
		await increment();
		await trigger.nthStart(1);
		await increment();
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 1, previousValue: 0, reason: 'change' }],
			[{ value: 2, previousValue: 1, reason: 'change' }],
		]);
	});

	it('does not miss changes that follow each other at once', async () => {
		const trigger = await use.activate(counter());
		await Promise.all([increment(), increment(), increment()]);
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
		await increment();
		const trigger = await use.activate(counter({ emitInitialResult: true }));
		await increment();
		await trigger.nthStart(2);
		expect(trigger.starts.all.map(({ items }) => items)).toEqual([
			[{ value: 1, previousValue: null, reason: 'initial' }],
			[{ value: 2, previousValue: 1, reason: 'change' }],
		]);
	});

	it('reports nothing as failed when nothing is', async () => {
		const trigger = await use.activate(counter());
		await increment();
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
		await increment();
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

const board = watching('boards:read', { name: 'a' }, { emit: 'changes' });

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
