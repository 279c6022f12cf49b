import type { INodeParameters } from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { Convex } from '../../nodes/Convex/Convex.node';
import { calling } from '../support/convexNode';
import { creating, tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { editorContext, nodeAt } from '../support/engine';

const convex = useEmbeddedDeployment('deployKey');

const tables = tablesOf(convex);

const TOOL = 'n8n-nodes-convex.convexTool';

/** The editor's context for the node as a tool. */
function toolEditor(parameters: INodeParameters) {
	const credentials = { convexApi: { id: '1', name: 'Convex' } };
	return editorContext(
		{
			nodeTypes: { [TOOL]: new Convex() },
			credentialTypes: { convexApi: new ConvexApi() },
			credentials: { convexApi: convex.credential },
		},
		nodeAt('Convex', TOOL, { parameters, credentials }),
	);
}

describe('the form of a tool that has no fields', () => {
	const { getArguments, getDocumentFields } = new Convex().methods.resourceMapping;

	it.each([
		['of arguments', getArguments, calling('query', 'values:describeAll'), 'Arguments'],
		['of a document', getDocumentFields, creating('notes'), 'Fields'],
	])('names no input item, which a tool has not: %s', async (_what, form, parameters, field) => {
		// A table without a schema, that has no documents any more.
		const [note] = await tables.add('notes', { text: 'a' });
		await tables.remove(note?._id);
		const { emptyFieldsNotice } = await form.call(toolEditor(parameters));
		expect(emptyFieldsNotice).toContain(`Set '${field}' to 'Using Fields Below' or 'Using JSON'.`);
	});
});
