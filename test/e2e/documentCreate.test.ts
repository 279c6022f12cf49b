import type { IDataObject } from 'n8n-workflow';
import { creating, mapperValue } from '../support/documentWrites';
import { useSignedInN8n } from './signedIn';
import { convexNode, outputOf, workflowAround } from './workflows';

const session = useSignedInN8n();

/** The node that creates documents with the form of its table. */
function creatingNode(table: string, value: IDataObject | null = null) {
	const node = convexNode(session.credentialId, 'query', '', {});
	node.parameters = creating(table, '', {
		table: { __rl: true, mode: 'list', value: table },
		fieldsMode: 'mapping',
		fields: mapperValue(value),
	});
	return { ...node, onError: 'continueErrorOutput' as const };
}

describe('documents of a table', () => {
	it("have a form that is made from the table's schema", async () => {
		const fields = await session.n8n.mapperFields(
			creatingNode('tasks'),
			'getDocumentFields',
			'parameters.fields',
		);
		expect(fields.map(({ id, type, required }) => [id, type, required])).toEqual([
			['title', 'string', true],
			['status', 'options', true],
			['priority', 'number', false],
			['dueAt', 'number', false],
		]);
	});

	it('are created with what is filled into it, and come out with their IDs', async () => {
		const node = creatingNode('tasks', {
			title: '={{ $json.title }}',
			status: 'open',
			dueAt: '={{ $json.due }}',
		});
		const workflow = workflowAround(node, [
			{ title: 'Typed', due: '2026-12-01T09:00:00Z' },
			{ title: 'Refused', due: 'soon' },
		]);
		const run = await session.n8n.runWorkflow(await session.n8n.importWorkflow(workflow));
		const [created] = outputOf(run, 'Success');
		expect(created).toMatchObject({
			title: 'Typed',
			status: 'open',
			dueAt: Date.parse('2026-12-01T09:00:00Z'),
		});
		expect(outputOf(run, 'Error')).toEqual([
			expect.objectContaining({
				title: 'Refused',
				error: expect.stringContaining("'dueAt' is text ('soon'), not a number"),
			}),
		]);
		const get = convexNode(session.credentialId, 'query', 'tasks:get', { id: created?._id });
		const read = await session.n8n.runWorkflow(
			await session.n8n.importWorkflow(workflowAround(get, [{}])),
		);
		expect(outputOf(read, 'Success')[0]?.value).toEqual(created);
	});
});
