import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { nodeAt, type WorkflowFile } from '../support/engine';
import { calling } from '../support/convexNode';
import type { StoredExecution } from './n8nApi';

const CONVEX_NODE = 'n8n-nodes-convex.convex';

/** A Convex node that calls a function with the given arguments. */
export function convexNode(
	credentialId: string,
	operation: string,
	path: string,
	args: unknown,
	settings: Partial<INode> = {},
): INode {
	return nodeAt('Convex', CONVEX_NODE, {
		parameters: calling(operation, path, args),
		credentials: { convexApi: { id: credentialId, name: 'Convex' } },
		...settings,
	});
}

/** Manual trigger with the given items → node → one node behind each of its two outputs. */
export function workflowAround(
	node: INode,
	items: Array<IDataObject | INodeExecutionData>,
): WorkflowFile {
	const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];
	return {
		name: `test of ${node.name}`,
		nodes: [
			nodeAt('Start', 'n8n-nodes-base.manualTrigger'),
			{ ...node, position: [250, 0] },
			nodeAt('Success', 'n8n-nodes-base.noOp', { position: [500, -100] }),
			nodeAt('Error', 'n8n-nodes-base.noOp', { position: [500, 100] }),
		],
		connections: {
			Start: { main: [to(node.name)] },
			[node.name]: { main: [to('Success'), to('Error')] },
		},
		pinData: { Start: items.map((item) => ('json' in item ? item : { json: item })) as never },
	};
}

/** The fields of the items that came out of a node. */
export function outputOf({ data }: StoredExecution, nodeName: string, output = 0): IDataObject[] {
	const items = data.resultData.runData[nodeName]?.at(-1)?.data?.main?.[output] ?? [];
	return items.map((item) => item.json);
}
