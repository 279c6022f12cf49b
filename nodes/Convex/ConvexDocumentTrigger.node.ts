import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';
import { credentialTest, loadOptions } from './methods';
import { feedDescription } from './parameters/feed';
import { pollChanges } from './triggers/document/pollChanges';

export class ConvexDocumentTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Convex Document Trigger',
		name: 'convexDocumentTrigger',
		icon: { light: 'file:../../icons/convex.svg', dark: 'file:../../icons/convex.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ [].concat($parameter["tables"] ?? []).join(", ") }}',
		description:
			'Starts the workflow with every document of Convex tables (convex.dev) that was written or deleted, also while n8n was down',
		eventTriggerDescription: '',
		activationMessage: 'The workflow now starts when documents of the tables change.',
		defaults: { name: 'Convex Document Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'convexApi', required: true, testedBy: 'convexApiTest' }],
		// n8n adds the poll times to this list.
		properties: [...feedDescription],
	};

	methods = { credentialTest, loadOptions };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollChanges(this);
	}
}
