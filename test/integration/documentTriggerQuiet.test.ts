import type { IDataObject } from 'n8n-workflow';
import { following, type HostKind, type PollingWorkflow } from '../support/polls';
import { usePolls } from '../support/pollsOfTest';

/** Where a Convex Document Trigger goes on after polls that started nothing, which n8n may not have saved. */
const use = usePolls();

const titlesOf = (items: IDataObject[] | undefined) =>
	items?.map(({ document }) => (document as IDataObject).title);

describe('a restart after a time in which nothing started the workflow, longer than Convex keeps the past', () => {
	/** n8n's database has the position of the activation; only the process that ended knew a later one. */
	async function restarted(events: string[]) {
		await use.mutate('documents:fill', { count: 3 });
		const first = await use.activate(['documents'], { events });
		const publishedAt = Date.now();
		await use.createTask('of another table');
		expect(await first.poll()).toBeUndefined();
		await use.deployment.forgetHistory();
		expect(await first.poll()).toBeUndefined();
		const before = await feedRequests();
		await use.mutate('documents:fill', { count: 1 });
		const second = await use.restart(first);
		const requests = (await feedRequests()) - before;
		return { second, requests, publishedAt };
	}

	const feedRequests = async () =>
		(await use.deployment.requestStats()).endpoints['/api/v1/data/sync']?.requests ?? 0;

	it('is warned of with the time of the position, and gives what was written since', async () => {
		const { second, publishedAt } = await restarted(['written', 'deleted']);
		expect(second.starts.map((items) => items.length)).toEqual([1]);
		const [, date] = /the saved position of (\S+) \(/.exec(second.warnings.join('\n')) ?? [];
		expect(Math.abs(Date.parse(String(date)) - publishedAt)).toBeLessThan(10_000);
		expect(second.warnings).toEqual([
			expect.stringMatching(/after its last poll cannot be known\. Where n8n saves .* older/),
		]);
	});

	it('reads no table again where only deletions are told', async () => {
		await use.deployment.setExportPageSizes({ dataSync: 1 });
		const { second, requests } = await restarted(['deleted']);
		expect(requests).toBeLessThanOrEqual(2);
		expect(second.warnings).toEqual([expect.stringMatching(/The trigger goes on from now;/)]);
		await use.mutate('documents:remove', { numbers: [1] });
		expect(await second.pollAll()).toMatchObject([{ change: 'deleted' }]);
	});
});

describe.each<HostKind>(['live', 'reloading', 'durable'])(
	'a trigger that is published again after polls without a change goes on from the last one, in a host of the kind %s',
	(host) => {
		const quietPolls = async (workflow: PollingWorkflow) => {
			for (const title of ['a', 'b', 'c']) {
				await use.createTask(title);
				expect(await workflow.poll()).toBeUndefined();
			}
		};

		it('where other changes are told from then on', async () => {
			const first = await use.activate(['tasks'], { events: ['deleted'] }, { host });
			await quietPolls(first);
			const parameters = following(['tasks']);
			const second = await use.restart(first, { mode: 'update', parameters });
			expect(second.starts).toEqual([]);
			await use.createTask('d');
			expect(titlesOf(await second.poll())).toEqual(['d']);
		});

		it('where tables are added', async () => {
			const first = await use.activate(['boards'], {}, { host });
			await quietPolls(first);
			const parameters = following(['boards', 'tasks']);
			const second = await use.restart(first, { mode: 'update', parameters });
			await second.poll();
			expect(second.starts).toEqual([]);
		});

		it('though Convex does not keep the past since the last start any more', async () => {
			await use.mutate('documents:fill', { count: 2 });
			const first = await use.activate(['documents'], {}, { host });
			await quietPolls(first);
			await use.deployment.forgetHistory();
			expect(await first.poll()).toBeUndefined();
			await use.mutate('documents:remove', { numbers: [1] });
			const second = await use.restart(first, { mode: 'activate' });
			await second.poll();
			expect(second.starts).toMatchObject([[{ change: 'deleted' }]]);
			expect(second.warnings).toEqual([]);
		});
	},
);

it('a process that polled earlier goes on from where another one got', async () => {
	const workflow = await use.activate(['tasks'], { events: ['deleted'] }, { host: 'durable' });
	for (const title of ['a', 'b']) {
		await use.createTask(title);
		expect(await workflow.poll()).toBeUndefined();
	}
	const elsewhere = workflow.restarted();
	await elsewhere.activate();
	await use.createTask('c');
	expect(await elsewhere.poll()).toBeUndefined();
	await elsewhere.deactivate();
	const again = await use.restart(workflow, {
		mode: 'update',
		parameters: following(['tasks']),
		staticData: elsewhere.savedStaticData,
	});
	expect(again.starts).toEqual([]);
});
