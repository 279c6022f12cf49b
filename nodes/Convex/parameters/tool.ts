import type { INodeProperties } from 'n8n-workflow';
import { integerField } from './field';
import type { Resource } from './resource';

/** Shows a property only where the node is the tool of an AI Agent. */
export const forTools = { '@tool': [true] };

/** What the model is told of the tool: n8n's own default does not say what it does. */
function modelDescription(resource: Resource, text: string): INodeProperties {
	return {
		displayName: 'Description',
		name: 'toolDescription',
		type: 'string',
		default: text,
		required: true,
		typeOptions: { rows: 3 },
		description: 'What the model is told of the tool: what it does, and when to use it',
		displayOptions: { show: { ...forTools, resource: [resource] } },
	};
}

/** An expression for what stands in a resource locator. */
const chosen = (name: string) => `{{ $parameter["${name}"]?.value ?? $parameter["${name}"] }}`;

/** One for what the operation does, in words for a model: it changes when the operation does. */
function byOperation(texts: Record<string, string>): string {
	const choices = Object.entries(texts).map(([name, text]) => `${name}: "${text}"`);
	return `{{ ({ ${choices.join(', ')} })[$parameter["operation"]] ?? $parameter["operation"] }}`;
}

const FUNCTION_WORK = byOperation({
	query: 'reads data, changes nothing',
	mutation: 'changes data, all of it or nothing',
	action: 'may have effects in other services',
	run: 'may change data',
	waitForResult: 'waits for data',
});

const DOCUMENT_WORK = byOperation({
	create: 'adds a document',
	delete: 'deletes a document for good, by its ID (_id)',
	get: 'reads a document, by its ID (_id)',
	getMany: 'lists documents, with their IDs (_id)',
	import: 'writes many documents at once',
	update: 'changes a document, by its ID (_id)',
});

const FILE_WORK = byOperation({
	delete: 'deletes a file for good, by its ID',
	download: 'tells the type, size and checksum of a file, by its ID or URL',
	get: 'tells the type, size, checksum and URL of a file, by its ID',
	getMany: 'lists files with their IDs (_id), types, sizes and URLs',
	upload: 'stores a text as a file, and tells its ID (storageId)',
});

const DESCRIPTIONS: INodeProperties[] = [
	modelDescription(
		'function',
		`=Calls the function ${chosen('functionPath')} of a Convex backend (${FUNCTION_WORK}). Give IDs exactly as other results have them.`,
	),
	modelDescription(
		'document',
		`=Uses the table ${chosen('table')} of a Convex backend: ${DOCUMENT_WORK}.`,
	),
	modelDescription('file', `=Uses the files of a Convex backend: ${FILE_WORK}.`),
	modelDescription(
		'httpAction',
		`=Sends a request to the HTTP action ${chosen('path')} of a Convex backend.`,
	),
];

export const maxResultLength = integerField({
	displayName: 'Maximum Result Length',
	name: 'maxResultLength',
	default: 20_000,
	noDataExpression: true,
	min: 1_000,
	max: 10_000_000,
	unit: 'characters',
	description:
		'How long a result may be that the model gets, in characters of its JSON; of a longer one, it gets the first rows and is told what is left out',
	displayOptions: { show: forTools },
});

function notice(
	name: string,
	text: string,
	show: NonNullable<INodeProperties['displayOptions']>['show'],
): INodeProperties {
	return {
		displayName: text,
		name,
		type: 'notice',
		default: '',
		displayOptions: { show: { ...forTools, ...show } },
	};
}

const BY_MODEL = [{ _cnd: { includes: '$fromAI' } }];

const FUNCTION_OF_MODEL =
	"The model chooses the function here, and can call every function that the credential's user or key may call. Choose the function yourself unless that is what you want.";

const NO_INPUT_ITEM =
	"<b>Using Input Item</b> does not work in a tool: the item is the agent's own, not what the model gives. Fill in the fields one by one, with ✨ for the model.";

/**
 * Reminders where a tool goes wrong. What says whether a parameter is there is asked before it: n8n 1
 * fails to load a workflow where it looks for a text in a parameter that is not there.
 */
const NOTICES: INodeProperties[] = [
	notice('functionOfModelNotice', FUNCTION_OF_MODEL, {
		resource: ['function'],
		functionPath: BY_MODEL,
	}),
	notice('uploadFunctionOfModelNotice', FUNCTION_OF_MODEL, {
		resource: ['file'],
		operation: ['upload'],
		uploadUrlFrom: ['function'],
		functionPath: BY_MODEL,
	}),
	notice(
		'tableOfModelNotice',
		"The model chooses the table here, and can use every table that the credential's key may use. Choose the table yourself unless that is what you want.",
		{ resource: ['document'], table: BY_MODEL },
	),
	notice(
		'pathOfModelNotice',
		'The model chooses the path here, and can call every HTTP action of the app. Choose the path yourself unless that is what you want.',
		{ resource: ['httpAction'], path: BY_MODEL },
	),
	notice(
		'downloadByModelNotice',
		'n8n hands no files to a model: this tool tells it what is known of the file, without the content. Use Get to give it the URL.',
		{ resource: ['file'], operation: ['download'] },
	),
	notice('argumentsOfItemNotice', NO_INPUT_ITEM, { argumentsMode: ['item'] }),
	notice('fieldsOfItemNotice', NO_INPUT_ITEM, { fieldsMode: ['item'] }),
];

/** What the node shows only as the tool of an AI Agent, above everything else. */
export const toolDescription: INodeProperties[] = [...DESCRIPTIONS, ...NOTICES];
