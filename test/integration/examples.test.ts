import type { IDataObject } from 'n8n-workflow';
import { callConvexTool } from '../support/agents';
import { tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { outputsOf, runWorkflow } from '../support/engine';
import {
	activeTriggerOf,
	feedOf,
	installationFor,
	readExamples,
	withCredential,
} from '../support/examples';
import { openHttp } from '../support/syncClients';

const convex = useEmbeddedDeployment('none');

const examples = readExamples();

const exampleNamed = (name: string) => {
	const example = examples.find(({ file }) => file === name);
	if (example === undefined) throw new Error(`there is no examples/${name}`);
	return example;
};

/** The run of an example's workflow, which succeeds. */
const runExample = async (name: string) => {
	const { run } = await runWorkflow(
		await installationFor(convex.deployment),
		withCredential(exampleNamed(name).workflow, '1', 'Convex'),
	);
	expect(run.data.resultData.error).toBeUndefined();
	return run;
};

describe('the examples', () => {
	it.each(examples)('$file names no credential and says what to change', ({ workflow }) => {
		const notes = workflow.nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		expect(notes.length).toBeGreaterThan(0);
		expect(workflow.nodes.filter(({ credentials }) => credentials !== undefined)).toEqual([]);
	});

	it('tasks.json creates tasks, sends a refused one to the error branch, and reports', async () => {
		const run = await runExample('tasks.json');
		const [created, refused] = outputsOf(run, 'Create Task');
		expect(created?.map((item) => item.json)).toEqual([
			{ value: expect.any(String), logLines: ["[LOG] 'creating' 'Write the announcement'"] },
			{ value: expect.any(String), logLines: ["[LOG] 'creating' 'Order the cake'"] },
		]);
		expect(refused?.map((item) => item.json)).toEqual([
			{
				title: '',
				due: '2026-12-02T09:00:00Z',
				error: expect.stringMatching(/A task needs a title/),
				details: expect.objectContaining({
					kind: 'application',
					errorData: { code: 'EMPTY_TITLE', field: 'title', message: 'A task needs a title' },
				}),
			},
		]);
		expect(outputsOf(run, 'List Open Tasks')[0]?.map((item) => item.json)).toEqual([
			expect.objectContaining({
				title: 'Write the announcement',
				dueAt: Date.parse('2026-12-01T09:00:00Z'),
			}),
			expect.objectContaining({ title: 'Order the cake' }),
		]);
		expect(outputsOf(run, 'Write Report')[0]?.[0]?.json.value).toBe('Report: 2 open, 0 done');
	});

	it('bulk-import.json imports all rows by one call, but the one that does not fit', async () => {
		const run = await runExample('bulk-import.json');
		const imported = outputsOf(run, 'Imported Rows')[0] ?? [];
		expect(imported.map(({ json, pairedItem }) => [json.value, pairedItem])).toEqual(
			[0, 1, 2].map((item) => [expect.any(String), { item }]),
		);
		expect(outputsOf(run, 'Refused Rows')[0]?.map(({ json }) => json)).toEqual([
			{
				title: 'Print the badges',
				due: '2026-02-30',
				error: expect.stringMatching(/'dueAt' is text \('2026-02-30'\), not a number \[item 2\]$/),
				details: expect.objectContaining({ kind: 'input', outcome: 'notExecuted' }),
			},
		]);
		expect((await convex.deployment.executions())['tasks:createMany']).toBe(1);
		const tasks = await openHttp(convex.deployment.url).query('tasks:list', {});
		expect(tasks).toEqual([
			expect.objectContaining({
				title: 'Book the room',
				dueAt: Date.parse('2026-12-01T09:00:00Z'),
			}),
			expect.objectContaining({ title: 'Invite the speakers', status: 'open' }),
			expect.objectContaining({ title: 'Order the cake' }),
		]);
	});

	it('create-documents.json adds all rows to the table, but the one that does not fit', async () => {
		const run = await runExample('create-documents.json');
		const created = outputsOf(run, 'Created')[0] ?? [];
		expect(created.map(({ json }) => [json.title, json.dueAt])).toEqual([
			['Book the room', Date.parse('2026-12-01T09:00:00Z')],
			['Order the cake', undefined],
		]);
		expect(outputsOf(run, 'Refused')[0]?.map(({ json }) => json.title)).toEqual([
			'Print the badges',
		]);
		const tasks = await openHttp(convex.deployment.url).query('tasks:list', {});
		expect(tasks).toEqual(created.map(({ json }) => json));
	});

	it('sheet-upsert.json writes the rows of a sheet by key, but the one without a key', async () => {
		const run = await runExample('sheet-upsert.json');
		expect(outputsOf(run, 'Imported')[0]?.map(({ json }) => json)).toEqual([
			{ table: 'orders', mode: 'upsert', keyFields: ['orderId'], imported: 3 },
		]);
		expect(outputsOf(run, 'Refused Rows')[0]?.map(({ json }) => json.error)).toEqual([
			"The input item has no value in the key field 'orderId' [item 2]",
		]);
		const orders = await openHttp(convex.deployment.url).query('orders:list', {});
		expect(orders).toEqual([
			expect.objectContaining({ orderId: 'S-1', total: 43, announced: false }),
			expect.objectContaining({ orderId: 'S-2', total: 7, announced: true }),
		]);
		expect(orders).not.toContainEqual(expect.objectContaining({ row_number: expect.anything() }));
	});

	it('http-action.json calls routes, sends a refused item to the error branch, and lists', async () => {
		const run = await runExample('http-action.json');
		const [created] = outputsOf(run, 'Create Task');
		expect(created?.map(({ json }) => json)).toEqual([
			{ id: expect.any(String) },
			{ id: expect.any(String) },
		]);
		expect(outputsOf(run, 'Refused Tasks')[0]?.map(({ json }) => json)).toEqual([
			{
				title: '',
				error: expect.stringMatching(/HTTP status 400/),
				details: expect.objectContaining({ body: { error: 'A task needs a title.' } }),
			},
		]);
		expect(outputsOf(run, 'List Tasks')[0]?.map(({ json }) => json.title)).toEqual([
			'Write the announcement',
			'Order the cake',
		]);
	});

	it('wait-for-workflow.json goes on when each workflow has ended, well or not', async () => {
		const run = await runExample('wait-for-workflow.json');
		expect(outputsOf(run, 'Ended')[0]?.map(({ json }) => json)).toEqual([
			expect.objectContaining({ customer: 'Ada', status: 'done', result: 'Report for Ada' }),
			expect.objectContaining({ customer: 'Grace', status: 'failed' }),
		]);
		expect(outputsOf(run, 'Not in Time')).toEqual([]);
	});

	it('agent-tools.json gives an agent tools that list, create and complete', async () => {
		const { nodes } = exampleNamed('agent-tools.json').workflow;
		const credential = (await installationFor(convex.deployment)).credentials.convexApi ?? {};
		const use = async (name: string, args: IDataObject) => {
			const parameters = nodes.find((node) => node.name === name)?.parameters ?? {};
			const result = await callConvexTool({ credential, parameters }, [args]);
			return JSON.parse(String(result?.answer));
		};
		const [{ value: id }] = await use('Create Task', { title: 'Order the cake' });
		expect(await use('List Tasks', {})).toEqual([
			{ value: [expect.objectContaining({ _id: id, priority: 3, status: 'open' })], logLines: [] },
		]);
		await use('Complete Task', { task_id: id });
		expect(await use('List Tasks', { status: 'done' })).toEqual([
			{ value: [expect.objectContaining({ _id: id })], logLines: [] },
		]);
	});

	it('paid-order.json starts with an order as soon as it is paid', async () => {
		const example = exampleNamed('paid-order.json');
		const trigger = activeTriggerOf(await installationFor(convex.deployment), example.workflow);
		await trigger.activate();
		const { mutation } = openHttp(convex.deployment.url);
		const order = { orderId: 'P-1', email: 'ada@engines.test', total: 7 };
		await mutation('orders:upsert', { ...order, orderId: 'not paid' });
		const id = String(await mutation('orders:upsert', order));
		await mutation('orders:markPaid', { id });
		const { items } = await trigger.nthStart(1);
		await trigger.deactivate();
		expect(items).toEqual([
			expect.objectContaining({
				change: 'added',
				key: id,
				document: expect.objectContaining(order),
				reason: 'change',
			}),
		]);
	});

	it('table-copy.json starts with all orders, and then with those that were written or deleted', async () => {
		const { mutation } = openHttp(convex.deployment.url);
		const upsert = async (orderId: string, total: number) =>
			await mutation('orders:upsert', { orderId, email: 'ada@engines.test', total });
		const [kept, removed] = [await upsert('C-1', 7), await upsert('C-2', 8)];
		const { workflow } = exampleNamed('table-copy.json');
		const feed = feedOf(await installationFor(convex.deployment), workflow);
		await feed.activate();
		await upsert('C-1', 9);
		await tablesOf(convex).remove(removed);
		await feed.poll();
		await feed.deactivate();
		const told = feed.starts.map((items) =>
			items.map(({ change, id, document }) => [change, id, Object(document).total]),
		);
		expect(told).toEqual([
			[
				['written', kept, 7],
				['written', removed, 8],
			],
			[
				['written', kept, 9],
				['deleted', removed, undefined],
			],
		]);
	});
});
