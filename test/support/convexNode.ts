import type {
	ICredentialType,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IRun,
	IWorkflowSettings,
	NodeParameterValueType,
} from 'n8n-workflow';
import {
	editorContext,
	nodeAt,
	outputsOf,
	passThroughNode,
	runWorkflow,
	type CredentialValues,
	type Installation,
} from './engine';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { Convex } from '../../nodes/Convex/Convex.node';

export interface ConvexRunOptions {
	credential: CredentialValues;
	parameters: { [name: string]: NodeParameterValueType };
	/** The items that reach the node; one empty item unless given. */
	input?: Array<IDataObject | INodeExecutionData>;
	/** Node settings such as onError and retryOnFail. */
	settings?: Partial<INode>;
	/** Settings of the workflow. */
	workflowSettings?: IWorkflowSettings;
	cancelSignal?: AbortSignal;
	/** A Convex node other than that of this source. */
	nodeType?: INodeType;
	/** A credential type other than that of this source. */
	credentialType?: ICredentialType;
	/** How often the node runs, each time with all items: as behind so many branches. */
	runs?: number;
}

export interface ConvexRunResult {
	/** The items of the first output. */
	success: INodeExecutionData[];
	/** The items of the error output, as the node behind it gets them. */
	error: INodeExecutionData[];
	/** The error that stopped the workflow, as n8n stores it. */
	stoppedBy: StoredError | undefined;
	credentialReads: number;
	run: IRun;
}

export interface StoredError {
	name: string;
	message: string;
	description?: string | null;
	httpCode?: string | null;
	context: IDataObject;
}

const NODE_TYPE = 'n8n-nodes-convex.convex';

/** Runs the Convex node, that of this source unless another is given, between a start node and one node behind each output. */
export async function runConvex(options: ConvexRunOptions): Promise<ConvexRunResult> {
	const { parameters, input = [{}], settings, workflowSettings, cancelSignal, runs = 1 } = options;
	const items = input.map((item) => (isItem(item) ? item : { json: item }));
	const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];
	const { run, credentialReads } = await runWorkflow(
		installationWith(options),
		{
			name: 'test',
			nodes: [
				nodeAt('Start', 'test.passThrough'),
				{ ...convexNode(parameters), ...settings },
				nodeAt('Success', 'test.passThrough'),
				nodeAt('Error', 'test.passThrough'),
			],
			connections: {
				Start: { main: [Array.from({ length: runs }, () => to('Convex')).flat()] },
				Convex: { main: [to('Success'), to('Error')] },
			},
			pinData: { Start: items },
			...(workflowSettings !== undefined && { settings: workflowSettings }),
		},
		cancelSignal,
	);
	return {
		success: outputsOf(run, 'Convex')[0] ?? [],
		error: outputsOf(run, 'Error')[0] ?? [],
		stoppedBy: run.data.resultData.error as StoredError | undefined,
		credentialReads,
		run,
	};
}

function installationWith({
	credential,
	nodeType = new Convex(),
	credentialType = new ConvexApi(),
}: Pick<ConvexRunOptions, 'credential' | 'nodeType' | 'credentialType'>): Installation {
	return {
		nodeTypes: {
			'test.passThrough': passThroughNode('passThrough'),
			[NODE_TYPE]: nodeType,
		},
		credentialTypes: { convexApi: credentialType },
		credentials: { convexApi: credential },
	};
}

function convexNode(parameters: ConvexRunOptions['parameters']): INode {
	return nodeAt('Convex', NODE_TYPE, {
		parameters,
		credentials: { convexApi: { id: '1', name: 'Convex' } },
	});
}

type ListSearch = NonNullable<NonNullable<INodeType['methods']>['listSearch']>[string];

/** The node's form in the editor, filled in so far with these parameters. */
export function convexForm(
	options: Pick<ConvexRunOptions, 'credential' | 'parameters' | 'nodeType' | 'credentialType'>,
) {
	const context = editorContext(installationWith(options), convexNode(options.parameters));
	const { listSearch, resourceMapping } = options.nodeType?.methods ?? new Convex().methods;
	const lists: { [name: string]: ListSearch | undefined } = { ...listSearch };
	const search = async (name: string, filter?: string) => {
		const method = lists[name];
		if (method === undefined) throw new Error(`the node type has no ${name}`);
		return (await method.call(context, filter)).results;
	};
	const { getArguments, getDocumentFields } = resourceMapping ?? {};
	if (getArguments === undefined || getDocumentFields === undefined) {
		throw new Error('the node type does not fill in forms');
	}
	return {
		searchFunctions: async (filter?: string) => await search('searchFunctions', filter),
		searchListArguments: async (filter?: string) => await search('searchListArguments', filter),
		searchTables: async (filter?: string) => await search('searchTables', filter),
		searchIndexes: async (filter?: string) => await search('searchIndexes', filter),
		searchHttpRoutes: async (filter?: string) => await search('searchHttpRoutes', filter),
		getArguments: async () => await getArguments.call(context),
		getDocumentFields: async () => await getDocumentFields.call(context),
	};
}

function isItem(item: IDataObject | INodeExecutionData): item is INodeExecutionData {
	return 'json' in item && typeof item.json === 'object' && item.json !== null;
}

/** The node's parameters for a function that is called with JSON arguments. */
export function calling(
	operation: string,
	path: string,
	args: unknown = {},
	options: { [option: string]: NodeParameterValueType } = {},
	more: ConvexRunOptions['parameters'] = {},
): ConvexRunOptions['parameters'] {
	return {
		operation,
		functionPath: { __rl: true, mode: 'path', value: path },
		argumentsMode: 'json',
		argumentsJson: typeof args === 'string' ? args : JSON.stringify(args),
		options,
		...more,
	};
}

/** The option 'Act as User', with the user as JSON, an object, or an expression that gives one. */
export function userOf(json: NodeParameterValueType): { user: INodeParameters } {
	return { user: { specifyUser: 'json', json } };
}
