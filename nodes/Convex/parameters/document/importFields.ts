import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isComputed } from '../expressions';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { parseKeyFields } from '../../convex/imports/keyIndex';
import { adviceOutsideArguments, parseJsonText } from '../../convex/values/jsonText';
import { describeType } from '../../convex/values/plainObject';
import { isDataObject } from '../../transport/dataObject';
import { itemFieldsDescription } from '../arguments/inputItem';
import { enumField, readValue } from '../field';
import type { ParameterReader } from '../parameterReader';
import { forTools } from '../tool';

/** Not n8n's 'Create or Update': a row replaces its document, fields that it lacks included. */
const BY_KEY = 'upsert';

const forImport = { operation: ['import'] };

const importMode = enumField({
	displayName: 'Import Mode',
	name: 'importMode',
	noDataExpression: true,
	default: 'append',
	description: 'What becomes of the documents that the table has already',
	choices: [
		{
			name: 'Append',
			value: 'append',
			description: 'Add a document for each row, and leave all others as they are',
		},
		{
			name: 'Replace Table',
			value: 'replace',
			description: 'Delete all documents of the table, and put the rows in their place',
		},
		{
			name: 'Upsert by Key',
			value: BY_KEY,
			description: 'Replace the document with the same key, or add one where there is none',
		},
	],
	displayOptions: { show: forImport },
});

export type ImportMode = typeof importMode.unset;

const ROWS_SUBJECT = "'Rows (JSON)'";

/** The rows in a tool, whose input item is no row. */
const rows: INodeProperties = {
	displayName: 'Rows (JSON)',
	name: 'rowsJson',
	type: 'json',
	typeOptions: { rows: 3 },
	default: "={{ $fromAI('rows', 'The documents: a list of JSON objects', 'json') }}",
	required: true,
	description: 'The documents to write, as a list of JSON objects; name their fields to the model',
	displayOptions: { show: { ...forTools, ...forImport } },
};

/** How rows get into a table. */
export const importDescription: INodeProperties[] = [
	rows,
	importMode.property,
	{
		displayName:
			'Replace Table deletes every document of the table. The rows take their place in one step, all of them or none. They get new IDs, unless they have the <code>_id</code> of a document of this table. Leave out the IDs of other tables.',
		name: 'replaceNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { ...forImport, importMode: ['replace'] } },
	},
	{
		displayName:
			'A row replaces the whole document with its key: fields that the row does not have are removed. The first import by a key has Convex build a hidden index for the table.',
		name: 'upsertNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { ...forImport, importMode: [BY_KEY] } },
	},
	{
		displayName: 'Key Fields',
		name: 'keyFields',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. email',
		description:
			'The field, or fields separated by commas, by which a row finds its document; no two documents may have the same',
		displayOptions: { show: { ...forImport, importMode: [BY_KEY] } },
	},
	...itemFieldsDescription('operation', "Which of the input item's fields become the document").map(
		(property) => ({
			...property,
			displayOptions: { show: { ...property.displayOptions?.show, ...forImport } },
		}),
	),
];

/** The rows that a model gave in one call. @throws ConvexFailure (`input`) for what is no list of objects */
export function readRowsOfTool(context: IExecuteFunctions): IDataObject[] {
	const given: unknown = context.getNodeParameter(rows.name, 0, '');
	const parsed: unknown =
		typeof given === 'string' ? parseJsonText(ROWS_SUBJECT, given, ROWS_ADVICE) : given;
	const list: unknown[] = [parsed].flat();
	if (list.length === 0) throw notRows('is empty');
	return list.map((row, index) => {
		if (isDataObject(row)) return row;
		throw notRows(`has an entry that is ${describeType(row)}, not an object (number ${index})`);
	});
}

const ROWS_ADVICE = adviceOutsideArguments('Give a list of JSON objects.');

function notRows(what: string): ConvexFailure {
	return inputFailure(
		`${ROWS_SUBJECT} ${what}`,
		'Give a list of JSON objects, one for each document.',
	);
}

/** The mode, which is the same for all items. */
export function readImportMode(context: IExecuteFunctions): ImportMode {
	const { importMode: stored } = context.getNode().parameters;
	return stored === undefined ? importMode.unset : readValue("'Import Mode'", importMode, stored);
}

/** @throws ConvexFailure (`input`) for names by which no rows can be matched */
export function readKeyFields(parameters: ParameterReader, itemIndex: number): string[] {
	const areComputed = isComputed(parameters.stored('keyFields'));
	return parseKeyFields(parameters.getNodeParameter('keyFields', itemIndex, ''), areComputed);
}
