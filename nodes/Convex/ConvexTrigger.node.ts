import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { credentialTest, listSearch, resourceMapping } from './methods';
import { description } from './triggers/query/description';
import { startTrigger } from './triggers/query/activate';
import { triggerBuilderHint, triggerHints, triggerPanel } from './triggers/query/triggerHints';

export class ConvexTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Convex Trigger',
		name: 'convexTrigger',
		icon: { light: 'file:../../icons/convex.svg', dark: 'file:../../icons/convex.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["functionPath"] ? $parameter["functionPath"].value ?? $parameter["functionPath"] : "" }}',
		description:
			'Starts the workflow as soon as the result of a Convex query (convex.dev) changes, without polling',
		eventTriggerDescription: "Waiting for the query's result",
		activationMessage: "The workflow now starts whenever the query's result changes.",
		defaults: { name: 'Convex Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'convexApi', required: true, testedBy: 'convexApiTest' }],
		triggerPanel,
		hints: triggerHints,
		builderHint: triggerBuilderHint,
		properties: description,
	};

	methods = { credentialTest, listSearch, resourceMapping };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startTrigger(this);
	}
}
