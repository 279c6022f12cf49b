import {
	NodeConnectionTypes,
	type ICredentialType,
	type IDataObject,
	type INode,
	type INodeType,
} from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { Convex } from '../../nodes/Convex/Convex.node';
import { nodeAt, outputsOf, passThroughNode, runWorkflow, type CredentialValues } from './engine';

interface Tool {
	description: string;
	schema: { parse: (args: unknown) => unknown };
	invoke: (args: IDataObject) => Promise<string>;
}

export interface ConvexToolOptions {
	credential: CredentialValues;
	parameters: INode['parameters'];
	settings?: Partial<INode>;
	/** What the agent itself was given. */
	agentInput?: IDataObject;
	/** A Convex node other than that of this source. */
	nodeType?: INodeType;
	credentialType?: ICredentialType;
}

/**
 * Has an AI Agent call the Convex node as its tool, at once with each of these arguments.
 *
 * @returns the answer to the first call, those to the others, and the names of the arguments
 */
export async function callConvexTool(
	options: ConvexToolOptions,
	calls: IDataObject[],
): Promise<IDataObject | undefined> {
	return await runAgent(agentCalling(calls), options);
}

/**
 * Has n8n run the Convex node for an AI Agent, as today's agent does.
 *
 * @returns what the agent tells its model: the first item, or of a failure the message and nothing
 *   else; and all items
 */
export async function requestConvexTool(
	options: ConvexToolOptions,
	input: IDataObject,
): Promise<IDataObject | undefined> {
	return await runAgent(agentRequesting(input), options);
}

async function runAgent(
	agent: INodeType,
	options: ConvexToolOptions,
): Promise<IDataObject | undefined> {
	const { credential, parameters, settings, nodeType = new Convex() } = options;
	const { agentInput = {} } = options;
	const { run } = await runWorkflow(
		{
			nodeTypes: {
				'test.start': passThroughNode('start'),
				'test.agent': agent,
				'n8n-nodes-convex.convexTool': toolOf(nodeType),
			},
			credentialTypes: { convexApi: options.credentialType ?? new ConvexApi() },
			credentials: { convexApi: credential },
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
			pinData: { Start: [{ json: agentInput }] },
		},
	);
	expect(run.data.resultData.runData.Agent?.at(-1)?.error).toBeUndefined();
	return outputsOf(run, 'Agent')[0]?.[0]?.json;
}

/** A node as n8n offers it to an AI Agent: the same execute, with a tool as its output. */
function toolOf(node: INodeType): INodeType {
	const tool: INodeType = Object.create(node);
	tool.description = {
		...node.description,
		name: 'convexTool',
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
	};
	return tool;
}

/** Stands for the AI Agent node: asks n8n for its tool and calls it with what a model came up with. */
function agentCalling(calls: IDataObject[]): INodeType {
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
			calls.map(async (args) => await tool.invoke(args).catch((error: Error) => error.message)),
		);
		const schema = Object.keys(tool.schema.parse(calls[0]) as IDataObject);
		return [[{ json: { answer, others, schema, description: tool.description } }]];
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
	const agent = agentCalling([input]);
	const execute = async (response?: ToolRun) => {
		const [run] = response?.actionResponses ?? [];
		if (run !== undefined) {
			const items = (run.data.data?.ai_tool?.[0] ?? []).map(({ json }) => json);
			return [[{ json: { answer: run.data.error?.message ?? items[0], items } }]];
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
