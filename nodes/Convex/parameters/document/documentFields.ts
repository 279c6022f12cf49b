import type { INodeProperties } from 'n8n-workflow';
import { TABLE } from '../../convex/values/conversion';
import { argumentFieldsDescription, type TypedValues } from '../arguments/fields';
import { itemFieldsDescription } from '../arguments/inputItem';
import { enumField } from '../field';

export const fieldsMode = enumField({
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

export const TYPED_FIELDS: TypedValues = {
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

const PROPERTIES: INodeProperties[] = [
	fieldsMode.property,
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
