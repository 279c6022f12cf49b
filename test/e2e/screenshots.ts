/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import type { Page } from 'playwright-core';
import { nodeAt, type WorkflowFile } from '../support/engine';
import { readExamples, withCredential } from '../support/examples';
import { openHttp } from '../support/syncClients';
import { TRIGGER_TYPE } from '../support/triggers';
import { openEditor } from './browser';
import type { Editor } from './editor';
import { N8nApi } from './n8nApi';
import { withStack, type Stack } from './stack';
import { convexNode, workflowAround } from './workflows';

const IMAGES = join(__dirname, '..', '..', 'docs', 'images');
const VIEWPORT = { width: 1280, height: 760 };

type Clip = NonNullable<Parameters<Page['screenshot']>[0]>['clip'];

/** `npm run screenshots`: drives n8n's editor in a browser and takes the pictures of the README. */
async function main(): Promise<void> {
	mkdirSync(IMAGES, { recursive: true });
	await withStack(async (stack) => {
		const api = await N8nApi.setUp(stack.n8n.url);
		const { browser, page, editor } = await openEditor(stack.n8n.url, VIEWPORT);
		try {
			await takePictures(editor, page, api, stack);
		} finally {
			await browser.close();
		}
	});
}

async function takePictures(
	editor: Editor,
	page: Page,
	api: N8nApi,
	{ deployment }: Stack,
): Promise<void> {
	/** The whole window unless a part of it is named. */
	const shoot = async (name: string, clip?: Clip) => {
		await editor.settle();
		await page.mouse.move(0, 0);
		await page.screenshot({ path: join(IMAGES, `${name}.png`), clip });
		console.log(`docs/images/${name}.png`);
	};

	await editor.openNewWorkflow();
	await editor.searchNode('Convex');
	await editor.showActions();
	await shoot('add-node', { x: VIEWPORT.width - 480, y: 0, width: 480, height: VIEWPORT.height });

	await editor.createCredential('Convex API', {
		deploymentUrl: deployment.url,
		token: deployment.deployKey,
	});
	await shoot('credential');

	const data = {
		deploymentUrl: deployment.url,
		authentication: 'deployKey',
		token: deployment.deployKey,
	};
	const credentialId = await api.createCredential('Convex', 'convexApi', data);
	const example = readExamples().find(({ file }) => file === 'tasks.json');
	if (example === undefined) throw new Error('there is no examples/tasks.json');
	const workflow = withCredential(example.workflow, credentialId, 'Convex');
	await editor.openWorkflow(await api.importWorkflow(workflow));
	await editor.execute();
	await shoot('workflow');

	await editor.openNode('Create Task');
	await shoot('node');
	await editor.closeNode();

	await editor.openWorkflow(
		await api.importWorkflow(await watchPaidOrders(deployment, credentialId)),
	);
	await editor.execute();
	await editor.openNode('Paid Orders');
	await shoot('trigger');
	await editor.closeNode();

	const form = convexNode(credentialId, 'mutation', 'tasks:create', {});
	form.parameters.functionPath = {
		__rl: true,
		mode: 'list',
		value: 'tasks:create',
		cachedResultName: 'tasks:create',
	};
	const fields = await api.mapperFields(form, 'getArguments', 'parameters.mappedArguments');
	form.parameters.argumentsMode = 'mapping';
	form.parameters.mappedArguments = {
		mappingMode: 'defineBelow',
		value: { title: '={{ $json.title }}', dueAt: '={{ $json.due }}', priority: 2 },
		matchingColumns: [],
		schema: fields.map((field) => ({ ...field, removed: false })),
		attemptToConvertTypes: false,
		convertFieldsToString: false,
	};
	const tasks = [{ title: 'Order the cake', due: '2026-12-03T09:00:00Z' }];
	await editor.openWorkflow(await api.importWorkflow(workflowAround(form, tasks)));
	await editor.execute();
	await editor.openNode('Convex');
	await shoot('function-form');
	await editor.openFunctionList();
	await shoot('function-list');

	await shootDocuments(editor, api, credentialId, shoot);

	const failing = convexNode(credentialId, 'mutation', 'orders:upsert', '={{ $json }}');
	const orders = [{ orderId: 'A-2', email: 'grace@mail.test', total: -5 }];
	await editor.openWorkflow(await api.importWorkflow(workflowAround(failing, orders)));
	await editor.execute();
	await editor.openNode('Convex');
	await editor.showErrorDetails();
	await shoot('error');
	await editor.closeNode();

	failing.onError = 'continueErrorOutput';
	await editor.openWorkflow(await api.importWorkflow(workflowAround(failing, orders)));
	await editor.execute();
	await editor.openNode('Error');
	await shoot('error-branch', { x: 25, y: 65, width: 405, height: 660 });
}

/** Documents and a file, without a function of the app. */
async function shootDocuments(
	editor: Editor,
	api: N8nApi,
	credentialId: string,
	shoot: (name: string) => Promise<void>,
): Promise<void> {
	const show = async (
		node: INode,
		name: string,
		items: Array<IDataObject | INodeExecutionData>,
	) => {
		await editor.openWorkflow(await api.importWorkflow(workflowAround(node, items)));
		await editor.execute();
		await editor.openNode('Convex');
		await shoot(name);
		await editor.closeNode();
	};
	const node = convexNode(credentialId, 'query', '', {});
	const table = { __rl: true, mode: 'list', value: 'tasks', cachedResultName: 'tasks' };
	node.parameters = { resource: 'document', operation: 'create', table };
	const fields = await api.mapperFields(node, 'getDocumentFields', 'parameters.fields');
	node.parameters.fields = {
		mappingMode: 'defineBelow',
		value: { title: '={{ $json.title }}', status: 'open', priority: 2 },
		matchingColumns: [],
		schema: fields.map((field) => ({ ...field, removed: false })),
		attemptToConvertTypes: false,
		convertFieldsToString: false,
	};
	await show(node, 'create-document', [
		{ title: 'Book the room' },
		{ title: 'Invite the speakers' },
	]);

	node.parameters = {
		resource: 'document',
		operation: 'getMany',
		table,
		filters: { filter: [{ field: 'status', operator: 'equals', type: 'auto', value: 'open' }] },
	};
	await show(node, 'get-documents', [{}]);

	node.parameters = { resource: 'file', operation: 'upload', binaryField: 'data' };
	const invoice = {
		data: Buffer.from('Invoice 7: 120.00').toString('base64'),
		mimeType: 'text/plain',
		fileName: 'invoice-7.txt',
	};
	await show(node, 'upload-file', [{ json: { customer: 'Ada' }, binary: { data: invoice } }]);
}

/** Has two orders paid, and gives a workflow whose trigger watches them. */
async function watchPaidOrders(
	{ url }: Stack['deployment'],
	credentialId: string,
): Promise<WorkflowFile> {
	const { mutation } = openHttp(url);
	for (const [orderId, email, total] of [
		['A-7', 'ada@engines.test', 120],
		['A-8', 'grace@mail.test', 30],
	] as const) {
		const id = String(await mutation('orders:upsert', { orderId, email, total }));
		await mutation('orders:markPaid', { id });
	}
	const name = 'Paid Orders';
	const functionPath = {
		__rl: true,
		mode: 'list',
		value: 'orders:listPaid',
		cachedResultName: 'orders:listPaid',
	};
	return {
		name,
		nodes: [
			nodeAt(name, TRIGGER_TYPE, {
				parameters: { functionPath, emit: 'changes' },
				credentials: { convexApi: { id: credentialId, name: 'Convex' } },
			}),
			nodeAt('Next', 'n8n-nodes-base.noOp', { position: [250, 0] }),
		],
		connections: { [name]: { main: [[{ node: 'Next', type: 'main', index: 0 }]] } },
	};
}

void main();
