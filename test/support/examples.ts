/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDeployment } from '../../emulator/client';
import { loadBuiltPackage } from './builtPackage';
import { DOCUMENT_TRIGGER_TYPE, NEVER, PollingWorkflow } from './polls';
import { ActiveTrigger, TRIGGER_TYPE } from './triggers';
import { passThroughNode, type Installation, type WorkflowFile } from './engine';

const PROJECT = join(__dirname, '..', '..');
const EXAMPLES = join(PROJECT, 'examples');

/** Nodes of n8n itself that need no n8n: triggers and ends hand items on, a pinned node does not run. */
const PASS_THROUGH_NODES = [
	'n8n-nodes-base.manualTrigger',
	'n8n-nodes-base.scheduleTrigger',
	'n8n-nodes-base.noOp',
];
const NODES_TO_PIN = ['n8n-nodes-base.httpRequest'];
const CONVEX_NODES = /^n8n-nodes-convex\./;
const STICKY_NOTE = 'n8n-nodes-base.stickyNote';

export interface Example {
	file: string;
	workflow: WorkflowFile;
	/** Whether it uses only nodes that exist without a whole n8n. */
	runsWithoutN8n: boolean;
	/** Whether it starts when data changes. */
	startsLive: boolean;
}

/** The importable workflows of the folder examples, by file name. */
export function readExamples(): Example[] {
	return readdirSync(EXAMPLES)
		.filter((file) => file.endsWith('.json'))
		.sort()
		.map((file) => {
			const workflow: WorkflowFile = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8'));
			const runsWithoutN8n = workflow.nodes.every(
				({ name, type }) =>
					CONVEX_NODES.test(type) ||
					type === STICKY_NOTE ||
					PASS_THROUGH_NODES.includes(type) ||
					(NODES_TO_PIN.includes(type) && workflow.pinData?.[name] !== undefined),
			);
			const startsLive = workflow.nodes.some(({ type }) => type === TRIGGER_TYPE);
			return { file, workflow, runsWithoutN8n, startsLive };
		});
}

/** Examples name no credential: in n8n the user chooses one. */
export function withCredential(workflow: WorkflowFile, id: string, name: string): WorkflowFile {
	const nodes = workflow.nodes.map((node) =>
		CONVEX_NODES.test(node.type) ? { ...node, credentials: { convexApi: { id, name } } } : node,
	);
	return { ...workflow, nodes };
}

/** The Convex Trigger of an example, to be activated without the nodes behind it. */
export function activeTriggerOf(
	{ nodeTypes, credentials }: Installation,
	{ name, nodes }: WorkflowFile,
): ActiveTrigger {
	const node = nodes.find(({ type }) => type === TRIGGER_TYPE);
	if (node === undefined) throw new Error(`workflow '${name}' has no Convex Trigger`);
	return new ActiveTrigger({
		credential: credentials.convexApi ?? {},
		parameters: node.parameters,
		nodeType: nodeTypes[TRIGGER_TYPE],
	});
}

/** The same of a Convex Document Trigger, which polls when it is told to. */
export function feedOf(
	{ nodeTypes, credentials }: Installation,
	{ name, nodes }: WorkflowFile,
): PollingWorkflow {
	const node = nodes.find(({ type }) => type === DOCUMENT_TRIGGER_TYPE);
	if (node === undefined) throw new Error(`workflow '${name}' has no Convex Document Trigger`);
	return new PollingWorkflow({
		credential: credentials.convexApi ?? {},
		parameters: { ...node.parameters, pollTimes: NEVER },
		nodeType: nodeTypes[DOCUMENT_TRIGGER_TYPE],
	});
}

/** The built package, with a credential for the deployment. */
export async function installationFor(deployment: TestDeployment): Promise<Installation> {
	const { nodeTypes, credentialTypes } = await loadBuiltPackage(PROJECT);
	return {
		nodeTypes: {
			...Object.fromEntries(
				[...PASS_THROUGH_NODES, ...NODES_TO_PIN].map((name) => [name, passThroughNode(name)]),
			),
			...nodeTypes,
		},
		credentialTypes,
		credentials: {
			convexApi: {
				deploymentUrl: deployment.url,
				authentication: 'deployKey',
				token: deployment.deployKey,
			},
		},
	};
}
