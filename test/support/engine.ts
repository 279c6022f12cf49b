import './n8nEnvironment';
import 'reflect-metadata';
import {
	ExecutionLifecycleHooks,
	getAdditionalKeys,
	LoadOptionsContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	createRunExecutionData,
	ICredentialsHelper,
	NodeHelpers,
	Workflow,
	type ICredentialDataDecryptedObject,
	type ICredentialsExpressionResolveValues,
	type ICredentialType,
	type IDataObject,
	type IExecuteData,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialsDetails,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

/** Values of a credential, or undefined for one that does not exist. */
export type CredentialValues = ICredentialDataDecryptedObject;

/** What an installation of n8n knows: node types by full name, credential types and stored credentials. */
export interface Installation {
	nodeTypes: Record<string, INodeType>;
	credentialTypes: Record<string, ICredentialType>;
	/** Stored credentials by type. */
	credentials: Record<string, CredentialValues>;
	/** What a whole n8n has besides, and its engine alone has not: a runner of Code nodes. */
	codeRunner?: Pick<IWorkflowExecuteAdditionalData, 'startRunnerTask'>;
}

/** A workflow as n8n exports it. */
export type WorkflowFile = Pick<
	IWorkflowBase,
	'name' | 'nodes' | 'connections' | 'pinData' | 'settings'
>;

export interface WorkflowRun {
	run: IRun;
	/** How often the engine decrypted a credential. */
	credentialReads: number;
}

const UNUSED_URL = 'http://localhost/';

/**
 * Runs a workflow from the node that nothing leads to, in n8n's real engine (n8n-core's WorkflowExecute), with its
 * real helpers and real HTTP. Only what n8n keeps in its database is replaced: by objects in memory.
 *
 * @param cancelSignal cancels the execution as n8n's Stop button does
 */
export async function runWorkflow(
	{ nodeTypes, credentialTypes, credentials, codeRunner }: Installation,
	file: WorkflowFile,
	cancelSignal?: AbortSignal,
): Promise<WorkflowRun> {
	const { name, nodes, connections, pinData, settings = {} } = file;
	const workflow = new Workflow({
		id: 'test',
		name,
		nodes: nodes.filter((node) => node.type !== 'n8n-nodes-base.stickyNote'),
		connections,
		active: false,
		nodeTypes: new NodeTypesInMemory(nodeTypes),
		settings,
	});
	const credentialsHelper = new CredentialsInMemory(credentialTypes, credentials);
	const startNode = Object.values(workflow.nodes).find(
		(node) => workflow.getParentNodes(node.name).length === 0,
	);
	if (startNode === undefined) throw new Error(`workflow '${name}' has no node to start from`);
	const state = createRunExecutionData({
		resultData: { runData: {}, ...(pinData && { pinData }) },
		executionData: {
			nodeExecutionStack: [{ node: startNode, data: { main: [[{ json: {} }]] }, source: null }],
		},
	});
	const additionalData = { ...additionalDataWith(credentialsHelper, file), ...codeRunner };
	const execution = new WorkflowExecute(additionalData, 'manual', state).processRunExecutionData(
		workflow,
	);
	cancelSignal?.addEventListener('abort', () => execution.cancel(), { once: true });
	return { run: await execution, credentialReads: credentialsHelper.reads };
}

/** What n8n's editor gives the methods that fill its lists and forms, for a node with these parameters. */
export function editorContext(
	{ nodeTypes, credentialTypes, credentials }: Installation,
	node: INode,
): LoadOptionsContext {
	const file = { name: 'editor', nodes: [node], connections: {} };
	const workflow = new Workflow({
		...file,
		active: false,
		nodeTypes: new NodeTypesInMemory(nodeTypes),
	});
	const credentialsHelper = new CredentialsInMemory(credentialTypes, credentials);
	const additionalData = additionalDataWith(credentialsHelper, file);
	additionalData.currentNodeParameters = node.parameters;
	return new LoadOptionsContext(workflow, node, additionalData, '');
}

/** Each output of a node's last run, as items. */
export function outputsOf(run: IRun, nodeName: string): INodeExecutionData[][] {
	const outputs = run.data.resultData.runData[nodeName]?.at(-1)?.data?.main ?? [];
	return outputs.map((items) => items ?? []);
}

export function additionalDataWith(
	credentialsHelper: ICredentialsHelper,
	{ name, nodes, connections }: WorkflowFile,
): IWorkflowExecuteAdditionalData {
	const workflowData = { id: 'test', name, nodes, connections } as IWorkflowBase;
	const additionalData: Partial<IWorkflowExecuteAdditionalData> = {
		credentialsHelper,
		hooks: new ExecutionLifecycleHooks('manual', '1', workflowData),
		executionId: '1',
		userId: 'test',
		variables: {},
		restApiUrl: UNUSED_URL,
		instanceBaseUrl: UNUSED_URL,
		webhookBaseUrl: UNUSED_URL,
		webhookTestBaseUrl: UNUSED_URL,
		webhookWaitingBaseUrl: UNUSED_URL,
		formWaitingBaseUrl: UNUSED_URL,
		currentNodeExecutionIndex: 0,
		setExecutionStatus: () => {},
		sendDataToUI: () => {},
		logAiEvent: () => {},
	};
	return additionalData as IWorkflowExecuteAdditionalData;
}

export class NodeTypesInMemory implements INodeTypes {
	constructor(private readonly types: Record<string, INodeType>) {}

	getByName(name: string): INodeType {
		const type = this.types[name];
		if (type === undefined) throw new Error(`node type '${name}' is not installed`);
		return type;
	}

	getByNameAndVersion(name: string, version?: number): INodeType {
		return NodeHelpers.getVersionedNodeType(this.getByName(name), version);
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}

/** Stored credentials in memory; `authenticate` works as in n8n, for credentials with a function. */
export class CredentialsInMemory extends ICredentialsHelper {
	reads = 0;

	constructor(
		private readonly types: Record<string, ICredentialType>,
		private readonly values: Record<string, CredentialValues>,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getCredentialsProperties(type: string) {
		return this.types[type]?.properties ?? [];
	}

	async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getDecrypted(
		additionalData: IWorkflowExecuteAdditionalData,
		_details: INodeCredentialsDetails,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		_raw?: boolean,
		resolution?: ICredentialsExpressionResolveValues,
	): Promise<CredentialValues> {
		this.reads += 1;
		const values = this.values[type];
		if (values === undefined) throw new Error(`no credential of type '${type}'`);
		return resolution === undefined
			? { ...values }
			: resolvedValues(values, additionalData, mode, executeData, resolution);
	}

	async authenticate(
		values: CredentialValues,
		type: string,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const authenticate = this.types[type]?.authenticate;
		if (typeof authenticate !== 'function') throw new Error(`'${type}' cannot authenticate`);
		return await authenticate(values, request);
	}

	async getCredentials(): Promise<never> {
		throw new Error('credentials live in memory');
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}
}

/** As n8n's CredentialsHelper does (`applyDefaultsAndOverwrites`): a credential's fields may hold expressions. */
function resolvedValues(
	values: CredentialValues,
	additionalData: IWorkflowExecuteAdditionalData,
	mode: WorkflowExecuteMode,
	executeData: IExecuteData | undefined,
	resolution: ICredentialsExpressionResolveValues,
): CredentialValues {
	const { workflow, runExecutionData, runIndex, itemIndex, node, connectionInputData } = resolution;
	return workflow.expression.getParameterValue(
		values as INodeParameters,
		runExecutionData,
		runIndex,
		itemIndex,
		node.name,
		connectionInputData,
		mode,
		getAdditionalKeys(additionalData, mode, null),
		executeData,
		false,
		values as INodeParameters,
	) as CredentialValues;
}

/** A node type with nothing but code. */
export function nodeThatRuns(
	displayName: string,
	execute: NonNullable<INodeType['execute']>,
	properties: INodeType['description']['properties'] = [],
): INodeType {
	return {
		description: {
			displayName,
			name: displayName,
			group: [],
			version: 1,
			description: '',
			defaults: { name: displayName },
			inputs: ['main'],
			outputs: ['main'],
			properties,
		},
		execute,
	};
}

/** A node type that passes its items on: the start and the ends of a test workflow. */
export function passThroughNode(displayName: string): INodeType {
	return nodeThatRuns(displayName, async function () {
		return [this.getInputData()];
	});
}

export function nodeAt(name: string, type: string, settings: Partial<INode> = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {}, ...settings };
}
