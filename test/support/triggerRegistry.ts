/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import './n8nEnvironment';
import 'reflect-metadata';
import { createRequire } from 'node:module';
import * as core from 'n8n-core';
import type { PollContext, TriggerContext } from 'n8n-core';
import type {
	INode,
	INodeExecutionData,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowActivateMode,
} from 'n8n-workflow';

/** A trigger to be activated. */
export interface Activation {
	workflow: Workflow;
	node: INode;
	additionalData: IWorkflowExecuteAdditionalData;
	mode: WorkflowActivateMode;
}

type ContextFactory = (additionalData: IWorkflowExecuteAdditionalData) => TriggerContext;

type PollContextFactory = (additionalData: IWorkflowExecuteAdditionalData) => PollContext;

/** Where the engine keeps the triggers that are active. */
export interface TriggerRegistry {
	/** Activates the workflow's triggers, each with this context. @throws what a trigger throws */
	add: (activation: Activation, context: ContextFactory) => Promise<void>;
	/** The same for a trigger that polls. */
	addPoller: (activation: Activation, context: PollContextFactory) => Promise<void>;
	/** Ends one trigger, as n8n does before it activates it again. */
	end: (workflowId: string, nodeId: string) => Promise<void>;
	/** Ends all triggers of a workflow. */
	remove: (workflowId: string) => Promise<unknown>;
}

type GetTriggerContext = (
	workflow: Workflow,
	node: INode,
	additionalData: IWorkflowExecuteAdditionalData,
) => TriggerContext;

type GetPollContext = (
	workflow: Workflow,
	node: INode,
	additionalData: IWorkflowExecuteAdditionalData,
) => PollContext;

/** What n8n-core had before ActiveWorkflowTriggers; none of its types is in the n8n-core of today. */
interface ActiveWorkflows {
	add: (
		workflowId: string,
		workflow: Workflow,
		additionalData: IWorkflowExecuteAdditionalData,
		mode: 'trigger',
		activation: WorkflowActivateMode,
		getTriggerFunctions: GetTriggerContext,
		getPollFunctions: GetPollContext,
	) => Promise<void>;
	remove: (workflowId: string) => Promise<unknown>;
}

type Class<Instance> = new (...args: never[]) => Instance;

/** The container of n8n-core itself: the package may be installed more than once. */
const { Container }: { Container: { get: <T>(type: Class<T>) => T } } = createRequire(
	require.resolve('n8n-core'),
)('@n8n/di');

const noPolling: GetPollContext = () => {
	throw new Error('the workflow has no node that polls');
};

const onlyPolling: GetTriggerContext = () => {
	throw new Error('the workflow has only nodes that poll');
};

/** Makes this process the leader of its n8n: only there n8n's clock polls. */
export function becomeLeader(): void {
	Container.get(core.InstanceSettings).markAsLeader();
}

/** Polls once, as n8n does at each poll time. */
export async function pollOnce(
	{ workflow, node }: Pick<Activation, 'workflow' | 'node'>,
	context: PollContext,
): Promise<void> {
	if ('PollTriggerExecutor' in core) {
		await Container.get(core.PollTriggerExecutor).create(workflow, node, context, () => true)();
		return;
	}
	await pollInFormerCore(core, { workflow, node }, context);
}

/** What n8n-core had before PollTriggerExecutor; the function was called `runPoll` until 2.20. */
interface FormerPollers {
	runPoll?: GetItems;
	runPollFunction?: GetItems;
}

type GetItems = (
	workflow: Workflow,
	node: INode,
	context: PollContext,
) => Promise<INodeExecutionData[][] | null>;

/** As its ActiveWorkflows does (`activatePolling`). */
async function pollInFormerCore(
	formerCore: object,
	{ workflow, node }: Pick<Activation, 'workflow' | 'node'>,
	context: PollContext,
): Promise<void> {
	const { ActiveWorkflows } = formerCore as {
		ActiveWorkflows: Class<{ triggersAndPollers: FormerPollers }>;
	};
	const { triggersAndPollers: pollers } = Container.get(ActiveWorkflows);
	try {
		const poll = pollers.runPollFunction ?? pollers.runPoll;
		const items = await poll?.call(pollers, workflow, node, context);
		if (items !== null && items !== undefined) context.__emit(items);
	} catch (error) {
		context.__emitError(error as Error);
	}
}

/** The registry of the n8n-core that is loaded, whichever it has. */
export function openTriggerRegistry(): TriggerRegistry {
	return 'ActiveWorkflowTriggers' in core ? presentRegistry() : formerRegistry(core);
}

function presentRegistry(): TriggerRegistry {
	const triggers = Container.get(core.ActiveWorkflowTriggers);
	return {
		add: async ({ workflow, additionalData, mode }, context) =>
			await triggers.addTriggers(
				workflow.id,
				workflow,
				workflow.getTriggerNodes().map(({ id }) => id),
				additionalData,
				'trigger',
				mode,
				(_workflow, _node, data) => context(data),
				noPolling,
			),
		addPoller: async ({ workflow, node, additionalData, mode }, context) =>
			await triggers.addTriggers(
				workflow.id,
				workflow,
				[node.id],
				additionalData,
				'trigger',
				mode,
				onlyPolling,
				(_workflow, _node, data) => context(data),
			),
		end: async (workflowId, nodeId) => await triggers.removeTriggers(workflowId, new Set([nodeId])),
		remove: async (workflowId) => await triggers.remove(workflowId),
	};
}

/** n8n-core up to 2.20 activates and ends a workflow with all its triggers. */
function formerRegistry(formerCore: object): TriggerRegistry {
	const { ActiveWorkflows } = formerCore as { ActiveWorkflows: Class<ActiveWorkflows> };
	const workflows = Container.get(ActiveWorkflows);
	return {
		add: async ({ workflow, additionalData, mode }, context) =>
			await workflows.add(
				workflow.id,
				workflow,
				additionalData,
				'trigger',
				mode,
				(_workflow, _node, data) => context(data),
				noPolling,
			),
		addPoller: async ({ workflow, additionalData, mode }, context) =>
			await workflows.add(
				workflow.id,
				workflow,
				additionalData,
				'trigger',
				mode,
				onlyPolling,
				(_workflow, _node, data) => context(data),
			),
		end: async (workflowId) => {
			await workflows.remove(workflowId);
		},
		remove: async (workflowId) => await workflows.remove(workflowId),
	};
}
