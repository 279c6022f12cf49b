import { parseWorkflowCode, planSplitVersionFiles } from '@n8n/workflow-sdk';
import type { IBuilderHint, INode, INodeType } from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { Convex } from '../../nodes/Convex/Convex.node';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { callConvexTool } from '../support/agents';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { passThroughNode, runWorkflow } from '../support/engine';
import { ActiveTrigger } from '../support/triggers';

/** The patterns that n8n's workflow builder is shown, as code that it writes and n8n runs. */
const convex = useEmbeddedDeployment('deployKey');

const HEAD = `const start = trigger({ type: 'n8n-nodes-base.manualTrigger', version: 1, config: { name: 'Start' } });
const model = languageModel({ type: '@n8n/n8n-nodes-langchain.lmChatOpenAi', version: 1.2, config: { name: 'Model' } });
`;

const hintOf = ({ description }: INodeType): IBuilderHint => description.builderHint ?? {};

const patternsOf = (type: INodeType) =>
	(hintOf(type).extraTypeDefContent ?? []).flatMap(({ content }) =>
		[...content.matchAll(/<pattern title="([^"]+)">\n([\s\S]+?)<\/pattern>/g)].map(
			([, title = '', code = '']) => ({ title, code }),
		),
	);

/** The workflow that a pattern makes, with what leads to it and around it. */
const written = (code: string) => {
	const [, name = '', kind = ''] = /const (\w+) = (node|tool|trigger)\(/.exec(code) ?? [];
	const agent = `node({ type: '@n8n/n8n-nodes-langchain.agent', version: 3, config: { name: 'Agent', parameters: {}, subnodes: { model, tools: [${name}] } } })`;
	const flow = {
		node: `.add(start).to(${name})`,
		tool: `.add(start).to(${agent})`,
		trigger: `.add(${name})`,
	}[kind];
	const { nodes, connections } = parseWorkflowCode(
		`${HEAD}${code}\nexport default workflow('test', 'test')${flow};`,
	);
	const found = nodes.find(({ type }) => type.startsWith('n8n-nodes-convex.'));
	if (found === undefined) throw new Error('the pattern has no Convex node');
	return { nodes: nodes as unknown as INode[], connections, node: found as unknown as INode, kind };
};

const run = async ({ nodes, connections }: ReturnType<typeof written>) => {
	const { run } = await runWorkflow(
		{
			nodeTypes: {
				'n8n-nodes-base.manualTrigger': passThroughNode('start'),
				'n8n-nodes-convex.convex': new Convex(),
			},
			credentialTypes: { convexApi: new ConvexApi() },
			credentials: { convexApi: convex.credential },
		},
		{
			name: 'test',
			nodes: nodes.map((node) => ({
				...node,
				credentials: { convexApi: { id: '1', name: 'Convex' } },
			})),
			connections: connections as never,
			pinData: { Start: [{ json: { title: 'Buy milk', priority: 2 } }] },
		},
	);
	expect(run.data.resultData.error).toBeUndefined();
};

const PATTERNS = [new Convex(), new ConvexTrigger()].flatMap(patternsOf);

describe('what the workflow builder of n8n is shown', () => {
	it('has a pattern for each way to use the nodes', () => {
		expect(PATTERNS.map(({ code }) => written(code).kind).sort()).toEqual([
			'node',
			'node',
			'node',
			'node',
			'tool',
			'trigger',
		]);
	});

	it.each(PATTERNS)('works as it stands: $title', async ({ code }) => {
		const workflow = written(code);
		const { parameters } = workflow.node;
		if (workflow.kind === 'node') await run(workflow);
		else if (workflow.kind === 'tool') {
			const args = { title: 'Buy milk' };
			const result = await callConvexTool({ credential: convex.credential, parameters }, [args]);
			expect(JSON.parse(String(result?.answer))).toMatchObject([{ value: expect.any(String) }]);
		} else {
			const trigger = new ActiveTrigger({ credential: convex.credential, parameters });
			await trigger.activate();
			await trigger.deactivate();
		}
	});

	it('is shown where it belongs', () => {
		const files = planSplitVersionFiles(new Convex().description as never, 1);
		const texts = [...files].filter(([, text]) => text.includes('createTaskTool'));
		expect(texts.map(([path]) => path).sort()).toEqual([
			expect.stringMatching(/function.*action/),
			expect.stringMatching(/function.*mutation/),
			expect.stringMatching(/function.*run/),
		]);
	});

	it('finds the node by the words of a user', () => {
		const hint = hintOf(new Convex()).searchHint ?? '';
		for (const word of ['convex.dev', 'database', 'backend', 'query', 'mutation', 'action']) {
			expect(hint).toContain(word);
		}
	});

	it('names nodes of n8n and of this package only', () => {
		const related = [new Convex(), new ConvexTrigger()].flatMap(
			(type) => hintOf(type).relatedNodes ?? [],
		);
		expect(related.map(({ nodeType }) => nodeType).sort()).toEqual([
			'@n8n/n8n-nodes-langchain.agent',
			'n8n-nodes-convex.convex',
			'n8n-nodes-convex.convexTrigger',
		]);
	});
});
