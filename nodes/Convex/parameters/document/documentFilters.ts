import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { FilterOperator } from '../../convex/documents/documentFilter';
import { typeChoice, typesOf, valueInputs } from '../arguments/fields';

type Input = 'value' | 'list' | 'type' | 'nothing';

interface OperatorRow extends INodePropertyOptions {
	/** The name in saved workflows. */
	value: string;
	/** What Convex calls it. */
	operator: FilterOperator;
	/** What is entered beside it. */
	input: Input;
}

export const OPERATORS: OperatorRow[] = [
	{ name: 'Equals', value: 'equals', operator: 'eq', input: 'value' },
	{ name: 'Is Greater Than', value: 'greaterThan', operator: 'gt', input: 'value' },
	{
		name: 'Is Greater Than or Equal To',
		value: 'greaterThanOrEqual',
		operator: 'gte',
		input: 'value',
	},
	{
		name: 'Is Less Than',
		value: 'lessThan',
		operator: 'lt',
		input: 'value',
		description: 'A field that is not set is less than any value: add Is Set to leave those out',
	},
	{
		name: 'Is Less Than or Equal To',
		value: 'lessThanOrEqual',
		operator: 'lte',
		input: 'value',
		description: 'A field that is not set is less than any value: add Is Set to leave those out',
	},
	{ name: 'Is None Of', value: 'noneOf', operator: 'noneOf', input: 'list' },
	{ name: 'Is Not of Type', value: 'notOfType', operator: 'notype', input: 'type' },
	{ name: 'Is Not Set', value: 'notSet', operator: 'eq', input: 'nothing' },
	{ name: 'Is of Type', value: 'ofType', operator: 'type', input: 'type' },
	{ name: 'Is One Of', value: 'oneOf', operator: 'anyOf', input: 'list' },
	{ name: 'Is Set', value: 'set', operator: 'neq', input: 'nothing' },
	{ name: 'Not Equal To', value: 'notEquals', operator: 'neq', input: 'value' },
];

/** The types that fields of documents have, in Convex's words for them. */
export const FIELD_TYPES: INodePropertyOptions[] = [
	{ name: 'Array', value: 'array' },
	{ name: 'Boolean', value: 'boolean' },
	{ name: 'Bytes', value: 'bytes' },
	{ name: 'Document ID', value: 'id' },
	{ name: 'Int64', value: 'bigint' },
	{ name: 'Null', value: 'null' },
	{ name: 'Number', value: 'number' },
	{ name: 'Object', value: 'object' },
	{ name: 'String', value: 'string' },
];

const TYPES = typesOf(false);

/** @param displayOptions where the filters are shown */
export function filtersDescription(
	displayOptions: INodeProperties['displayOptions'],
): INodeProperties {
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Filter' },
		default: {},
		placeholder: 'Add Filter',
		description: 'What the fields of a document have to be; all filters have to hold',
		displayOptions,
		options: [
			{
				displayName: 'Filter',
				name: 'filter',
				values: [
					{
						displayName: 'Field',
						name: 'field',
						type: 'string',
						default: '',
						placeholder: 'e.g. status',
						description: "The field's name, or a path such as address.city",
					},
					{
						displayName: 'Operator',
						name: 'operator',
						type: 'options',
						default: 'equals',
						description: 'How the field is compared',
						options: OPERATORS.map(({ name, value, description }) => ({
							name,
							value,
							...(description !== undefined && { description }),
						})),
					},
					shownWith(
						'value',
						typeChoice(
							TYPES,
							"The value's type in Convex; Automatic takes that of the field in the table's schema",
						),
					),
					shownWith('list', {
						displayName: 'Values',
						name: 'value',
						type: 'json',
						default: '[]',
						placeholder: 'e.g. ["open", "waiting"]',
						description: 'The values as a list, as JSON or an expression',
					}),
					shownWith('type', {
						displayName: 'Field Type',
						name: 'value',
						type: 'options',
						default: 'string',
						description: 'The type that the field has in Convex',
						options: FIELD_TYPES,
					}),
					...valueInputs(TYPES).map((input) => shownWith('value', input)),
				],
			},
		],
	};
}

function shownWith(input: Input, property: INodeProperties): INodeProperties {
	const operator = OPERATORS.filter((row) => row.input === input).map(({ value }) => value);
	return {
		...property,
		displayOptions: { show: { ...property.displayOptions?.show, operator } },
	};
}
