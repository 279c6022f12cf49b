import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { description as documentDescription } from './actions/document';
import { description as functionDescription } from './actions/function';
import { router } from './actions/router';
import { credentialTest, listSearch, resourceMapping } from './methods';
import { toolDescription } from './parameters/tool';

export class Convex implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Convex',
		name: 'convex',
		icon: { light: 'file:../../icons/convex.svg', dark: 'file:../../icons/convex.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"] + ": " + ($parameter["resource"] === "document" ? ($parameter["table"]?.value ?? $parameter["table"] ?? "") : ($parameter["functionPath"]?.value ?? $parameter["functionPath"] ?? "")) }}',
		description: 'Run queries, mutations and actions of a Convex backend (convex.dev)',
		defaults: { name: 'Convex' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'convexApi', required: true, testedBy: 'convexApiTest' }],
		properties: [
			...toolDescription,
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'function',
				options: [
					{
						name: 'Document',
						value: 'document',
						description:
							'A document of a table, without a function of your own (needs a deploy key)',
					},
					{
						name: 'Function',
						value: 'function',
						description: 'A query, mutation or action of the app',
					},
				],
			},
			...documentDescription,
			...functionDescription,
		],
	};

	methods = { credentialTest, listSearch, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router(this);
	}
}
