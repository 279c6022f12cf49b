import type { INode } from 'n8n-workflow';
import { startHttpServer, unusedUrl } from '../support/awkwardServers';
import { nodeAt } from '../support/engine';
import { TRIGGER_TYPE } from '../support/triggers';
import { openEditor, type OpenEditor } from './browser';
import { readStack } from './environment';
import { N8N_VERSION } from './n8nInstallation';
import { NodeForm, type TypedArgument } from './nodeForm';
import { useSignedInN8n } from './signedIn';
import { until } from './until';
import { mutate } from './watchingWorkflows';
import { workflowAround } from './workflows';

const { deployment, deploymentUrl, deployKey, n8nUrl } = readStack();
const session = useSignedInN8n();

/** Its editor is what is clicked; that of another n8n looks otherwise. */
const EDITOR_OF = '2.41.1';
const inEditor = N8N_VERSION === EDITOR_OF ? describe : describe.skip;

let open: OpenEditor;
let form: NodeForm;
beforeAll(async () => {
	if (N8N_VERSION !== EDITOR_OF) return;
	open = await openEditor(n8nUrl, { width: 1400, height: 1000 });
	form = new NodeForm(open.page);
});
afterAll(async () => await open?.browser.close());

const byPath = (value: string) => ({ functionPath: { __rl: true, mode: 'path', value } });

/** Opens a node, with what is filled in so far, behind one item. */
async function openNode(parameters: INode['parameters'], settings: object = {}): Promise<void> {
	const node = nodeAt('Convex', 'n8n-nodes-convex.convex', {
		parameters,
		credentials: { convexApi: { id: session.credentialId, name: 'Convex' } },
	});
	const binary = { data: { data: 'aGk=', mimeType: 'text/plain' } };
	const workflow = { ...workflowAround(node, [{ json: { title: 'T' }, binary }]), settings };
	await open.editor.showWorkflow(await session.n8n.importWorkflow(workflow));
	await open.editor.openNode('Convex');
}

/** Waits until the deployment has received a number of calls, and gives the arguments of the newest. */
async function sent(path: string, calls = 1) {
	const received = async () =>
		(await deployment.receivedCalls()).filter((call) => call.path === path);
	await until(async () => (await received()).length >= calls);
	return (await received()).at(-1)?.args;
}

inEditor('the arguments of a call', () => {
	const ARGUMENTS: TypedArgument[] = [
		{ name: 'automatic', value: '5' },
		{ name: 'text', type: 'String', value: '42' },
		{ name: 'number', type: 'Number', value: '1.5' },
		{ name: 'flag', type: 'Boolean', value: 'True' },
		{ name: 'id', type: 'Document ID', value: 'abc' },
		{ name: 'object', type: 'Object', value: '{ "a": 1 }' },
		{ name: 'list', type: 'Array', value: '[1, "b"]' },
		{ name: 'big', type: 'Int64', value: '9007199254740993' },
		{ name: 'bytes', type: 'Bytes (Base64)', value: 'aGk=' },
		{ name: 'file', type: 'Binary Field' },
		{ name: 'at', type: 'Date', value: '2026-12-01T09:00:00' },
		{ name: 'none', type: 'Null' },
	];

	it('are sent as the types that were chosen with Add Argument', async () => {
		await openNode(byPath('values:describeAll'), { timezone: 'Asia/Tokyo' });
		await form.choose('argumentsMode', 'Using Fields Below');
		for (const argument of ARGUMENTS) await form.addArgument(argument);
		await form.execute();
		expect(await sent('values:describeAll')).toEqual({
			automatic: '5',
			text: '42',
			number: 1.5,
			flag: true,
			id: 'abc',
			object: { a: 1 },
			list: [1, 'b'],
			big: { $integer: 'AQAAAAAAIAA=' },
			bytes: { $bytes: 'aGk=' },
			file: { $bytes: 'aGk=' },
			at: Date.parse('2026-12-01T09:00:00+09:00'),
			none: null,
		});
		await form.shows(/big\s*:\s*int64/);
	});

	it('are forgotten, and so not sent, when another way to give them is chosen and back', async () => {
		await openNode(byPath('values:describeAll'));
		await form.choose('argumentsMode', 'Using Fields Below');
		await form.addArgument({ name: 'a', value: 'of the fields' });
		await form.choose('argumentsMode', 'Using JSON');
		await form.fillJson('argumentsJson', '{ "b": "of the JSON" }');
		await form.choose('argumentsMode', 'Using Fields Below');
		await form.addArgument({ name: 'c', value: 'added later' });
		await form.execute();
		expect(await sent('values:describeAll')).toEqual({ c: 'added later' });
		await form.choose('argumentsMode', 'Using Function Arguments');
		await form.notice.waitFor();
		expect(await form.notice.innerText()).toBe(
			"This function declares no arguments, so it takes any. Set 'Arguments' to 'Using Fields Below', 'Using Input Item' or 'Using JSON'.",
		);
	});
});

inEditor("the form of a function's own arguments", () => {
	it('has required, nested and union arguments, and sends what each declares', async () => {
		const task = String(await mutate('tasks:create', { title: 'T' }));
		await openNode({});
		expect(await form.notice.innerText()).toBe(
			"No function is chosen in 'Function' yet. Choose one first.",
		);
		await form.pickFunction('values:everyKind');
		await form.fill('anything', 'x');
		await form.fill('big', '9007199254740993');
		await form.fill('bytes', 'aGk=');
		await form.choose('choice', 'high');
		await form.choose('exactly', '3');
		await form.switchOn('flag');
		await form.fillJson('list', '["1"]');
		await form.fill('mixed', '5');
		await form.fill('number', '1.5');
		await form.fillJson('object', '{ "inner": 1 }');
		await form.fillJson('record', '{ "a": 1 }');
		await form.fillJson('shapes', '{ "kind": "square", "side": 2 }');
		await form.fill('task', task);
		await form.fill('text', 'hello');
		await form.addOptional('note');
		await form.fill('note', 'added');
		await form.execute();
		expect(await sent('values:everyKind')).toEqual({
			anything: 'x',
			big: { $integer: 'AQAAAAAAIAA=' },
			bytes: { $bytes: 'aGk=' },
			choice: 'high',
			exactly: { $integer: 'AwAAAAAAAAA=' },
			flag: true,
			list: [{ $integer: 'AQAAAAAAAAA=' }],
			mixed: '5',
			nullable: null,
			number: 1.5,
			object: { inner: 1 },
			record: { a: 1 },
			shapes: { kind: 'square', side: { $integer: 'AgAAAAAAAAA=' } },
			task,
			text: 'hello',
			note: 'added',
		});
		await form.shows('added');
	});

	it('says what a mistyped path may mean, and is there once it is corrected', async () => {
		await openNode({});
		await form.typeFunction('counters:gte');
		const suggestion = form.notice.filter({ hasText: "Did you mean 'counters:get'?" });
		await suggestion.waitFor();
		expect(await suggestion.innerText()).toContain(
			"The deployment has no function 'counters:gte'. It was renamed, removed or not deployed yet.",
		);
		await form.typeFunction('counters:get');
		await form.fill('name', 'a');
		await form.execute();
		expect(await sent('counters:get')).toEqual({ name: 'a' });
	});

	it('is a sentence for a function without arguments, whose list Value Only divides', async () => {
		for (const orderId of ['A-1', 'A-2']) {
			await mutate('orders:upsert', { orderId, email: 'ada@engines.test', total: 1 });
		}
		await openNode({});
		await form.pickFunction('orders:list');
		const none = form.notice.filter({ hasText: 'takes no arguments' });
		await none.waitFor();
		expect(await none.innerText()).toBe('This function takes no arguments.');
		await form.execute();
		await form.shows('1 item');
		await form.choose('output', 'Value Only');
		await form.execute();
		await form.shows('2 items');
		expect(await sent('orders:list', 2)).toEqual({});
	});
});

inEditor('pagination', () => {
	it('takes paginationOpts out of the form, and reads to the limit or to the end', async () => {
		await mutate('documents:fill', { count: 120 });
		await openNode(byPath('documents:page'));
		await form.input('paginationOpts').waitFor();
		await form.switchOn('pagination');
		await form.input('paginationOpts').waitFor({ state: 'detached' });
		await form.fill('limit', '3');
		await form.execute();
		await form.shows('3 items');
		expect(await sent('documents:page')).toEqual({
			paginationOpts: expect.objectContaining({ cursor: null, numItems: 3 }),
		});
		await form.switchOn('returnAll');
		await form.input('limit').waitFor({ state: 'detached' });
		await form.execute();
		await form.shows('120 items');
		expect(await sent('documents:page', 3)).toEqual({
			paginationOpts: expect.objectContaining({ cursor: expect.any(String), numItems: 100 }),
		});
	});
});

inEditor('a credential that is saved', () => {
	it('shows what is wrong with it, or that it is accepted', async () => {
		const website = await startHttpServer((_request, response) => response.end('<html></html>'));
		const { editor } = open;
		await editor.openNewCredential('Convex API');
		const refused = async (url: string, key: string, why: string) => {
			await editor.saveCredential({ deploymentUrl: url, token: key });
			await editor.credentialIsRefused(why);
		};
		await refused(website.url, deployKey, 'is not a Convex deployment');
		await website.stop();
		await refused(await unusedUrl(), deployKey, 'Nothing answers at the deployment URL');
		await refused(deploymentUrl, 'local-deployment|0123', 'The provided admin key was invalid');
		await editor.saveCredential({ deploymentUrl, token: deployKey });
		await editor.credentialIsAccepted();
		expect(await deployment.requestStats()).toMatchObject({
			endpoints: { '/api/check_admin_key': { requests: 2 } },
		});
	});
});

inEditor('the trigger', () => {
	const openTrigger = async (path: string) => {
		const trigger = nodeAt('Watch', TRIGGER_TYPE, {
			parameters: { ...byPath(path), argumentsMode: 'json', argumentsJson: '{ "name": "a" }' },
			credentials: { convexApi: { id: session.credentialId, name: 'Convex' } },
		});
		const workflow = { name: 'watch', nodes: [trigger], connections: {} };
		const id = await session.n8n.importWorkflow(workflow);
		await open.editor.showWorkflow(id);
		return id;
	};

	it('says why it is not published, for a query that does not exist', async () => {
		const id = await openTrigger('counters:gte');
		await open.editor.publish();
		const message = open.page.getByRole('alert').filter({ hasText: 'could not be published' });
		await message.filter({ hasText: "Did you mean 'counters:get'?" }).waitFor();
		await session.n8n.deactivate(id);
	});

	it('gives the present result when it is run by hand', async () => {
		await mutate('counters:increment', { name: 'a' });
		await openTrigger('counters:get');
		await open.editor.openNode('Watch');
		await form.execute();
		await form.shows('initial');
		expect(await sent('counters:get')).toEqual({ name: 'a' });
	});
});
