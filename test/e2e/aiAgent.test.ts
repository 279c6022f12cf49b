import type { IDataObject, INode, NodeParameterValueType } from 'n8n-workflow';
import { mapperValue } from '../support/documentWrites';
import { nodeAt, type WorkflowFile } from '../support/engine';
import {
	startScriptedModel,
	type ModelRequest,
	type ModelStep,
	type ScriptedModel,
} from '../support/scriptedModel';
import { openHttp } from '../support/syncClients';
import { readStack } from './environment';
import { N8nApi } from './n8nApi';
import { outputOf } from './workflows';

/** A real AI Agent of a whole n8n, whose model follows a script, with Convex nodes as its tools. */
const { n8nUrl, deployment, deploymentUrl, deployKey } = readStack();

let n8n: N8nApi;
let model: ScriptedModel;
let convexApi: { id: string; name: string };
let openAiApi: { id: string; name: string };

beforeAll(async () => {
	n8n = await N8nApi.signIn(n8nUrl);
	model = await startScriptedModel();
	const data = { deploymentUrl, authentication: 'deployKey', token: deployKey };
	convexApi = { id: await n8n.createCredential('Convex', 'convexApi', data), name: 'Convex' };
	const openAi = { apiKey: 'scripted', url: model.url };
	openAiApi = { id: await n8n.createCredential('Model', 'openAiApi', openAi), name: 'Model' };
});

beforeEach(async () => await deployment.reset());

afterAll(async () => await model.stop());

type Parameters = { [name: string]: NodeParameterValueType };

const tool = (name: string, parameters: Parameters, settings: Partial<INode> = {}): INode =>
	nodeAt(name, 'n8n-nodes-convex.convexTool', {
		parameters: parameters as INode['parameters'],
		...settings,
	});

const call = (operation: string, path: string, args: IDataObject): Parameters => ({
	resource: 'function',
	operation,
	functionPath: { __rl: true, mode: 'path', value: path },
	argumentsMode: 'mapping',
	mappedArguments: mapperValue(args),
});

const LIST = tool('List Tasks', {
	resource: 'document',
	operation: 'getMany',
	table: { __rl: true, mode: 'name', value: 'tasks' },
});

const FIND = tool(
	'Find Tasks',
	call('query', 'tasks:list', {
		status: "={{ $fromAI('status', 'open or done', 'string', 'open') }}",
	}),
);

const CREATE = tool(
	'Create Task',
	call('mutation', 'tasks:create', {
		title: "={{ $fromAI('title', 'Title of the task', 'string') }}",
		priority: "={{ $fromAI('priority', 'From 1 to 5', 'number') }}",
	}),
);

const COMPLETE = tool(
	'Complete Task',
	call('mutation', 'tasks:complete', { id: "={{ $fromAI('task_id', 'ID of the task') }}" }),
);

/** An agent that was given more than a question: none of it is for its tools. */
const INPUT = { question: 'What is to be done?', title: 'Not from the model' };

const agentWith = (tools: INode[], typeVersion = 3): WorkflowFile => {
	const to = (type: 'main' | 'ai_tool' | 'ai_languageModel') => ({
		[type]: [[{ node: 'Agent', type, index: 0 }]],
	});
	return {
		name: 'agent',
		nodes: [
			nodeAt('Start', 'n8n-nodes-base.manualTrigger'),
			nodeAt('Agent', '@n8n/n8n-nodes-langchain.agent', {
				typeVersion,
				parameters: { promptType: 'define', text: '={{ $json.question }}', options: {} },
			}),
			nodeAt('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', {
				typeVersion: 1.2,
				parameters: { model: { __rl: true, mode: 'id', value: 'scripted' }, options: {} },
				credentials: { openAiApi },
			}),
			...tools.map((each) => ({ ...each, credentials: { convexApi } })),
		],
		connections: {
			Start: to('main'),
			Model: to('ai_languageModel'),
			...Object.fromEntries(tools.map(({ name }) => [name, to('ai_tool')])),
		},
		pinData: { Start: [{ json: INPUT }] as never },
		settings: { executionOrder: 'v1' },
	};
};

/** Runs an agent whose model takes these steps and then says 'Done'. */
const run = async (workflow: WorkflowFile, ...steps: ModelStep[]) => {
	model.follow(...steps, (request) => {
		last = request;
		return { text: 'Done' };
	});
	let last: ModelRequest | undefined;
	const execution = await n8n.runWorkflow(await n8n.importWorkflow(workflow));
	model.finish();
	expect(execution.status).toBe('success');
	expect(outputOf(execution, 'Agent')).toEqual([{ output: 'Done' }]);
	return { answers: last?.answers ?? [], execution };
};

const tasks = async () => (await openHttp(deploymentUrl).query('tasks:list', {})) as IDataObject[];

describe('a real AI Agent', () => {
	it('lists documents, calls a mutation and a query with typed arguments, and corrects itself', async () => {
		let id = '';
		const { answers } = await run(
			agentWith([LIST, FIND, CREATE, COMPLETE]),
			({ tools }) => {
				expect(Object.keys(tools).sort()).toEqual([
					'Complete_Task',
					'Create_Task',
					'Find_Tasks',
					'List_Tasks',
				]);
				expect(tools.Create_Task).toMatchObject({
					description: expect.stringMatching(
						/^Calls the function tasks:create of a Convex backend \(changes data/,
					),
					parameters: {
						properties: {
							title: { type: 'string', description: 'Title of the task' },
							priority: { type: 'number', description: 'From 1 to 5' },
						},
						required: ['title', 'priority'],
					},
				});
				// One with a default value may be left out.
				expect(tools.Find_Tasks?.parameters.required ?? []).toEqual([]);
				expect(tools.List_Tasks?.description).toMatch(
					/^Uses the table tasks of a Convex backend: lists documents/,
				);
				return { calls: [{ tool: 'List_Tasks', args: {} }] };
			},
			({ answers: [list = ''] }) => {
				expect(JSON.parse(list)).toEqual([
					{ note: 'Nothing was found: the result is an empty list.' },
				]);
				return { calls: [{ tool: 'Create_Task', args: { title: 'Order the cake', priority: 5 } }] };
			},
			({ answers: [created = ''] }) => {
				[{ value: id }] = JSON.parse(created);
				return { calls: [{ tool: 'Complete_Task', args: { task_id: 'order-the-cake' } }] };
			},
			({ answers: [refused = ''] }) => {
				expect(refused).toMatch(/ArgumentValidationError/);
				expect(refused).toMatch(/Correct the arguments and call the tool again/);
				return { calls: [{ tool: 'Complete_Task', args: { task_id: id } }] };
			},
			({ answers: [completed = ''] }) => {
				expect(JSON.parse(completed)).toEqual([{ value: null, logLines: [] }]);
				return { calls: [{ tool: 'Find_Tasks', args: { status: 'done' } }] };
			},
		);
		expect(JSON.parse(answers[0] ?? '')).toEqual([
			{ value: [expect.objectContaining({ _id: id, title: 'Order the cake' })], logLines: [] },
		]);
		expect(await tasks()).toEqual([
			expect.objectContaining({ title: 'Order the cake', priority: 5, status: 'done' }),
		]);
	});

	it('makes calls side by side, and is told of each by itself', async () => {
		const { answers } = await run(agentWith([CREATE]), () => ({
			calls: [
				{ tool: 'Create_Task', args: { title: 'A', priority: 1 } },
				{ tool: 'Create_Task', args: { title: '', priority: 2 } },
				{ tool: 'Create_Task', args: { title: 'C', priority: 3 } },
			],
		}));
		expect(answers).toHaveLength(3);
		expect(answers[1]).toMatch(/A task needs a title.*The app refused the call/);
		expect((await tasks()).map(({ title }) => title)).toEqual(['A', 'C']);
	});

	it('uses the default value of an argument that the model leaves out', async () => {
		await openHttp(deploymentUrl).mutation('tasks:create', { title: 'A' });
		const { answers } = await run(agentWith([FIND]), () => ({
			calls: [{ tool: 'Find_Tasks', args: {} }],
		}));
		expect(JSON.parse(answers[0] ?? '')).toEqual([
			{ value: [expect.objectContaining({ title: 'A' })], logLines: [] },
		]);
	});

	it('gets the first rows of a long list, and is told how many are left out', async () => {
		const many = Array.from({ length: 200 }, (_, priority) => ({
			title: 'x'.repeat(99),
			priority,
		}));
		await openHttp(deploymentUrl).mutation('tasks:createMany', { tasks: many });
		const { answers } = await run(agentWith([FIND]), () => ({
			calls: [{ tool: 'Find_Tasks', args: { status: 'open' } }],
		}));
		expect(answers[0]?.length).toBeLessThan(20_500);
		const [result, cut] = JSON.parse(answers[0] ?? '');
		expect(result.value[0]).toMatchObject({ priority: 0 });
		expect(cut.note).toContain(`the last ${200 - result.value.length} of 200 entries of 'value'`);
	});

	it.each([
		['Using Input Item', { argumentsMode: 'item' }],
		['Map Automatically', { mappedArguments: mapperValue(null, 'autoMapInputData') }],
	])('never sends what its own input has: %s is refused', async (choice, more) => {
		const parameters = { ...call('mutation', 'tasks:create', {}), ...more };
		const { answers } = await run(agentWith([tool('Create Task', parameters)]), () => ({
			calls: [{ tool: 'Create_Task', args: {} }],
		}));
		expect(answers[0]).toMatch(new RegExp(`${choice}.*does not work in a tool`));
		expect(await tasks()).toEqual([]);
	});

	it('stores a text that it writes, and a file that an expression gives', async () => {
		const upload = { resource: 'file', operation: 'upload' };
		const written = tool('Write File', upload);
		const given = tool('Store Attachment', {
			...upload,
			fileText: '',
			binaryField: "={{ $('Start').first().binary.data }}",
		});
		const workflow = agentWith([written, given]);
		const data = Buffer.from('An attachment').toString('base64');
		const binary = { data: { data, mimeType: 'text/plain' } };
		workflow.pinData = { Start: [{ json: INPUT, binary }] as never };
		const { answers } = await run(
			workflow,
			() => ({ calls: [{ tool: 'Write_File', args: { content: 'Dear Ada' } }] }),
			({ answers: [stored = ''] }) => {
				expect(JSON.parse(stored)).toEqual([expect.objectContaining({ size: 8 })]);
				return { calls: [{ tool: 'Store_Attachment', args: {} }] };
			},
		);
		expect(JSON.parse(answers[0] ?? '')).toEqual([expect.objectContaining({ size: 13 })]);
	});

	/** What an agent is told by a tool that fails; undefined where its own run fails. */
	const toldByFailure = async (typeVersion: number, onError: INode['onError']) => {
		const failing = { ...CREATE, ...(onError !== undefined && { onError }) };
		let told: string | undefined;
		model.follow(
			() => ({ calls: [{ tool: 'Create_Task', args: { title: '', priority: 1 } }] }),
			({ answers }) => {
				told = answers[0];
				return { text: 'Done' };
			},
		);
		const workflow = agentWith([failing], typeVersion);
		const { status } = await n8n.runWorkflow(await n8n.importWorkflow(workflow));
		return { told, status };
	};

	const REASON = /A task needs a title.*The app refused the call\. If what it says/;

	it.each([
		[3, undefined, REASON],
		[3, 'continueRegularOutput', REASON],
		[3, 'continueErrorOutput', /error output\)' does not work in a tool/],
		[2.2, 'continueRegularOutput', REASON],
		[2.2, 'continueErrorOutput', REASON],
	] as const)(
		'of version %d is told why a call failed, On Error: %s',
		async (version, onError, text) => {
			const { told, status } = await toldByFailure(version, onError);
			expect({ told, status }).toEqual({ told: expect.stringMatching(text), status: 'success' });
		},
	);

	// What this package cannot change, as docs/ai-agents.md says it.
	it('is shown another value of an argument that is called id than it gave', async () => {
		const complete = tool(
			'Complete Task',
			call('mutation', 'tasks:complete', { id: "={{ $fromAI('id', 'ID of the task') }}" }),
		);
		const id = await openHttp(deploymentUrl).mutation('tasks:create', { title: 'A' });
		let history = '';
		await run(
			agentWith([complete, FIND]),
			() => ({ calls: [{ tool: 'Complete_Task', args: { id } }] }),
			({ messages }) => {
				history = JSON.stringify(messages);
				return { calls: [{ tool: 'Find_Tasks', args: {} }] };
			},
		);
		expect(await tasks()).toEqual([expect.objectContaining({ _id: id, status: 'done' })]);
		expect(history).toContain('Complete_Task');
		expect(history).not.toContain(id);
	});

	it.each([
		[3, 'stopWorkflow', { told: undefined, status: 'error' }],
		[2.2, 'stopWorkflow', { told: '', status: 'success' }],
		[2.2, undefined, { told: '', status: 'success' }],
	] as const)(
		'of version %d is told nothing by n8n, On Error: %s',
		async (version, onError, end) => {
			expect(await toldByFailure(version, onError)).toEqual(end);
		},
	);
});
