import { userOf } from '../support/convexNode';
import { watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

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
