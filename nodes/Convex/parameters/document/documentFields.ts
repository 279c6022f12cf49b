import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { convertDocument, type GivenFields } from '../../convex/documents/documentConversion';
import { SYSTEM_FIELDS, type TableFields } from '../../convex/documents/tableFields';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { TABLE } from '../../convex/values/conversion';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { adviceOutsideArguments } from '../../convex/values/jsonText';
import { isPlainObject } from '../../convex/values/plainObject';
import { listed, shortened } from '../../convex/values/quote';
import type { ObjectValidator } from '../../convex/values/validator';
import {
	argumentFieldsDescription,
	readArgumentFields,
	type TypedValues,
} from '../arguments/fields';
import { fieldsOfItem, itemFieldsDescription, readItemFields } from '../arguments/inputItem';
import { filledIn, MAPPING_MODE, pick } from '../arguments/mapped';
import { dateParser } from '../dates';
import { fieldHasExpression, isFieldMeantToBeGiven } from '../expressions';
import { enumField, readParameter } from '../field';
import { readJsonParameter } from '../jsonParameter';
import type { ParameterReader } from '../parameterReader';

const mode = enumField({
	displayName: 'Fields',
	name: 'fieldsMode',
	default: 'mapping',
	description: "Where the document's fields come from",
	choices: [
		{
			name: 'Using Fields Below',
			value: 'fields',
			description: 'Name each field and choose its type',
		},
		{
			name: 'Using Input Item',
			value: 'item',
			description: "Take the input item's fields",
		},
		{
			name: 'Using JSON',
			value: 'json',
			description: 'Write all fields as one JSON object',
		},
		{
			name: 'Using Table Fields',
			value: 'mapping',
			description:
				"Fill in the table's own fields, with the types of its schema or of its documents",
		},
	],
});

const TYPED_FIELDS: TypedValues = {
	label: 'Fields',
	part: 'field',
	property: {
		displayName: 'Fields',
		name: 'typedFields',
		description: 'The fields of the document, without _id and _creationTime',
		displayOptions: { show: { fieldsMode: ['fields'] } },
	},
	entry: 'field',
	nameDescription: "The field's name, as in the table's schema",
	declarer: TABLE,
};

const MAPPED_FIELDS: INodeProperties = {
	displayName: 'Fields',
	name: 'fields',
	type: 'resourceMapper',
	noDataExpression: true,
	default: { mappingMode: 'defineBelow', value: null },
	required: true,
	description: "The table's own fields, with their types",
	typeOptions: {
		loadOptionsDependsOn: ['table.value', 'options.componentPath', 'operation', 'updateMode'],
		resourceMapper: {
			resourceMapperMethod: 'getDocumentFields',
			// Its fields are checked before a run, and those that are required cannot be removed.
			mode: 'add',
			valuesLabel: 'Fields',
			fieldWords: { singular: 'field', plural: 'fields' },
			addAllFields: true,
			supportAutoMap: true,
			refreshStaleSchemaOnOpen: true,
			hideNoDataError: true,
		},
	},
	displayOptions: { show: { fieldsMode: ['mapping'] } },
};

const JSON_SUBJECT = "'Document (JSON)'";

const JSON_ADVICE = adviceOutsideArguments('Write JSON. Use {} for no fields.');

const PROPERTIES: INodeProperties[] = [
	mode.property,
	MAPPED_FIELDS,
	argumentFieldsDescription(true, TYPED_FIELDS),
	...itemFieldsDescription(
		'fieldsMode',
		"Which of the input item's fields are written, without _id and _creationTime",
	),
	{
		displayName: 'Document (JSON)',
		name: 'documentJson',
		type: 'json',
		typeOptions: { rows: 5 },
		default: '{}',
		required: true,
		placeholder: 'e.g. { "name": "Ada", "age": 36 }',
		description: 'A JSON object with the fields, as text or as an expression that gives an object',
		displayOptions: { show: { fieldsMode: ['json'] } },
	},
];

/**
 * What a document's fields are filled in with.
 *
 * @param operations those that write fields
 */
export function documentFieldsDescription(operations: string[]): INodeProperties[] {
	return PROPERTIES.map((property) => ({
		...property,
		displayOptions: { show: { operation: operations, ...property.displayOptions?.show } },
	}));
}

/** The fields of an item's document, ready to be sent. */
export interface DocumentFields {
	fields: EncodedArguments;
	/** Those of the input item that 'Map Automatically' left out, as the table does not take them. */
	leftOut: readonly string[];
}

/** How an item's fields are called in errors. */
const ITEM = 'The input item';

type Given = Omit<GivenFields, 'isWhole'> & { leftOut?: string[] };

/**
 * Reads an item's document, or the fields of one that are to be changed.
 *
 * @param ask asks the deployment what the table takes; for a form also by the documents that it has
 * @param isWhole whether the document has no other fields than these
 * @throws ConvexFailure (`input`) naming the parameter and the field
 */
export async function readDocumentFields(
	context: ParameterReader,
	ask: (isForm: boolean) => Promise<TableFields>,
	isWhole: boolean,
	itemIndex: number,
): Promise<DocumentFields> {
	const chosen = readParameter(context, mode, itemIndex);
	const table = await ask(chosen === 'mapping');
	const { leftOut = [], ...given } =
		chosen === 'mapping'
			? readMapped(context, table, isWhole, itemIndex)
			: await readUnmapped(context, chosen, itemIndex);
	const parseDate = dateParser(context.getTimezone());
	const fields = convertDocument({ ...given, isWhole }, table, parseDate);
	// Nobody wrote down that the document is to be empty.
	if (isWhole && given.source === ITEM && Object.keys(fields).length === 0) throw emptyItem();
	return { fields, leftOut };
}

async function readUnmapped(
	context: ParameterReader,
	chosen: 'fields' | 'item' | 'json',
	itemIndex: number,
): Promise<Given> {
	switch (chosen) {
		case 'fields': {
			const values = await readArgumentFields(context, itemIndex, TYPED_FIELDS);
			return { source: "'Fields'", values, isForm: false };
		}
		case 'item': {
			const values = withoutSystemFields(readItemFields(context, itemIndex));
			return { source: ITEM, values, isForm: false };
		}
		case 'json': {
			const parameter = { name: 'documentJson', subject: JSON_SUBJECT, advice: JSON_ADVICE };
			const values = readJsonParameter(context, parameter, itemIndex);
			return { source: JSON_SUBJECT, values, isForm: false };
		}
	}
}

/** The fields of the form that is made from the table, or the item's fields of the same names. */
function readMapped(
	context: ParameterReader,
	table: TableFields,
	isWhole: boolean,
	itemIndex: number,
): Given {
	const mapping: unknown = context.getNodeParameter('fields', itemIndex);
	if (!isPlainObject(mapping)) throw notFilledIn();
	const chosen = MAPPING_MODE.read("The mapping mode of 'Fields'", mapping.mappingMode);
	const document: ObjectValidator = { type: 'object', fields: new Map(table.fields) };
	if (chosen === 'defineBelow') {
		const values = mapping.value ?? {};
		if (!isPlainObject(values)) throw notFilledIn();
		const stored = context.stored('fields.value');
		const isGiven = (name: string) => fieldHasExpression(stored, name);
		const filled = isWhole ? filledIn(values, document, isGiven) : withoutEmpty(values, isGiven);
		const isMeant = (name: string) =>
			Object.hasOwn(values, name) && isFieldMeantToBeGiven(stored, name);
		return { source: "'Fields'", values: filled, isForm: true, isMeant };
	}
	const item = withoutSystemFields(fieldsOfItem(context, itemIndex));
	const source = ITEM;
	if (table.source !== 'schema') {
		// What other documents happen to have says nothing of the values of an item.
		return { source, values: item, isForm: table.source === 'loose' };
	}
	const values = pick(item, document);
	const leftOut = Object.keys(item).filter((name) => !Object.hasOwn(values, name));
	if (leftOut.length > 0 && Object.keys(values).length === 0) throw noneFits(table);
	return { source, values, isForm: true, leftOut };
}

/** The form holds null for a field that was added and is empty: it is not to be changed. */
function withoutEmpty(
	values: Record<string, unknown>,
	isGiven: (name: string) => boolean,
): Record<string, unknown> {
	const filled = Object.entries(values).filter(([name, value]) => value !== null || isGiven(name));
	return Object.fromEntries(filled);
}

/** What Convex sets itself is in each item that comes from Convex. */
function withoutSystemFields(json: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(json).filter(([name]) => !SYSTEM_FIELDS.has(name)));
}

function notFilledIn(): ConvexFailure {
	return inputFailure("'Fields' is not filled in", 'Open the node and fill in its fields.');
}

/** What n8n gives where there is nothing. */
export function emptyItem(): ConvexFailure {
	return inputFailure(
		`${ITEM} has no fields to write`,
		"A node with the setting 'Always Output Data' gives such an item where it found nothing. Filter it out, or choose other fields of it.",
	);
}

function noneFits({ fields }: TableFields): ConvexFailure {
	const names = [...fields.keys()];
	return inputFailure(
		'The input item has none of the fields of the table',
		`'Map Automatically' takes the fields of the same names: ${listed(names, ', ', shortened)}. Rename the item's fields, or map each field manually.`,
	);
}
