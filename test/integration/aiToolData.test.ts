import type { IDataObject, INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { callConvexTool, requestConvexTool, type ConvexToolOptions } from '../support/agents';
import { creating, deleting, mapperValue, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { itemWithFile, ofFiles } from '../support/files';
import { requestTo } from '../support/httpActions';

/** Documents, files and HTTP actions as tools of an AI Agent. */
const convex = useEmbeddedDeployment('deployKey');

const tables = tablesOf(convex);

type Agent = (options: ConvexToolOptions, args: IDataObject) => Promise<unknown>;

/** The items that a model is told of, or the sentence that it gets instead. */
const AGENTS: Array<{ agent: string; call: Agent }> = [
	{
		agent: 'that the agent invokes',
		call: async (options, args) => {
			const answer = String((await callConvexTool(options, [args]))?.answer);
			return answer.startsWith('[') ? JSON.parse(answer) : answer;
		},
	},
	{
		agent: 'that n8n runs as a node',
		call: async (options, args) => {
			const result = await requestConvexTool(options, args);
			return typeof result?.answer === 'string' ? result.answer : result?.items;
		},
	},
];

const fromAi = (key: string, type = 'string') =>
	`={{ $fromAI('${key}', 'What to use', '${type}') }}`;

const FUNCTION = {
	operation: 'mutation',
	functionPath: { __rl: true, mode: 'path', value: 'tasks:create' },
};

/** What today's agent puts into the item of its tool beside what the model gave. */
const AGENT_INPUT = { chatInput: 'Hello', sessionId: 's-1' };

it.each<[string, object]>([
	[
		'Using JSON',
		{
			documentJson:
				"={{ ({ title: $fromAI('title'), priority: $fromAI('priority', '', 'number') }) }}",
		},
	],
	[
		'Using Fields Below',
		{
			fieldsMode: 'fields',
			typedFields: {
				field: [
					{ name: 'title', type: 'auto', value: fromAi('title') },
					{ name: 'priority', type: 'number', value: fromAi('priority', 'number') },
				],
			},
		},
	],
])('changes no field that the model leaves out: %s', async (_way, fields) => {
	const [task] = await tables.add('tasks', { title: 'A', status: 'open' });
	const parameters = updating('tasks', '', { documentId: fromAi('id'), ...fields });
	await requestConvexTool(
		{ credential: convex.credential, parameters: parameters as INodeParameters },
		{ id: String(task?._id), priority: 7 },
	);
	expect(await tables.rows('tasks')).toMatchObject([{ title: 'A', priority: 7 }]);
});

describe.each(AGENTS)('a tool $agent', ({ call }) => {
	const use = async (
		parameters: { [name: string]: NodeParameterValueType },
		args: IDataObject,
		settings: ConvexToolOptions['settings'] = {},
	) =>
		await call(
			{
				credential: convex.credential,
				parameters: parameters as INodeParameters,
				settings,
				agentInput: AGENT_INPUT,
			},
			args,
		);

	const addTask = async (title: string) =>
		String((await tables.add('tasks', { title, status: 'open' }))[0]?._id);

	describe('of documents', () => {
		it('creates one with the fields that the model gives, and tells its ID', async () => {
			const fields = mapperValue({
				title: fromAi('title'),
				status: 'open',
				priority: fromAi('priority', 'number'),
			});
			const created = await use(creating('tasks', '', { fieldsMode: 'mapping', fields }), {
				title: 'Buy milk',
				priority: 2,
			});
			const [row, ...others] = await tables.rows('tasks');
			expect(others).toEqual([]);
			expect(row).toMatchObject({ title: 'Buy milk', priority: 2, status: 'open' });
			expect(created).toEqual([expect.objectContaining({ _id: row?._id, title: 'Buy milk' })]);
		});

		it('gets one by the ID that the model gives', async () => {
			const id = await addTask('A');
			const parameters = { ...deleting('tasks'), operation: 'get', documentId: fromAi('id') };
			expect(await use(parameters, { id })).toEqual([
				expect.objectContaining({ _id: id, title: 'A' }),
			]);
		});

		it('changes one, and no field that the model leaves empty', async () => {
			const id = await addTask('A');
			const parameters = updating('tasks', '', {
				documentId: fromAi('id'),
				fieldsMode: 'mapping',
				fields: mapperValue({ title: fromAi('title'), status: fromAi('status') }),
			});
			await use(parameters, { id, title: 'B', status: '' });
			expect(await tables.rows('tasks')).toMatchObject([{ _id: id, title: 'B', status: 'open' }]);
		});

		it('deletes one', async () => {
			const id = await addTask('A');
			expect(await use(deleting('tasks', { documentId: fromAi('id') }), { id })).toEqual([
				expect.objectContaining({ deleted: true }),
			]);
			expect(await tables.rows('tasks')).toEqual([]);
		});

		it('imports the rows of one call, and nothing of the agent', async () => {
			const rows = [
				{ title: 'A', status: 'open' },
				{ title: 'B', status: 'done' },
			];
			const table = { __rl: true, mode: 'name', value: 'tasks' };
			const parameters = { resource: 'document', operation: 'import', table };
			expect(await use(parameters, { rows })).toEqual([
				{ table: 'tasks', mode: 'append', imported: 2 },
			]);
			const written = await tables.rows('tasks');
			expect(written).toEqual(rows.map((row) => expect.objectContaining(row)));
			expect(Object.keys(written[0] ?? {}).sort()).toEqual([
				'_creationTime',
				'_id',
				'status',
				'title',
			]);
		});

		it('names the row of an import that is wrong, and writes none', async () => {
			const table = { __rl: true, mode: 'name', value: 'tasks' };
			const parameters = { resource: 'document', operation: 'import', table };
			const answer = await use(parameters, {
				rows: [{ title: 'A', status: 'open' }, { title: 1 }],
			});
			expect(answer).toMatch(
				/lacks 'status'.*\[item 1\]\. It has to be: "open" or "done"\. Correct the arguments/,
			);
			expect(await tables.rows('tasks')).toEqual([]);
		});

		it.each(['append', 'replace'])(
			'writes no row where one is refused, also where the node goes on: %s',
			async (importMode) => {
				const table = { __rl: true, mode: 'name', value: 'tasks' };
				const parameters = { resource: 'document', operation: 'import', table, importMode };
				const rows = [
					{ title: 'A', status: 'open' },
					{ title: 1 },
					...['B', 'C'].map((title) => ({ title, status: 'open' })),
				];
				const settings = { onError: 'continueRegularOutput' } as const;
				expect(await use(parameters, { rows }, settings)).toEqual([
					{
						error: expect.stringMatching(
							/^(No row was added to 'tasks'|The table 'tasks' was not replaced), because the row of item 1 was refused\./,
						),
						details: expect.anything(),
					},
					{
						error: expect.stringMatching(/lacks 'status'.*call the tool again/),
						details: expect.anything(),
					},
				]);
				expect(await tables.rows('tasks')).toEqual([]);
			},
		);

		it('says that a list is empty', async () => {
			const table = { __rl: true, mode: 'name', value: 'tasks' };
			expect(await use({ resource: 'document', operation: 'getMany', table }, {})).toEqual([
				{ note: 'Nothing was found: the result is an empty list.' },
			]);
		});

		it('tells the model of an unknown ID to use one that it was given', async () => {
			const id = await addTask('A');
			await tables.remove(id);
			const parameters = { ...deleting('tasks'), operation: 'get', documentId: fromAi('id') };
			expect(await use(parameters, { id })).toMatch(
				/has no document with the ID.*Use an ID that one of your tools gave/,
			);
		});

		it.each([
			['Using Input Item', creating('tasks', '', { fieldsMode: 'item' })],
			[
				'Map Automatically',
				creating('tasks', '', {
					fieldsMode: 'mapping',
					fields: mapperValue(null, 'autoMapInputData'),
				}),
			],
			['Using Input Item', { ...FUNCTION, argumentsMode: 'item' }],
			[
				'Map Automatically',
				{
					...FUNCTION,
					argumentsMode: 'mapping',
					mappedArguments: mapperValue(null, 'autoMapInputData'),
				},
			],
			[
				'Map Automatically',
				creating('tasks', '', {
					fieldsMode: 'mapping',
					fields: mapperValue(null, "={{ 'autoMapInputData' }}"),
				}),
			],
			[
				'Map Automatically',
				{
					...FUNCTION,
					argumentsMode: 'mapping',
					mappedArguments: mapperValue(null, "={{ 'autoMapInputData' }}"),
				},
			],
		])('refuses %s, which takes what the model never gave', async (choice, parameters) => {
			const answer = await use(parameters, { title: 'A' });
			expect(answer).toMatch(new RegExp(`${choice}.*does not work in a tool`));
			expect((await convex.deployment.requestStats()).requests).toBe(0);
		});
	});

	describe('of files', () => {
		const upload = async (content: string) => {
			const { success } = await convex.run({
				parameters: ofFiles('upload'),
				input: [itemWithFile(content)],
			});
			return String(success[0]?.json.storageId);
		};

		it('stores the text that the model writes', async () => {
			const [stored] = (await use(ofFiles('upload'), { content: 'Dear Ada' })) as IDataObject[];
			expect(stored).toMatchObject({ size: 8, contentType: 'text/plain; charset=utf-8' });
			const { success } = await convex.run({
				parameters: ofFiles('download', { storageId: String(stored?.storageId) }),
			});
			expect(Buffer.from(success[0]?.binary?.data?.data ?? '', 'base64').toString()).toBe(
				'Dear Ada',
			);
		});

		it.each([
			['', "'File Text' is empty. Give the text of the file."],
			['\uD83D half', "'File Text' contains half of a Unicode character"],
		])('stores no other text than the model writes: %j', async (content, sentence) => {
			expect(await use(ofFiles('upload'), { content })).toContain(sentence);
			expect((await convex.deployment.requestStats()).requests).toBe(0);
		});

		it('tells what is known of one', async () => {
			const id = await upload('abc');
			expect(await use(ofFiles('get', { storageId: fromAi('id') }), { id })).toEqual([
				expect.objectContaining({ _id: id, size: 3, url: expect.stringMatching(/^http/) }),
			]);
		});

		it('lists them', async () => {
			const id = await upload('abc');
			expect(await use(ofFiles('getMany'), {})).toEqual([
				expect.objectContaining({ _id: id, size: 3 }),
			]);
		});

		it('deletes one', async () => {
			const id = await upload('abc');
			await use(ofFiles('delete', { storageId: fromAi('id') }), { id });
			expect(await use(ofFiles('get', { storageId: fromAi('id') }), { id })).toMatch(
				/no file with the ID.*Use an ID that one of your tools gave/,
			);
		});

		it('downloads one without its content, and says so', async () => {
			const id = await upload('abc');
			expect(await use(ofFiles('download', { storageId: fromAi('id') }), { id })).toEqual([
				expect.objectContaining({ _id: id, size: 3 }),
				{
					note: "n8n hands no files to a model: the content of the file is not in this result. It can be fetched at its 'url'.",
				},
			]);
		});
	});

	describe('of an HTTP action', () => {
		it('sends what the model gives, and tells the answer', async () => {
			const parameters = requestTo('POST /tasks', {
				body: 'json',
				bodyJson: fromAi('task', 'json'),
			});
			expect(await use(parameters, { task: { title: 'By HTTP' } })).toEqual([
				{ id: expect.any(String) },
			]);
			expect(await tables.rows('tasks')).toMatchObject([{ title: 'By HTTP' }]);
		});

		it('tells the model what the app refused', async () => {
			const parameters = requestTo('POST /tasks', {
				body: 'json',
				bodyJson: fromAi('task', 'json'),
			});
			expect(await use(parameters, { task: { title: '' } })).toMatch(
				/HTTP status 400.*If its answer is about the arguments, correct them/,
			);
		});
	});
});
