import type { INodeProperties } from 'n8n-workflow';

const forTools = { '@tool': [true] };

/** What the node shows only as the tool of an AI Agent. */
export const toolDescription: INodeProperties[] = [
	{
		displayName: 'Description',
		// n8n tells the model what stands under this name; its own default does not name the function.
		name: 'toolDescription',
		type: 'string',
		default:
			'={{ $parameter["resource"] === "document" ? "Use documents of the table " + ($parameter["table"]?.value ?? $parameter["table"]) : "Call the function " + ($parameter["functionPath"]?.value ?? $parameter["functionPath"]) }} of a Convex backend ({{ $parameter["operation"] }})',
		required: true,
		typeOptions: { rows: 2 },
		description: 'What the model is told of the tool: what the function does, and when to use it',
		displayOptions: { show: forTools },
	},
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
];
