import { sleep } from 'n8n-workflow';
import { watching, type ReportedError, type Start } from '../support/triggers';
import { useTriggers, watchingBoard, watchingCounter } from '../support/triggersOfTest';
import { Arrivals } from '../support/waiting';

const use = useTriggers('deployKey');

describe('a query that throws', () => {
	const odd = () => watching('failures:throwWhenOdd', { name: 'a' });

	it('is reported once, does not end the trigger, and is named in the next item', async () => {
		const trigger = await use.activate(odd());
		await use.increment();
		await trigger.failedExecutions.until(() => true);
		await use.deployment.killSockets();
		await use.increment();
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([
			{
				value: 2,
				previousValue: 0,
				reason: 'change',
				recovered: { message: expect.stringContaining('ODD'), since: expect.any(String) },
			},
		]);
		await use.increment();
		await trigger.failedExecutions.until(() => trigger.failedExecutions.all.length > 1);
		await use.increment();
		await trigger.nthStart(2);
		expect(trigger.failedExecutions.all).toHaveLength(2);
		expect(trigger.failedExecutions.all[0]).toEqual({
			message: expect.stringContaining('ODD'),
			description: expect.stringMatching(/^The query threw.*up to the app\. The trigger keeps/),
		});
	});

	it('at activation is no reason not to watch it', async () => {
		await use.increment();
		const trigger = await use.activate(odd());
		await trigger.failedExecutions.until(() => true);
		await use.increment();
		await use.increment();
		await use.increment();
		await trigger.starts.until(({ items }) => items[0]?.value === 4);
	});
});

describe('a page whose cursor does not fit the query any more', () => {
	const chosen = () =>
		watching('pages:ofChosenGroup', {
			board: 'a',
			paginationOpts: { numItems: 1, cursor: null },
		});

	it('is requested again, as a first page', async () => {
		await use.mutate('documents:fill', { group: 'one', count: 3 });
		await use.mutate('documents:fill', { group: 'two', count: 3 });
		await use.put('one');
		const trigger = await use.activate(chosen());
		await use.put('two');
		const { items } = await trigger.nthStart(1);
		expect(items[0]).toMatchObject({ value: { page: [{ group: 'two', number: 1 }] } });
		expect(trigger.failedExecutions.all).toEqual([]);
	});

	it('nor as a first page is reported, and not asked for again and again', async () => {
		const trigger = await use.activate(watching('pages:readChosenCursor', { board: 'a' }));
		// Counts connections.
		await use.deployment.addFault({ kind: 'delay', path: 'sync/handshake', ms: 0, times: 100 });
		await use.put('invalid');
		await trigger.failedExecutions.until(({ message }) => message.includes('InvalidCursor'));
		await sleep(3_000);
		expect((await use.deployment.requestStats()).faults).toEqual({ delay: 1 });
		await use.put('valid');
		await trigger.nthStart(1);
		expect(trigger.failedExecutions.all).toHaveLength(1);
	});
});

describe('a result that cannot be watched', () => {
	it('is reported once, and later items have what changed meanwhile', async () => {
		await use.put([{ _id: 'a' }, { _id: 'b' }]);
		const trigger = await use.activate(watchingBoard());
		await use.put('closed');
		await trigger.failedExecutions.until(() => true);
		await use.put('still closed');
		await use.put([{ _id: 'b' }]);
		const { items } = await trigger.nthStart(1);
		expect(items).toEqual([
			expect.objectContaining({
				change: 'removed',
				key: 'a',
				recovered: expect.objectContaining({ message: expect.stringContaining('is text') }),
			}),
		]);
		expect(trigger.failedExecutions.all).toHaveLength(1);
	});
});

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
		await use.activate(watchingCounter(), host);
		await use.increment();
		const { items } = await host.starts.until(() => true);
		const recovered = { message: report.message, since: expect.any(String) };
		expect(items).toEqual([{ value: 1, previousValue: 0, reason: 'change', recovered }]);
		expect(host.refused).toBe(2);
		expect(host.failures.all).toEqual([report]);
		await use.increment();
		const next = await host.starts.until((start) => start.items[0]?.value === 2);
		expect(next.items).toEqual([{ value: 2, previousValue: 1, reason: 'change' }]);
	});

	it('is made up for by the next result, whose items have both changes', async () => {
		const host = new StubbornHost(1);
		await use.put([{ _id: 'a' }]);
		await use.activate(watchingBoard(), host);
		await use.put([{ _id: 'a', n: 1 }]);
		await host.failures.until(() => true);
		await use.put([{ _id: 'a', n: 1 }, { _id: 'b' }]);
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
		await use.activate(watchingCounter(when), host);
		if (!('emitInitialResult' in when)) await use.increment();
		await host.starts.until(() => true);
		expect(keys).toHaveLength(2);
		expect(keys[1]).toBe(keys[0]);
	});

	it('the first of all, is made up for after a restart of n8n', async () => {
		const parameters = watchingCounter({ emitInitialResult: true });
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
		const trigger = await use.activate(watchingCounter(), host);
		await use.increment();
		await host.failures.until(() => true);
		await trigger.deactivate();
		const { refused } = host;
		await sleep(2_500);
		expect(host.refused).toBe(refused);
	});
});
