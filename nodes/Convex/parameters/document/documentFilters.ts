import type { JSONValue } from 'convex/values';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import {
	UNSET,
	type DocumentFilter,
	type FilterOperator,
} from '../../convex/documents/documentFilter';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { toArray } from '../../convex/values/argumentTypes';
import { FILTERED_TABLE, valueOrThrow } from '../../convex/values/conversion';
import { encodeElement } from '../../convex/values/encodeArguments';
import { describeType, isPlainObject } from '../../convex/values/plainObject';
import { quote } from '../../convex/values/quote';
import { readTypedValue, typeChoice, typesOf, valueInputs } from '../arguments/fields';
import type { ParameterReader } from '../parameterReader';

type Input = 'value' | 'list' | 'type' | 'nothing';

interface OperatorRow extends INodePropertyOptions {
	/** The name in saved workflows. */
	value: string;
	/** What Convex calls it. */
	operator: FilterOperator;
	/** What is entered beside it. */
	input: Input;
}

const OPERATORS: OperatorRow[] = [
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
const FIELD_TYPES: INodePropertyOptions[] = [
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
							"The value's type in Convex; a date needs Date, or it is compared as text",
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

/**
 * The filters as they were filled in. One that is unclear is refused: without it, other documents
 * would be read.
 *
 * @throws ConvexFailure (`input`) naming the field
 */
export async function readFilters(
	context: ParameterReader,
	itemIndex: number,
): Promise<DocumentFilter[]> {
	const stored: unknown = context.getNodeParameter('filters.filter', itemIndex, []);
	const rows = [stored].flat();
	return await Promise.all(
		rows.map(async (row, index) => await readFilter(context, itemIndex, row, index)),
	);
}

async function readFilter(
	context: ParameterReader,
	itemIndex: number,
	row: unknown,
	index: number,
): Promise<DocumentFilter> {
	if (!isPlainObject(row)) throw noFilter(row);
	const field = readFieldName(row.field, index);
	const subject = `'Filters': ${quote(field)}`;
	const chosen = Object.hasOwn(row, 'operator') ? row.operator : 'equals';
	const known = OPERATORS.find(({ value }) => value === chosen);
	if (known === undefined) throw unknownOperator(subject, chosen);
	const { operator, input } = known;
	switch (input) {
		case 'nothing':
			return { field, operator, value: UNSET };
		case 'list':
			return { field, operator, value: readList(subject, row.value) };
		case 'type':
			return { field, operator, value: readType(subject, field, row.value) };
		case 'value': {
			const type = Object.hasOwn(row, 'type') ? row.type : 'auto';
			const typed = { type, value: row.value };
			const value = await readTypedValue(context, itemIndex, subject, typed, FILTERED_TABLE);
			if (value === undefined) throw noValue(subject);
			return { field, operator, value: encodeElement(subject, value) };
		}
	}
}

function readFieldName(value: unknown, index: number): string {
	const field = typeof value === 'string' ? value.trim() : '';
	if (field === '') {
		throw inputFailure(
			`'Filters' has a filter without a field (number ${index + 1})`,
			'Name the field of every filter, or remove those that are not needed.',
		);
	}
	const isPath = field.split('.').every((name) => /^[\x20-\x7e]+$/.test(name) && !/^\$/.test(name));
	if (isPath) return field;
	throw inputFailure(
		`'Filters': ${quote(field)} is not the name of a field`,
		"Write a name as in the table's schema, e.g. status, or address.city for a field of an object. No name in Convex begins with '$'.",
	);
}

/** Convex does not decode what is in the list, so it can hold what plain JSON can say and nothing else. */
function readList(subject: string, value: unknown): JSONValue {
	const list = valueOrThrow(subject, toArray(value), FILTERED_TABLE);
	if (list.length === 0) {
		throw inputFailure(
			`${subject} is compared with an empty list`,
			'Give a list with at least one value, or remove the filter.',
		);
	}
	const encoded = encodeElement(subject, list);
	if (!hasEncodedType(encoded)) return encoded;
	throw inputFailure(
		`${subject} is compared with a list that has an int64, bytes or a special number in it`,
		"Convex compares these one by one only: use 'Equals' or 'Not Equal To'.",
	);
}

function hasEncodedType(value: JSONValue | undefined): boolean {
	if (typeof value !== 'object' || value === null) return false;
	if (Array.isArray(value)) return value.some(hasEncodedType);
	const fields = Object.entries(value);
	return fields.some(([name, field]) => name.startsWith('$') || hasEncodedType(field));
}

function readType(subject: string, field: string, value: unknown): string {
	const known = FIELD_TYPES.find((type) => type.value === value);
	if (known === undefined) {
		throw inputFailure(
			`${subject} has the unknown type ${quote(String(value))}`,
			`Choose a type from the list, or use an expression that gives one of: ${FIELD_TYPES.map((type) => type.value).join(', ')}.`,
		);
	}
	if (!field.includes('.')) return String(known.value);
	throw inputFailure(
		`${subject} is a field of an object, whose type Convex does not compare`,
		'Use a field of the document itself, or another operator.',
	);
}

function noFilter(row: unknown): ConvexFailure {
	return inputFailure(
		`'Filters' has an entry that is ${describeType(row)}, not a filter with a field, an operator and a value`,
		'Add filters one by one, or remove them.',
	);
}

function unknownOperator(subject: string, operator: unknown): ConvexFailure {
	return inputFailure(
		`${subject} has the unknown operator ${quote(String(operator))}`,
		`Choose one from the list, or use an expression that gives one of: ${OPERATORS.map(({ value }) => value).join(', ')}.`,
	);
}

function noValue(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} has no value to compare with: its expression gave nothing`,
		"Give a value, remove the filter, or use 'Is Not Set'.",
	);
}
