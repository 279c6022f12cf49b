import type { INode } from 'n8n-workflow';
import { nodeAt } from '../support/engine';
import { TRIGGER_TYPE } from '../support/triggers';
import { openEditor, type OpenEditor } from './browser';
import { readStack } from './environment';
import { N8N_VERSION } from './n8nInstallation';
import { useSignedInN8n } from './signedIn';
import { workflowAround } from './workflows';

const { n8nUrl } = readStack();
const session = useSignedInN8n();

/** Its editor is what is looked at; that of another n8n looks otherwise. */
const inEditor = N8N_VERSION === '2.41.1' ? describe : describe.skip;

let open: OpenEditor;
beforeAll(async () => {
	if (N8N_VERSION !== '2.41.1') return;
	open = await openEditor(n8nUrl, { width: 1400, height: 1000 });
});
afterAll(async () => await open?.browser.close());

const CONVEX = 'n8n-nodes-convex.convex';

async function runAndOpenNode(parameters: INode['parameters'], items: object[]): Promise<void> {
	const node = nodeAt('Convex', CONVEX, {
		parameters,
		credentials: { convexApi: { id: session.credentialId, name: 'Convex' } },
	});
	const workflow = workflowAround(
		node,
		items.map((json) => ({ json: json as never })),
	);
	await open.editor.showWorkflow(await session.n8n.importWorkflow(workflow));
	// The editor knows the items when the node before has run.
	await open.editor.execute();
	await open.editor.openNode('Convex');
}

inEditor('the editor reminds', () => {
	const hint = (text: string) => open.page.getByTestId('ndv').getByText(text);

	const getMany = (value: string): INode['parameters'] => ({
		resource: 'document',
		operation: 'getMany',
		table: { __rl: true, mode: 'name', value: 'tasks' },
		filters: { filter: [{ field: 'title', operator: 'equals', type: 'string', value }] },
	});

	it('of Get Many for each item', async () => {
		await runAndOpenNode(getMany('={{ $json.title }}'), [{ title: 'A' }, { title: 'B' }]);
		await hint('The documents are read once for each input item').waitFor();
		await open.editor.closeNode();
	});

	it('of a workflow that writes what its trigger watches', async () => {
		const operation = 'mutation';
		const functionPath = { __rl: true, mode: 'path', value: 'tasks:complete' };
		await runAndOpenNode({ operation, functionPath }, [
			{ change: 'added', key: 'a', document: {}, changedFields: null, reason: 'change' },
		]);
		await hint('This workflow starts itself again').waitFor();
		await open.editor.closeNode();
	});

	it('in the trigger itself', async () => {
		const trigger = nodeAt('Convex Trigger', TRIGGER_TYPE, {
			parameters: { functionPath: { __rl: true, mode: 'path', value: 'tasks:list' } },
			credentials: { convexApi: { id: session.credentialId, name: 'Convex' } },
		});
		const workflow = { name: 'trigger', nodes: [trigger], connections: {} };
		await open.editor.showWorkflow(await session.n8n.importWorkflow(workflow));
		await open.editor.openNode('Convex Trigger');
		await hint('A workflow that changes what its trigger watches').waitFor();
		await open.editor.closeNode();
	});

	it('in a tool of what does not work in one', async () => {
		const tool = nodeAt('Create Task', `${CONVEX}Tool`, {
			parameters: {
				operation: 'mutation',
				functionPath: { __rl: true, mode: 'path', value: 'tasks:create' },
				argumentsMode: 'item',
			},
		});
		const workflow = { name: 'tool', nodes: [tool], connections: {} };
		await open.editor.showWorkflow(await session.n8n.importWorkflow(workflow));
		await open.editor.openNode('Create Task');
		await hint('Using Input Item').first().waitFor();
		await hint('does not work in a tool').waitFor();
		await hint('Maximum Result Length').waitFor();
		await open.editor.closeNode();
	});
});
