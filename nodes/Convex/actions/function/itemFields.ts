import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { describeType } from '../../convex/arguments';
import { inputFailure } from '../../convex/failure';
import type { ParameterSource } from './parameterSource';

export const itemFieldsDescription: INodeProperties[] = [
	{
		displayName: 'Fields to Send',
		name: 'itemFields',
		type: 'options',
		default: 'all',
		description: "Which of the input item's fields become arguments",
		options: [
			{ name: 'All', value: 'all', description: 'Every field of the input item' },
			{ name: 'All Except', value: 'except', description: 'Every field but those named below' },
			{ name: 'Only', value: 'only', description: 'Just the fields named below' },
		],
		displayOptions: { show: { argumentsMode: ['item'] } },
	},
	{
		displayName: 'Field Names',
		name: 'itemFieldNames',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. title, priority',
		description: 'Names of fields, separated by commas, or an expression that gives a list',
		displayOptions: { show: { argumentsMode: ['item'], itemFields: ['except', 'only'] } },
	},
];

/** The fields of the input item that the user wants to send; none of them is changed. */
export function readItemFields(context: ParameterSource, itemIndex: number): IDataObject {
	const json: IDataObject = context.getInputData()[itemIndex]?.json ?? {};
	const selection: unknown = context.getNodeParameter('itemFields', itemIndex);
	if (selection === 'all') return json;
	const names = readFieldNames(context, itemIndex);
	const keep =
		selection === 'only' ? (name: string) => names.has(name) : (name: string) => !names.has(name);
	return Object.fromEntries(Object.entries(json).filter(([name]) => keep(name)));
}

function readFieldNames(context: ParameterSource, itemIndex: number): Set<string> {
	const value: unknown = context.getNodeParameter('itemFieldNames', itemIndex);
	const names: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
	const trimmed = names.map(toFieldName).filter((name) => name !== '');
	if (trimmed.length === 0) {
		throw inputFailure(
			"'Field Names' is empty",
			"Name at least one field, or set 'Fields to Send' to 'All'.",
		);
	}
	return new Set(trimmed);
}

/** A name that was passed over would let a field through that was meant to stay back. */
function toFieldName(name: unknown): string {
	if (typeof name === 'string' || typeof name === 'number') return String(name).trim();
	throw inputFailure(
		`'Field Names' has an entry that is ${describeType(name)}, not a name`,
		'Use text with commas, or an expression that gives a list of texts.',
	);
}
