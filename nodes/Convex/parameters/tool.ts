import type { INodeProperties } from 'n8n-workflow';
import type { Resource } from './resource';

const forTools = { '@tool': [true] };

/** n8n tells the model what stands under this name; its own default does not say what the tool does. */
function modelDescription(resource: Resource, text: string, description: string): INodeProperties {
	return {
		displayName: 'Description',
		name: 'toolDescription',
		type: 'string',
		default: text,
		required: true,
		typeOptions: { rows: 2 },
		description,
		displayOptions: { show: { ...forTools, resource: [resource] } },
	};
}

/** What the node shows only as the tool of an AI Agent. */
export const toolDescription: INodeProperties[] = [
	modelDescription(
		'function',
		'=Call the function {{ $parameter["functionPath"]?.value ?? $parameter["functionPath"] }} of a Convex backend ({{ $parameter["operation"] }})',
		'What the model is told of the tool: what the function does, and when to use it',
	),
	modelDescription(
		'document',
		'=Use documents of the table {{ $parameter["table"]?.value ?? $parameter["table"] }} of a Convex backend ({{ $parameter["operation"] }})',
		'What the model is told of the tool: what it does, and when to use it',
	),
	modelDescription(
		'file',
		'=Work with the files of a Convex backend ({{ $parameter["operation"] }})',
		'What the model is told of the tool: what it does, and when to use it',
	),
	modelDescription(
		'httpAction',
		'=Call the HTTP action {{ $parameter["path"]?.value ?? $parameter["path"] }} of a Convex backend',
		'What the model is told of the tool: what it does, and when to use it',
	),
	{
		displayName:
			"The model chooses the function here, and can call every function that the credential's user or key may call. Choose the function yourself unless that is what you want.",
		name: 'functionOfModelNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { ...forTools, functionPath: [{ _cnd: { includes: '$fromAI' } }] } },
	},
	{
		displayName:
			"The model chooses the table here, and can read every table that the credential's key may read. Choose the table yourself unless that is what you want.",
		name: 'tableOfModelNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { ...forTools, table: [{ _cnd: { includes: '$fromAI' } }] } },
	},
	{
		displayName:
			'The model chooses the path here, and can call every HTTP action of the app. Choose the path yourself unless that is what you want.',
		name: 'pathOfModelNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { ...forTools, path: [{ _cnd: { includes: '$fromAI' } }] } },
	},
];
