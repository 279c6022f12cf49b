import './n8nEnvironment';
import 'reflect-metadata';
import { PollContext } from 'n8n-core';
import {
	Workflow,
	type ICredentialType,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type IWorkflowExecuteAdditionalData,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { ConvexDocumentTrigger } from '../../nodes/Convex/ConvexDocumentTrigger.node';
import {
	additionalDataWith,
	CredentialsInMemory,
	editorContext,
	nodeAt,
	NodeTypesInMemory,
	type CredentialValues,
} from './engine';
import { openTriggerRegistry, pollOnce } from './triggerRegistry';

export const DOCUMENT_TRIGGER_TYPE = 'n8n-nodes-convex.convexDocumentTrigger';

/** A time that does not come during a test: tests poll themselves. */
export const NEVER = { item: [{ mode: 'custom', cronExpression: '0 0 29 2 *' }] };

/**
 * What a host does with the position that a poll leaves in the static data.
 *
 * - `live`: the next poll finds it there; the database gets it when the workflow starts. All n8n, by default.
 * - `reloading`: each poll gets what the database has (the scheduler of n8n 2.41).
 * - `durable`: each poll gets what the database has, which gets it with the execution, in one transaction,
 *   or when a poll found nothing (its durable cursors).
 */
export type HostKind = 'live' | 'reloading' | 'durable';

export interface PollingOptions {
	credential: CredentialValues;
	parameters: INode['parameters'];
	host?: HostKind;
	/** As a former run left it in the database. */
	staticData?: IDataObject;
	/** `activate`, by a user, unless given; `init` after a restart of n8n. */
	mode?: WorkflowActivateMode;
	nodeType?: INodeType;
	credentialType?: ICredentialType;
	/** One of its own unless given. */
	workflowId?: string;
	/** What n8n allows a poll to take; n8n's own unless given. */
	budgetMs?: number;
	/** Told before the database gets a position and an execution, and may throw in the place of n8n. */
	beforeStart?: (items: IDataObject[]) => void;
	/** Told when n8n writes to its database what the trigger keeps. */
	save?: (staticData: IDataObject) => void;
}

export interface PollError {
	message: string;
	description?: string | null;
	failure?: unknown;
}

/** A published workflow that begins with a Convex Document Trigger. */
export class PollingWorkflow {
	/** The items of each execution. */
	readonly starts: IDataObject[][] = [];

	/** The failed executions. */
	readonly failures: PollError[] = [];

	/** What the trigger wrote to n8n's log. */
	readonly warnings: string[] = [];

	/** What n8n's database has. */
	savedStaticData: IDataObject;

	private readonly node: INode;

	private readonly additionalData: IWorkflowExecuteAdditionalData;

	private readonly registry = openTriggerRegistry();

	readonly workflowId: string;

	private workflow: Workflow;

	private context: PollContext | undefined;

	private static count = 0;

	constructor(private readonly settings: PollingOptions) {
		PollingWorkflow.count += 1;
		this.workflowId = settings.workflowId ?? `polling ${PollingWorkflow.count}`;
		this.savedStaticData = structuredClone(settings.staticData ?? {});
		this.node = nodeAt('Convex Document Trigger', DOCUMENT_TRIGGER_TYPE, {
			parameters: { pollTimes: NEVER, ...settings.parameters },
			credentials: { convexApi: { id: '1', name: 'Convex' } },
		});
		const credentials = new CredentialsInMemory(
			{ convexApi: settings.credentialType ?? new ConvexApi() },
			{ convexApi: settings.credential },
		);
		const file = { name: 'test', nodes: [this.node], connections: {} };
		this.additionalData = additionalDataWith(credentials, file);
		this.workflow = this.loadedWorkflow();
	}

	/** Activates the workflow as n8n does, with its first poll. @throws what the poll throws */
	async activate(): Promise<void> {
		const { node, additionalData } = this;
		const { mode = 'activate' } = this.settings;
		this.workflow = this.loadedWorkflow();
		const context = this.contextFor(this.workflow, mode, 'trigger');
		this.context = context;
		const activation = { workflow: this.workflow, node, additionalData, mode };
		await this.registry.addPoller(activation, () => context);
		if (this.host === 'live') this.saveStaticData();
	}

	/** What n8n does at a poll time. @returns the items of the execution that it started, if it did */
	async poll(): Promise<IDataObject[] | undefined> {
		const before = this.starts.length;
		if (this.host !== 'live') {
			this.workflow = this.loadedWorkflow();
			this.context = this.contextFor(this.workflow, 'update', 'trigger');
		}
		if (this.context === undefined) throw new Error('the workflow is not active');
		await pollOnce({ workflow: this.workflow, node: this.node }, this.context);
		return this.starts[before];
	}

	/** Polls until nothing changes any more. @returns all items */
	async pollAll(): Promise<IDataObject[]> {
		const items: IDataObject[] = [];
		for (;;) {
			const more = await this.poll();
			if (this.failures.length > 0) throw new Error(this.failures[0]?.message);
			if (more === undefined) return items;
			items.push(...more);
		}
	}

	/** What the editor does when a user executes the step. */
	async execute(): Promise<INodeExecutionData[]> {
		const context = this.contextFor(this.workflow, 'manual', 'manual');
		const nodeType = this.workflow.nodeTypes.getByNameAndVersion(this.node.type, 1);
		const outputs = await (nodeType as INodeType).poll?.call(context);
		return outputs?.[0] ?? [];
	}

	/** What a list of the node's form offers. */
	async options(method: 'getTables' | 'getTableFields'): Promise<unknown[]> {
		const { credential, credentialType = new ConvexApi() } = this.settings;
		const nodeType = new ConvexDocumentTrigger();
		const context = editorContext(
			{
				nodeTypes: { [DOCUMENT_TRIGGER_TYPE]: nodeType },
				credentialTypes: { convexApi: credentialType },
				credentials: { convexApi: credential },
			},
			this.node,
		);
		return (await nodeType.methods.loadOptions[method].call(context)).map(({ value }) => value);
	}

	async deactivate(): Promise<void> {
		this.context = undefined;
		await this.registry.remove(this.workflowId);
	}

	/**
	 * The same after a restart of n8n, with what its database has; or in the same process, if another mode
	 * says that it was published again. What a process remembers goes by the workflow's ID.
	 */
	restarted(options: Partial<PollingOptions> = {}): PollingWorkflow {
		const { savedStaticData: staticData } = this;
		const { mode = 'init' } = options;
		const workflowId = mode === 'init' ? `${this.workflowId}, restarted` : this.workflowId;
		return new PollingWorkflow({ ...this.settings, workflowId, staticData, mode, ...options });
	}

	private get host(): HostKind {
		return this.settings.host ?? 'live';
	}

	private loadedWorkflow(): Workflow {
		return new Workflow({
			id: this.workflowId,
			name: 'test',
			nodes: [this.node],
			connections: {},
			active: true,
			nodeTypes: new NodeTypesInMemory({
				[DOCUMENT_TRIGGER_TYPE]: this.settings.nodeType ?? triggerOfSource(),
			}),
			staticData: structuredClone(this.savedStaticData),
			settings: {},
		});
	}

	private contextFor(
		workflow: Workflow,
		activation: WorkflowActivateMode,
		mode: WorkflowExecuteMode,
	): PollContext {
		const emit = (data: INodeExecutionData[][]) => this.start(data);
		const fail = ({ message, ...error }: Error) => this.failures.push({ message, ...error });
		const { budgetMs } = this.settings;
		const budget = budgetMs === undefined ? undefined : () => budgetMs;
		const base = [workflow, this.node, this.additionalData, mode, activation, emit, fail] as const;
		const isDurable = this.host === 'durable';
		const commit = isDurable ? async () => this.saveStaticData() : undefined;
		const context = new PollContext(...base, commit, undefined, undefined, budget);
		const warn = (message: string) => this.warnings.push(message);
		Object.defineProperty(context, 'logger', { value: { warn } });
		return context;
	}

	private start(data: INodeExecutionData[][]): void {
		const items = (data[0] ?? []).map(({ json }) => structuredClone(json));
		this.settings.beforeStart?.(items);
		this.saveStaticData();
		this.starts.push(items);
	}

	private saveStaticData(): void {
		this.savedStaticData = JSON.parse(JSON.stringify(this.workflow.staticData));
		this.settings.save?.(this.savedStaticData);
	}
}

/** As n8n describes it, but for its form. */
const POLL_TIMES: INodeProperties = {
	displayName: 'Poll Times',
	name: 'pollTimes',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: { item: [{ mode: 'everyMinute' }] },
	options: [
		{
			name: 'item',
			displayName: 'Item',
			values: [
				{ displayName: 'Mode', name: 'mode', type: 'string', default: '' },
				{ displayName: 'Cron', name: 'cronExpression', type: 'string', default: '' },
			],
		},
	],
};

/** The trigger with the parameter that n8n gives those that poll when it loads them from a package. */
export function triggerOfSource(): INodeType {
	const nodeType = new ConvexDocumentTrigger();
	nodeType.description.properties = [POLL_TIMES, ...nodeType.description.properties];
	return nodeType;
}

/** The trigger's parameters. */
export function following(
	tables: unknown,
	parameters: INode['parameters'] = {},
): INode['parameters'] {
	return {
		tables: tables as string[],
		events: ['written', 'deleted'],
		startFrom: 'now',
		excludedFields: [],
		options: {},
		...parameters,
	};
}
