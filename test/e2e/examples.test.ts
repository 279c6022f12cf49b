import type { WorkflowFile } from '../support/engine';
import { startScriptedModel } from '../support/scriptedModel';
import { openHttp } from '../support/syncClients';
import { readStack } from './environment';
import { importExampleInto, startChannel, type Channel } from './importedExamples';
import { N8nApi } from './n8nApi';
import { mutate } from './watchingWorkflows';
import { outputOf } from './workflows';

const { n8nUrl, deployment, deploymentUrl, deployKey } = readStack();
let n8n: N8nApi;
let credentialId: string;
let channel: Channel;

beforeAll(async () => {
	n8n = await N8nApi.signIn(n8nUrl);
	const data = { deploymentUrl, authentication: 'deployKey', token: deployKey };
	credentialId = await n8n.createCredential('Convex', 'convexApi', data);
	channel = await startChannel();
	await deployment.reset();
});

afterAll(async () => await channel.stop());

const importExample = async (file: string, adapt?: (workflow: WorkflowFile) => WorkflowFile) =>
	await importExampleInto(n8n, { credentialId, channel: channel.url }, file, adapt);

describe('the examples, imported into n8n', () => {
	it('tasks.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('tasks.json'));
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'List Open Tasks').map(({ title }) => title)).toEqual([
			'Write the announcement',
			'Order the cake',
		]);
		expect(outputOf(execution, 'Rejected Tasks')).toEqual([
			expect.objectContaining({ title: '', error: expect.stringMatching(/EMPTY_TITLE/) }),
		]);
		expect(outputOf(execution, 'Write Report')).toEqual([
			{ value: 'Report: 2 open, 0 done', logLines: [] },
		]);
	});

	it('agent-tools.json', async () => {
		await deployment.reset();
		const announcement = await mutate('tasks:create', { title: 'Write the announcement' });
		const model = await startScriptedModel();
		const openAiApi = { apiKey: 'scripted', url: model.url };
		const id = await n8n.createCredential('Model', 'openAiApi', openAiApi);
		model.follow(
			({ messages, tools }) => {
				expect(JSON.stringify(messages)).toMatch(/order the cake/);
				expect(Object.keys(tools).sort()).toEqual(['Complete_Task', 'Create_Task', 'List_Tasks']);
				return {
					calls: [
						{ tool: 'List_Tasks', args: {} },
						{ tool: 'Create_Task', args: { title: 'Order the cake', priority: 5 } },
					],
				};
			},
			({ answers: [list = ''] }) => {
				const [{ value }] = JSON.parse(list);
				return { calls: [{ tool: 'Complete_Task', args: { task_id: value[0]._id } }] };
			},
			() => ({ text: 'Noted, and well done.' }),
		);
		const execution = await n8n.runWorkflow(
			await importExample('agent-tools.json', (workflow) => ({
				...workflow,
				nodes: workflow.nodes.map((node) =>
					node.name === 'Model'
						? { ...node, credentials: { openAiApi: { id, name: 'Model' } } }
						: node,
				),
			})),
		);
		await model.stop();
		model.finish();
		expect(outputOf(execution, 'Agent')).toEqual([{ output: 'Noted, and well done.' }]);
		const { query } = openHttp(deploymentUrl);
		expect(await query('tasks:list', {})).toEqual([
			expect.objectContaining({ _id: announcement, status: 'done' }),
			expect.objectContaining({ title: 'Order the cake', priority: 5, status: 'open' }),
		]);
	});

	it('bulk-import.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('bulk-import.json'));
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Imported Rows')).toHaveLength(3);
		expect(outputOf(execution, 'Refused Rows')).toEqual([
			expect.objectContaining({
				title: 'Print the badges',
				error: expect.stringMatching(/'dueAt' is text/),
			}),
		]);
	});

	it('create-documents.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('create-documents.json'));
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Created').map(({ title }) => title)).toEqual([
			'Book the room',
			'Order the cake',
		]);
		expect(outputOf(execution, 'Refused').map(({ title }) => title)).toEqual(['Print the badges']);
	});

	it('sheet-upsert.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('sheet-upsert.json'));
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Imported')).toEqual([
			{ table: 'orders', mode: 'upsert', keyFields: ['orderId'], imported: 3 },
		]);
		expect(outputOf(execution, 'Refused Rows')).toEqual([
			expect.objectContaining({
				email: 'nobody@example.com',
				error: expect.stringMatching(/has no value in the key field 'orderId'/),
			}),
		]);
	});

	it('http-action.json', async () => {
		await deployment.reset();
		const execution = await n8n.runWorkflow(await importExample('http-action.json'));
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Create Task')).toHaveLength(2);
		expect(outputOf(execution, 'Refused Tasks')).toEqual([
			expect.objectContaining({ title: '', error: expect.stringMatching(/HTTP status 400/) }),
		]);
		expect(outputOf(execution, 'List Tasks').map(({ title }) => title)).toEqual([
			'Write the announcement',
			'Order the cake',
		]);
	});

	it('scheduled-sync.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('scheduled-sync.json'));
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Saved')).toHaveLength(2);
		expect(outputOf(execution, 'Not Saved')).toEqual([
			expect.objectContaining({ orderId: 'A-2', error: expect.stringMatching(/negative/) }),
		]);
	});

	it('announce-documents.json', async () => {
		const id = await importExample('announce-documents.json');
		const first = await n8n.runWorkflow(id);
		expect(first.status).toBe('success');
		expect(channel.messages).toEqual(['Order A-1 of ada@engines.test: 125']);
		const second = await n8n.runWorkflow(id);
		expect(second.status).toBe('success');
		expect(channel.messages).toHaveLength(1);
	});

	it('enrich-rows.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('enrich-rows.json'));
		expect(outputOf(execution, 'Add to Row')).toEqual([
			{
				name: 'Ada',
				email: 'ada@engines.test',
				domain: 'engines.test',
				company: 'engines',
				isBusiness: true,
			},
			{
				name: 'Grace',
				email: 'grace@mail.test',
				domain: 'mail.test',
				company: 'mail',
				isBusiness: false,
			},
		]);
	});

	it('mail-attachments.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('mail-attachments.json'));
		expect(execution.status).toBe('success');
		const [stored] = outputOf(execution, 'Store Attachment');
		expect(stored).toMatchObject({ fileName: 'invoice.txt', size: 17 });
		const { query } = openHttp(deploymentUrl);
		const storageId = String(stored?.storageId);
		expect(await query('uploads:list', {})).toEqual([
			expect.objectContaining({ name: 'invoice.txt', storageId, size: 17 }),
		]);
		const file = await fetch(String(await query('uploads:url', { storageId })));
		expect(await file.text()).toBe('Invoice 7: 30 EUR');
	});

	it('wait-for-workflow.json', async () => {
		const execution = await n8n.runWorkflow(await importExample('wait-for-workflow.json'));
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Ended').map(({ customer, status }) => [customer, status])).toEqual([
			['Ada', 'done'],
			['Grace', 'failed'],
		]);
	});

	it('table-export.json', async () => {
		const tasks = [{ title: 'Export' }, { title: 'Import' }];
		await mutate('tasks:createMany', { tasks });
		const execution = await n8n.runWorkflow(await importExample('table-export.json'));
		expect(execution.status).toBe('success');
		const read = outputOf(execution, 'Read Table');
		expect(read.slice(-2).map(({ title }) => title)).toEqual(['Export', 'Import']);
		expect(outputOf(execution, 'Make File')).toHaveLength(1);
	});
});
