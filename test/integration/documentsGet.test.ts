import type { IDataObject, NodeParameterValueType } from 'n8n-workflow';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** Resource Document: which table, which document. */
const convex = useEmbeddedDeployment('deployKey');

const getting = (
	documentId: NodeParameterValueType,
	table = 'tasks',
	options: IDataObject = {},
): { [name: string]: NodeParameterValueType } => ({
	resource: 'document',
	operation: 'get',
	table: { __rl: true, mode: 'name', value: table },
	documentId,
	options: options as NodeParameterValueType,
});

async function addTask(title = 'Call Ada'): Promise<string> {
	const { success } = await convex.run({
		parameters: calling('mutation', 'tasks:create', { title }),
	});
	return String(success[0]?.json.value);
}

const MISSING_ID = '00000000000000000000000099999tasks'.slice(-32);

describe('Get', () => {
	it('reads the document of each item, in input order and paired with it', async () => {
		const [first, second] = [await addTask('A'), await addTask('B')];
		const { success } = await convex.run({
			parameters: getting('={{ $json.id }}'),
			input: [{ id: second }, { id: ` ${first} ` }],
		});
		expect(success).toEqual([
			expect.objectContaining({
				json: { _id: second, _creationTime: expect.any(Number), title: 'B', status: 'open' },
				pairedItem: { item: 0 },
			}),
			expect.objectContaining({
				json: expect.objectContaining({ _id: first, title: 'A' }),
				pairedItem: { item: 1 },
			}),
		]);
	});

	it('asks for the tables once for all items, and for nothing else than the documents', async () => {
		const id = await addTask();
		const before = (await convex.deployment.requestStats()).requests;
		await convex.run({
			parameters: getting('={{ $json.id }}'),
			input: [{ id }, { id }, { id }],
		});
		expect((await convex.deployment.requestStats()).requests - before).toBe(4);
	});

	it('says that there is no such document', async () => {
		await addTask();
		const { stoppedBy } = await convex.run({ parameters: getting(MISSING_ID) });
		expect(stoppedBy?.message).toBe(
			`The table 'tasks' has no document with the ID '${MISSING_ID}'`,
		);
	});

	it('says in which table a document is that is in another', async () => {
		const id = await addTask();
		const { error } = await convex.run({
			parameters: getting(id, 'orders'),
			input: [{ row: 1 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error[0]?.json).toMatchObject({
			row: 1,
			error: `The document '${id}' is in the table 'tasks', not in 'orders' [item 0]`,
			details: {
				resource: 'document',
				operation: 'get',
				kind: 'input',
				reason: 'documentNotFound',
				outcome: 'notExecuted',
			},
		});
	});

	it('fails for one item, and reads the documents of the others', async () => {
		const id = await addTask();
		const { success, error } = await convex.run({
			parameters: getting('={{ $json.id }}'),
			input: [{ id }, { id: '' }, { id: 7 }, { id }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 3 }]);
		expect(error.map(({ json }) => json.error)).toEqual([
			"'Document ID' is empty [item 1]",
			"'Document ID' is a number, not the ID of a document [item 2]",
		]);
	});

	it('writes every type of Convex as plain JSON, or encoded', async () => {
		const value = { big: { $integer: 'KgAAAAAAAAA=' }, bytes: { $bytes: 'AQI=' } };
		await convex.run({ parameters: calling('mutation', 'boards:put', { name: 'x', value }) });
		const { success: listed } = await convex.run({
			parameters: { ...getting('', 'boards'), operation: 'getMany' },
		});
		const id = String(listed[0]?.json._id);
		const plain = await convex.run({ parameters: getting(id, 'boards') });
		expect(plain.success[0]?.json.value).toEqual({ big: '42', bytes: 'AQI=' });
		const encoded = await convex.run({
			parameters: getting(id, 'boards', { valueFormat: 'encoded' }),
		});
		expect(encoded.success[0]?.json.value).toEqual(value);
	});
});
