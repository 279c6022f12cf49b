import type { INode } from 'n8n-workflow';

/**
 * Whether the node is the tool of an AI Agent, an MCP server or the like. n8n makes a node type of its
 * own for that, and recognises it the same way (n8n-workflow `displayParameter`, '@tool'). What a run
 * says of itself (`isToolExecution`) is no sign: the AI Agent of today has its tools run as nodes.
 */
export function isAgentTool({ type }: Pick<INode, 'type'>): boolean {
	return type.endsWith('Tool');
}
