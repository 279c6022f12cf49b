import {
	NodeConnectionTypes,
	type IDataObject,
	type INodeType,
	type NodeParameterValueType,
} from 'n8n-workflow';
import type { FaultEffect } from '../deployment/faults';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { Convex } from '../../nodes/Convex/Convex.node';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { nodeAt, outputsOf, passThroughNode, runWorkflow } from '../support/engine';

const convex = useEmbeddedDeployment('deployKey');

interface Tool {
	schema: { parse: (args: unknown) => unknown };
	invoke: (args: IDataObject) => Promise<string>;
}

/** The Convex node as n8n offers it to an AI Agent: the same execute, with a tool as its output. */
function convexTool(): INodeType {
	const node = new Convex();
	node.description = {
		...node.description,
		name: 'convexTool',
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
	};
	return node;
}

/** Stands for the AI Agent node: asks n8n for its tool and calls it with what a model came up with. */
function agentCalling(args: IDataObject, ...more: IDataObject[]): INodeType {
	const agent = passThroughNode('agent');
	agent.description.inputs = [
		NodeConnectionTypes.Main,
		{ type: NodeConnectionTypes.AiTool, displayName: 'Tool', required: true },
	];
	agent.execute = async function () {
		const connected = await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0);
		const [tool] = [connected].flat() as Tool[];
		if (tool === undefined) throw new Error('no tool is connected');
		const [answer, ...others] = await Promise.all(
			[args, ...more].map(
				async (each) => await tool.invoke(each).catch((error: Error) => error.message),
			),
		);
		const schema = Object.keys(tool.schema.parse(args) as IDataObject);
		return [[{ json: { answer, others, schema } }]];
	};
	return agent;
}

/** What n8n hands back of a tool that the AI Agent had it run. */
interface ToolRun {
	actionResponses: Array<{
		data: {
			error?: { message: string };
			data?: Record<string, Array<Array<{ json: IDataObject }>>>;
		};
	}>;
}

/**
 * Stands for the AI Agent node of today: has n8n run the tool as a node of the workflow, and tells its
 * model of a failure the message, and nothing else.
 */
function agentRequesting(input: IDataObject): INodeType {
	const agent = agentCalling(input);
	const execute = async (response?: ToolRun) => {
		const [run] = response?.actionResponses ?? [];
		if (run !== undefined) {
			const answer = run.data.error?.message ?? run.data.data?.ai_tool?.[0]?.[0]?.json;
			return [[{ json: { answer } }]];
		}
		const action = {
			actionType: 'ExecutionNodeAction',
			nodeName: 'Convex',
			type: NodeConnectionTypes.AiTool,
			input,
			id: 'call 1',
			metadata: { itemIndex: 0 },
		};
		return { actions: [action], metadata: {} };
	};
	agent.execute = execute as INodeType['execute'];
	return agent;
}

async function callTool(
	parameters: { [name: string]: NodeParameterValueType },
	args: IDataObject,
	settings: IDataObject = {},
	moreCalls: IDataObject[] = [],
): Promise<IDataObject | undefined> {
	return await runAgent(agentCalling(args, ...moreCalls), parameters, settings);
}

async function runAgent(
	agent: INodeType,
	parameters: { [name: string]: NodeParameterValueType },
	settings: IDataObject = {},
): Promise<IDataObject | undefined> {
	const { run } = await runWorkflow(
		{
			nodeTypes: {
				'test.start': passThroughNode('start'),
				'test.agent': agent,
				'n8n-nodes-convex.convexTool': convexTool(),
			},
			credentialTypes: { convexApi: new ConvexApi() },
			credentials: { convexApi: convex.credential },
		},
		{
			name: 'agent',
			settings: { executionOrder: 'v1' },
			nodes: [
				nodeAt('Start', 'test.start'),
				nodeAt('Agent', 'test.agent'),
				nodeAt('Convex', 'n8n-nodes-convex.convexTool', {
					parameters,
					credentials: { convexApi: { id: '1', name: 'Convex' } },
					...settings,
				}),
			],
			connections: {
				Start: { main: [[{ node: 'Agent', type: NodeConnectionTypes.Main, index: 0 }]] },
				Convex: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
			},
		},
	);
	expect(run.data.resultData.runData.Agent?.at(-1)?.error).toBeUndefined();
	return outputsOf(run, 'Agent')[0]?.[0]?.json;
}

const functionPath = (value: string) => ({ __rl: true, mode: 'list', value });
const increment = (more: object = {}) => ({
	operation: 'mutation',
	functionPath: functionPath('counters:increment'),
	argumentsMode: 'json',
	argumentsJson: "={{ $fromAI('args', 'The arguments', 'json') }}",
	...more,
});

const MAY_HAVE_RUN =
	'The function may have run: do not call it again before checking that in Convex.';
const REPEAT_ADVICE = /again later|run the workflow again|\bretry\b/i;

describe('a call of a model whose answer was lost', () => {
	const LOST: FaultEffect[] = [
		{ kind: 'dropAfter' },
		{ kind: 'truncate' },
		{ kind: 'serverError', status: 503, when: 'after' },
		{ kind: 'answer', status: 302, headers: { location: '/sign-in' }, when: 'after' },
		{ kind: 'answer', status: 403, body: '<html>', when: 'after' },
	];
	const agents: Array<[string, typeof agentRequesting]> = [
		['that n8n runs as a node', agentRequesting],
		['that the agent invokes', (args) => agentCalling(args)],
	];
	const cases = LOST.flatMap((fault) => agents.map(([what, agent]) => ({ what, agent, fault })));

	it.each(cases)(
		'is not to be repeated, says the message: $what, $fault',
		async ({ agent, fault }) => {
			await convex.deployment.addFault({ ...fault, path: '/api/mutation' });
			const result = await runAgent(agent({ args: { name: 'a' } }), increment());
			expect(String(result?.answer)).toContain(MAY_HAVE_RUN);
			expect(String(result?.answer)).not.toMatch(REPEAT_ADVICE);
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
		},
	);

	it('may be repeated when it was a query', async () => {
		await convex.deployment.addFault({ kind: 'serverError', status: 503 });
		const parameters = {
			operation: 'query',
			functionPath: functionPath('version'),
			argumentsMode: 'json',
			argumentsJson: '{}',
			options: { maxRetries: 0 },
		};
		const result = await runAgent(agentRequesting({}), parameters);
		expect(result?.answer).toBe("Your request couldn't be completed. Try again later.");
	});
});

describe('as a tool of an AI Agent', () => {
	it('takes typed arguments from the model', async () => {
		const result = await callTool(
			{
				operation: 'mutation',
				functionPath: functionPath('tasks:create'),
				argumentsMode: 'mapping',
				mappedArguments: {
					mappingMode: 'defineBelow',
					value: {
						title: "={{ $fromAI('title', 'Title of the task', 'string') }}",
						priority: "={{ $fromAI('priority', '1 to 5', 'number') }}",
					},
				} as never,
				options: {},
			},
			{ title: 'From the model', priority: 3 },
		);
		expect(result?.schema).toEqual(['title', 'priority']);
		expect(JSON.parse(String(result?.answer))).toEqual([
			{ value: expect.any(String), logLines: ["[LOG] 'creating' 'From the model'"] },
		]);
	});

	it.each([
		['json', { name: 'a' }],
		['string', '{ "name": "a" }'],
	])('takes all arguments at once, as %s', async (type, args) => {
		const argumentsJson = `={{ $fromAI('args', 'The arguments', '${type}') }}`;
		const result = await callTool(increment({ argumentsJson }), { args });
		expect(JSON.parse(String(result?.answer))).toEqual([{ value: 1, logLines: [] }]);
	});

	it('tells the model what went wrong and what to do', async () => {
		const result = await callTool(increment(), { args: { nam: 'a' } });
		expect(result?.answer).toMatch(/ArgumentValidationError: .*`name`/);
		expect(result?.answer).toMatch(/Details: .*Compare 'Arguments'/);
	});

	it('is not run again by Retry On Fail when its answer was lost', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		const result = await callTool(increment(), { args: { name: 'a' } }, retrying);
		expect(result?.answer).toMatch(
			/^The connection broke before the answer arrived\. The function may have run/,
		);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
	});

	it('keeps calls apart that the model makes at once', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 20 };
		const [first, second] = [{ args: { name: 'a' } }, { args: { name: 'b' } }];
		const result = await callTool(increment(), first, retrying, [second]);
		const answers = [result?.answer, ...[result?.others].flat()].map(String);
		expect(answers.filter((answer) => answer.includes('The connection broke'))).toHaveLength(1);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 2 });
	});

	it('keeps calls apart that are the same, and makes each of them once', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		await convex.deployment.addFault({ kind: 'delay', path: '/api/mutation', ms: 150 });
		const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 20 };
		const call = { args: { name: 'a' } };
		const result = await callTool(increment(), call, retrying, [{ ...call }]);
		const answers = [result?.answer, ...[result?.others].flat()].map(String);
		expect(answers.filter((answer) => answer.includes('The connection broke'))).toHaveLength(1);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 2 });
	});

	it('makes each call, also behind one that failed, when it continues on errors', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/api/mutation' });
		const settings = { retryOnFail: true, maxTries: 3, onError: 'continueErrorOutput' } as const;
		const call = { args: { name: 'a' } };
		await callTool(increment(), call, settings, [{ ...call }, { ...call }]);
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 3 });
	});
});
