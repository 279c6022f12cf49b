import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { description as documentDescription } from './actions/document';
import { description as fileDescription } from './actions/file';
import { description as functionDescription } from './actions/function';
import { description as httpActionDescription } from './actions/httpAction';
import { router } from './actions/router';
import { credentialTest, listSearch, resourceMapping } from './methods';
import { builderHint } from './parameters/builderHint';
import { nodeHints } from './parameters/nodeHints';
import { resourceDescription } from './parameters/resource';
import { maxResultLength, toolDescription } from './parameters/tool';

export class Convex implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Convex',
		name: 'convex',
		icon: { light: 'file:../../icons/convex.svg', dark: 'file:../../icons/convex.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"] + ": " + ({ document: $parameter["table"]?.value ?? $parameter["table"], file: "file", httpAction: $parameter["path"]?.value ?? $parameter["path"] }[$parameter["resource"]] ?? $parameter["functionPath"]?.value ?? $parameter["functionPath"] ?? "") }}',
		description:
			'Run functions of a Convex backend (convex.dev), and work with its documents, files and HTTP actions',
		defaults: { name: 'Convex' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'convexApi', required: true, testedBy: 'convexApiTest' }],
		hints: nodeHints,
		// Secrets in the headers of an HTTP action's answer. n8n 2.41 does not redact by this list yet.
		sensitiveOutputFields: ['headers.set-cookie', 'headers.authorization', 'headers.cookie'],
		builderHint,
		properties: [
			...toolDescription,
			resourceDescription,
			...documentDescription,
			...fileDescription,
			...functionDescription,
			...httpActionDescription,
			maxResultLength.property,
		],
	};

	methods = { credentialTest, listSearch, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router(this);
	}
}
