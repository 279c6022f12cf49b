import './n8nEnvironment';
import 'reflect-metadata';
import { TriggerContext } from 'n8n-core';
import {
	Workflow,
	type ICredentialType,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeType,
	type ITriggerFunctions,
	type WorkflowActivateMode,
} from 'n8n-workflow';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import type { SubscriptionThresholds } from '../../nodes/Convex/transport/live/subscriptionOutage';
import { startTrigger } from '../../nodes/Convex/triggers/query/activate';
import {
	additionalDataWith,
	CredentialsInMemory,
	nodeAt,
	NodeTypesInMemory,
	type CredentialValues,
} from './engine';
import { openTriggerRegistry } from './triggerRegistry';
import { Arrivals } from './waiting';

export const TRIGGER_TYPE = 'n8n-nodes-convex.convexTrigger';

const OTHER_TYPE = 'test.otherTrigger';

/** n8n's own number (TRIGGER_ACTIVATION_MAX_ATTEMPTS); its pauses between them are left out. */
const ACTIVATION_ATTEMPTS = 5;

export interface TriggerOptions {
	credential: CredentialValues;
	parameters: INode['parameters'];
	/** As a former run left it in the database. */
	staticData?: IDataObject;
	/** `activate`, by a user, unless given; `init` after a restart of n8n. */
	mode?: WorkflowActivateMode;
	/** What becomes of n8n's static data before the activation. */
	changeStaticData?: (staticData: IDataObject) => IDataObject;
	nodeType?: INodeType;
	/** Another trigger in the workflow, which n8n activates after this one. */
	otherTrigger?: INodeType;
	/** That of this source unless given. */
	credentialType?: ICredentialType;
	/** One of its own unless given. */
	workflowId?: string;
	/** Told of what happens in the place of the trigger's own lists, which grow without end. */
	listener?: TriggerListener;
}

export interface TriggerListener {
	started: (start: Start) => void;
	/** A failed execution was recorded. */
	failed: (error: ReportedError) => void;
	/** The trigger ended itself; n8n activates it again. */
	ended: (error: ReportedError) => void;
}

/** A start of the workflow. */
export interface Start {
	items: IDataObject[];
	deduplicationKey: string | undefined;
}

export interface ReportedError {
	message: string;
	description?: string | null;
}

/** An active workflow with a Convex Trigger in it. */
export class ActiveTrigger {
	readonly starts = new Arrivals<Start>();

	readonly failedExecutions = new Arrivals<ReportedError>();

	/** What `emitError` was called with; after each, the trigger is activated again. */
	readonly fatalErrors = new Arrivals<ReportedError>();

	/** Whether an activation after a fatal error succeeded. */
	readonly reactivations = new Arrivals<boolean>();

	/** What n8n's database has. */
	savedStaticData: IDataObject;

	private readonly workflow: Workflow;

	private readonly node: INode;

	private readonly nodes: INode[];

	private readonly listener: TriggerListener;

	private readonly registry = openTriggerRegistry();

	private static count = 0;

	constructor(private readonly options: TriggerOptions) {
		ActiveTrigger.count += 1;
		this.savedStaticData = options.staticData ?? {};
		this.listener = options.listener ?? {
			started: (start) => this.starts.add(start),
			failed: (error) => this.failedExecutions.add(error),
			ended: (error) => this.fatalErrors.add(error),
		};
		this.node = triggerNode(options.parameters);
		const { otherTrigger } = options;
		const other = otherTrigger === undefined ? [] : [nodeAt('Other', OTHER_TYPE, {})];
		this.nodes = [this.node, ...other];
		this.workflow = new Workflow({
			id: options.workflowId ?? `trigger ${ActiveTrigger.count}`,
			name: 'test',
			nodes: this.nodes,
			connections: {},
			active: true,
			nodeTypes: new NodeTypesInMemory({
				[TRIGGER_TYPE]: options.nodeType ?? new ConvexTrigger(),
				...(otherTrigger !== undefined && { [OTHER_TYPE]: otherTrigger }),
			}),
			staticData: structuredClone(options.staticData ?? {}),
			settings: {},
		});
		const { changeStaticData } = options;
		if (changeStaticData !== undefined) {
			this.workflow.staticData = changeStaticData(this.workflow.staticData);
		}
	}

	/** Activates the workflow as n8n does, once. @throws what the trigger throws */
	async activate(): Promise<void> {
		const { credential, credentialType = new ConvexApi(), mode = 'activate' } = this.options;
		const credentials = new CredentialsInMemory(
			{ convexApi: credentialType },
			{ convexApi: credential },
		);
		const { workflow, node, nodes } = this;
		const file = { name: 'test', nodes, connections: {} };
		await this.registry.add(
			{ workflow, node, additionalData: additionalDataWith(credentials, file), mode },
			(additionalData) =>
				new TriggerContext(
					workflow,
					node,
					additionalData,
					'trigger',
					mode,
					(data, _response, _done, deduplicationKey) => this.start(data, deduplicationKey),
					(error) => void this.recover(error),
					(error) => this.listener.failed(reported(error)),
				),
		);
		this.saveStaticData();
	}

	get workflowId(): string {
		return this.workflow.id;
	}

	/** Resolves with the start of this number, counted from 1. */
	async nthStart(number: number): Promise<Start> {
		await this.starts.until(() => this.starts.all.length >= number);
		return this.starts.all[number - 1] as Start;
	}

	async deactivate(): Promise<void> {
		await this.registry.remove(this.workflow.id);
	}

	private start(data: INodeExecutionData[][], deduplicationKey: string | undefined): void {
		this.saveStaticData();
		const items = (data[0] ?? []).map(({ json }) => structuredClone(json));
		this.listener.started({ items, deduplicationKey });
	}

	/** As n8n's WorkflowTriggerActivator does (`recoverFromRuntimeTriggerFailure`). */
	private async recover(error: Error): Promise<void> {
		await this.registry.end(this.workflow.id, this.node.id);
		this.listener.ended(reported(error));
		for (let attempt = 1; attempt <= ACTIVATION_ATTEMPTS; attempt++) {
			try {
				await this.activate();
				this.reactivations.add(true);
				return;
			} catch {
				this.reactivations.add(false);
			}
		}
	}

	private saveStaticData(): void {
		const { staticData } = this.workflow;
		if (staticData.__dataChanged !== true) return;
		this.savedStaticData = JSON.parse(JSON.stringify(staticData));
		staticData.__dataChanged = false;
	}
}

export function triggerNode(parameters: INode['parameters']): INode {
	return nodeAt('Convex Trigger', TRIGGER_TYPE, {
		parameters,
		credentials: { convexApi: { id: '1', name: 'Convex' } },
	});
}

/** The trigger, which waits no longer for an unavailable deployment than this. */
export function withTimeouts(thresholds: SubscriptionThresholds): INodeType {
	return Object.assign(new ConvexTrigger(), {
		async trigger(this: ITriggerFunctions) {
			return await startTrigger(this, thresholds);
		},
	});
}

/** The trigger's parameters for a query that is watched with JSON arguments. */
export function watching(
	path: string,
	args: unknown = {},
	parameters: INode['parameters'] = {},
): INode['parameters'] {
	return {
		functionPath: { __rl: true, mode: 'path', value: path },
		argumentsMode: 'json',
		argumentsJson: JSON.stringify(args),
		emit: 'result',
		keyField: '_id',
		emitInitialResult: false,
		options: {},
		...parameters,
	};
}

function reported(error: Error): ReportedError {
	const description = 'description' in error ? error.description : undefined;
	return {
		message: error.message,
		...(typeof description === 'string' && { description }),
	};
}
