import { readStack } from './environment';
import { useSignedInN8n } from './signedIn';
import { convexNode, outputOf, workflowAround } from './workflows';

const { deploymentUrl } = readStack();
const session = useSignedInN8n();

const node = (path: string, more: object = {}) => {
	const convex = convexNode(session.credentialId, 'mutation', path, {});
	convex.parameters = {
		...convex.parameters,
		functionPath: { __rl: true, mode: 'list', value: path },
		argumentsMode: 'mapping',
		...more,
	};
	return convex;
};

describe("the editor's lists and forms", () => {
	it('offers the functions of the deployment', async () => {
		const found = await session.n8n.searchList(
			node(''),
			'searchFunctions',
			'parameters.functionPath',
			'orders',
		);
		expect(found.map(({ value }) => value)).toEqual([
			'orders:markAnnounced',
			'orders:markPaid',
			'orders:upsert',
		]);
	});

	it("makes a form of a function's own arguments", async () => {
		const fields = await session.n8n.mapperFields(
			node('tasks:create'),
			'getArguments',
			'parameters.mappedArguments',
		);
		expect(fields.map(({ id, type, required }) => [id, type, required])).toEqual([
			['title', 'string', true],
			['dueAt', 'number', false],
			['priority', 'number', false],
		]);
	});

	it('says what it needs when there is no list', async () => {
		const data = { deploymentUrl, authentication: 'none' };
		const id = await session.n8n.createCredential('No key', 'convexApi', data);
		const without = { ...node(''), credentials: { convexApi: { id, name: 'No key' } } };
		await expect(
			session.n8n.searchList(without, 'searchFunctions', 'parameters.functionPath', ''),
		).rejects.toMatchObject({
			response: { data: { message: expect.stringMatching(/with a deploy key only/) } },
		});
	});
});

it('runs with the arguments of the form, converted to what the function declares', async () => {
	const mappedArguments = {
		mappingMode: 'defineBelow',
		value: {
			title: '={{ $json.title }}',
			dueAt: '={{ $json.due }}',
			priority: '={{ $json.priority }}',
		},
		matchingColumns: [],
		schema: [],
	};
	const workflow = workflowAround(node('tasks:create', { mappedArguments }), [
		{ title: 'Typed', due: '2026-12-01T09:00:00Z', priority: '2' },
	]);
	const created = await session.n8n.runWorkflow(await session.n8n.importWorkflow(workflow));
	const [{ value: id } = { value: undefined }] = outputOf(created, 'Success');
	const get = convexNode(session.credentialId, 'query', 'tasks:get', { id });
	const read = await session.n8n.runWorkflow(
		await session.n8n.importWorkflow(workflowAround(get, [{}])),
	);
	expect(outputOf(read, 'Success')[0]?.value).toMatchObject({
		title: 'Typed',
		dueAt: Date.parse('2026-12-01T09:00:00Z'),
		priority: 2,
	});
});
