import type { INode, INodeExecutionData } from 'n8n-workflow';
import { creating, deleting, updating } from '../support/documentWrites';
import { nodeAt, type WorkflowFile } from '../support/engine';
import { useSignedInN8n } from './signedIn';
import { convexNode, outputOf } from './workflows';

const session = useSignedInN8n();

const TASKS = { __rl: true, mode: 'name', value: 'tasks' };

/** What is done with a document: each by a node of this name, with the item of the one before. */
const DOCUMENT_STEPS: Record<string, INode['parameters']> = {
	Create: creating('tasks', '={{ JSON.stringify($json) }}'),
	Get: { resource: 'document', operation: 'get', table: TASKS, documentId: '={{ $json._id }}' },
	Update: updating('tasks', '{ "status": "done" }'),
	'Get Many': {
		resource: 'document',
		operation: 'getMany',
		table: TASKS,
		filters: { filter: [{ field: 'status', operator: 'equals', type: 'auto', value: 'done' }] },
	},
	Delete: deleting('tasks'),
};

const byStorageId = (operation: string) => ({
	resource: 'file',
	operation,
	storageId: '={{ $json.storageId ?? $json._id }}',
});

/** The same with a file. */
const FILE_STEPS: Record<string, INode['parameters']> = {
	Upload: { resource: 'file', operation: 'upload', binaryField: 'data' },
	Get: byStorageId('get'),
	'Get Many': { resource: 'file', operation: 'getMany' },
	Download: byStorageId('download'),
	Delete: byStorageId('delete'),
};

/** Start → a node for each step, one behind the other. */
function chainOf(steps: Record<string, INode['parameters']>, item: INodeExecutionData) {
	const names = ['Start', ...Object.keys(steps)];
	const nodes = Object.entries(steps).map(([name, parameters], index) => ({
		...convexNode(session.credentialId, 'query', '', {}),
		name,
		id: name,
		parameters,
		position: [250 * (index + 1), 0] as [number, number],
	}));
	const workflow: WorkflowFile = {
		name: `steps ${names.join(', ')}`,
		nodes: [nodeAt('Start', 'n8n-nodes-base.manualTrigger'), ...nodes],
		connections: Object.fromEntries(
			names
				.slice(0, -1)
				.map((name, index) => [
					name,
					{ main: [[{ node: names[index + 1] ?? '', type: 'main' as const, index: 0 }]] },
				]),
		),
		pinData: { Start: [item] as never },
	};
	return workflow;
}

async function run(workflow: WorkflowFile) {
	return await session.n8n.runWorkflow(await session.n8n.importWorkflow(workflow));
}

describe('without a function of the app', () => {
	it('a document is created, read, changed, found and deleted', async () => {
		const execution = await run(
			chainOf(DOCUMENT_STEPS, { json: { title: 'Chained', status: 'open' } }),
		);
		expect(execution.data.resultData.error).toBeUndefined();
		const [created] = outputOf(execution, 'Create');
		expect(outputOf(execution, 'Get')).toEqual([
			expect.objectContaining({ _id: created?._id, title: 'Chained', status: 'open' }),
		]);
		expect(outputOf(execution, 'Get Many')).toEqual([
			expect.objectContaining({ _id: created?._id, title: 'Chained', status: 'done' }),
		]);
		expect(outputOf(execution, 'Delete')).toHaveLength(1);
		const again = await run(
			chainOf({ 'Get Many': DOCUMENT_STEPS['Get Many'] ?? {} }, { json: {} }),
		);
		expect(outputOf(again, 'Get Many')).toEqual([]);
	});

	it('a file is uploaded, looked up, listed, downloaded and deleted', async () => {
		const content = Buffer.from('Invoice 7: 120.00');
		const data = {
			data: content.toString('base64'),
			mimeType: 'text/plain',
			fileName: 'invoice-7.txt',
		};
		const execution = await run(chainOf(FILE_STEPS, { json: {}, binary: { data } }));
		expect(execution.data.resultData.error).toBeUndefined();
		const stored = { contentType: 'text/plain', size: content.length };
		for (const step of ['Upload', 'Get', 'Get Many', 'Download']) {
			expect(outputOf(execution, step)).toEqual([expect.objectContaining(stored)]);
		}
		expect(outputOf(execution, 'Delete')).toHaveLength(1);
	});
});
