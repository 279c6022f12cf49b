import axios from 'axios';
import type { INode } from 'n8n-workflow';
import { readStack } from '../e2e/environment';
import type { N8nApi } from '../e2e/n8nApi';
import { until } from '../e2e/until';
import { convexNode } from '../e2e/workflows';
import { nodeAt, type WorkflowFile } from '../support/engine';

const { n8nUrl } = readStack();

/** The idempotency key that the README recommends, as it stands in JSON arguments. */
export const IDEMPOTENCY_KEY = '{{ $execution.id }}-{{ $itemIndex }}';

/** A mutation node whose arguments are JSON with expressions in it. */
export function mutationNode(credentialId: string, path: string, argsTemplate: string): INode {
	return convexNode(credentialId, 'mutation', path, `=${argsTemplate}`);
}

/** A published workflow that a webhook starts. */
export class WebhookWorkflow {
	private constructor(
		readonly id: string,
		private readonly path: string,
	) {}

	/**
	 * Publishes Webhook → the given nodes, one after another.
	 *
	 * @param path of the webhook's URL
	 * @param responseMode `onReceived` answers once the execution is in the queue, `responseNode` has a node do it
	 */
	static async publish(
		n8n: N8nApi,
		path: string,
		nodes: INode[],
		responseMode: 'onReceived' | 'responseNode' = 'onReceived',
	): Promise<WebhookWorkflow> {
		const webhook = nodeAt('Webhook', 'n8n-nodes-base.webhook', {
			typeVersion: 2,
			webhookId: path,
			parameters: { path, httpMethod: 'POST', responseMode, options: {} },
		});
		const id = await n8n.importWorkflow(inARow(path, [webhook, ...nodes]));
		await n8n.activate(id);
		await until(async () => (await n8n.publicationStatus(id)).status === 'published');
		return new WebhookWorkflow(id, path);
	}

	/** Starts an execution. @returns what n8n answers; @throws an error if it does not take the call */
	async post(body: object = {}): Promise<unknown> {
		// n8n may close a connection that is kept just as it is used again.
		const headers = { Connection: 'close' };
		return (await axios.post(`${n8nUrl}/webhook/${this.path}`, body, { headers })).data;
	}
}

function inARow(name: string, nodes: INode[]): WorkflowFile {
	const connections: WorkflowFile['connections'] = {};
	for (const [index, next] of nodes.slice(1).entries()) {
		const node = nodes[index];
		if (node === undefined) continue;
		connections[node.name] = { main: [[{ node: next.name, type: 'main', index: 0 }]] };
	}
	const placed = nodes.map((node, index): INode => ({ ...node, position: [250 * index, 0] }));
	return { name, nodes: placed, connections };
}
