import type { JSONValue } from 'convex/values';
import {
	UNSET,
	type DocumentFilter,
	type FilterOperator,
} from '../../convex/documents/documentFilter';
import { boundOf, filteredField } from '../../convex/documents/filteredField';
import { SYSTEM_FIELDS, type TableFields } from '../../convex/documents/tableFields';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { toArray } from '../../convex/values/argumentTypes';
import { FILTERED_TABLE, valueOrThrow } from '../../convex/values/conversion';
import { encodeElement } from '../../convex/values/encodeArguments';
import { describeType, isPlainObject } from '../../convex/values/plainObject';
import { listed, quote, shortened } from '../../convex/values/quote';
import type { ParseDate } from '../../convex/values/typeMatch';
import { readTypedValue } from '../arguments/fields';
import { dateParser } from '../dates';
import type { ParameterReader } from '../parameterReader';
import { FIELD_TYPES, OPERATORS } from './documentFilters';
import { checkMeaning, readUntyped, toTypeOfField } from './untypedFilterValue';

/**
 * The filters as they were filled in. One that is unclear is refused: without it, other documents
 * would be read.
 *
 * @param askFields what the table has; asked for once the filters are clear in themselves
 * @throws ConvexFailure (`input`) naming the field
 */
export async function readFilters(
	context: ParameterReader,
	askFields: () => Promise<TableFields>,
	itemIndex: number,
): Promise<DocumentFilter[]> {
	const stored: unknown = context.getNodeParameter('filters.filter', itemIndex, []);
	const rows = await Promise.all(
		[stored].flat().map(async (row, index) => await readRow(context, itemIndex, row, index)),
	);
	if (rows.length === 0) return [];
	const table = await askFields();
	const parseDate = dateParser(context.getTimezone());
	return rows.map((row) => toFilter(row, table, parseDate));
}

/** A filter that is clear in itself. */
interface FilterRow {
	field: string;
	/** In a sentence. */
	subject: string;
	operator: FilterOperator;
	compared: Compared;
}

/** What a field is compared with: encoded already, or values that get the type of the field. */
type Compared =
	| { status: 'encoded'; value: JSONValue }
	| { status: 'untyped'; value: unknown }
	| { status: 'list'; values: unknown[] };

async function readRow(
	context: ParameterReader,
	itemIndex: number,
	row: unknown,
	index: number,
): Promise<FilterRow> {
	if (!isPlainObject(row)) throw noFilter(row);
	const field = readFieldName(row.field, index);
	const subject = `'Filters': ${quote(field)}`;
	const chosen = Object.hasOwn(row, 'operator') ? row.operator : 'equals';
	const known = OPERATORS.find(({ value }) => value === chosen);
	if (known === undefined) throw unknownOperator(subject, chosen);
	const { operator, input } = known;
	const encoded = (value: JSONValue): FilterRow => {
		return { field, subject, operator, compared: { status: 'encoded', value } };
	};
	switch (input) {
		case 'nothing':
			return encoded(UNSET);
		case 'list':
			return { field, subject, operator, compared: readList(subject, row.value) };
		case 'type':
			return encoded(readType(subject, field, row.value));
		case 'value': {
			const type = Object.hasOwn(row, 'type') ? row.type : 'auto';
			const given = type === 'auto' ? readUntyped(context, itemIndex, row, index) : row.value;
			if (typeof given === 'number' && Number.isNaN(given)) throw isNoNumber(subject);
			const typed = { type, value: given };
			const value = await readTypedValue(context, itemIndex, subject, typed, FILTERED_TABLE);
			if (value === undefined) throw noValue(subject);
			const inType = encodeElement(subject, value);
			if (type !== 'auto' || inType === null) return encoded(inType);
			return { field, subject, operator, compared: { status: 'untyped', value: given } };
		}
	}
}

const ORDERED: ReadonlySet<FilterOperator> = new Set(['gt', 'gte', 'lt', 'lte']);

/** Where no type is chosen, a value gets that of the field. */
function toFilter(
	{ field, subject, operator, compared }: FilterRow,
	table: TableFields,
	parseDate: ParseDate,
): DocumentFilter {
	const type = filteredField(table, field);
	if (type === undefined) throw noField(subject, table);
	const isOrdered = ORDERED.has(operator);
	const validator = isOrdered ? boundOf(type) : type;
	const likeField = (value: unknown) => {
		if (isOrdered) checkMeaning(subject, validator, value, parseDate);
		return encodeElement(subject, toTypeOfField(subject, validator, value, parseDate));
	};
	switch (compared.status) {
		case 'encoded':
			return { field, operator, value: compared.value };
		case 'untyped':
			return { field, operator, value: likeField(compared.value) };
		case 'list': {
			const values = compared.values.map((value) => (value === null ? null : likeField(value)));
			return { field, operator, value: withoutEncodedTypes(subject, values) };
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

function readList(subject: string, value: unknown): Compared {
	const values = valueOrThrow(subject, toArray(value), FILTERED_TABLE);
	if (values.length === 0) {
		throw inputFailure(
			`${subject} is compared with an empty list`,
			'Give a list with at least one value, or remove the filter.',
		);
	}
	withoutEncodedTypes(subject, encodeElement(subject, values));
	return { status: 'list', values };
}

/** Convex does not decode what is in the list, so it can hold what plain JSON can say and nothing else. */
function withoutEncodedTypes(subject: string, encoded: JSONValue): JSONValue {
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

/** Convex would take it for a field that no document has set, which is less than any value. */
function noField(subject: string, { fields }: TableFields): ConvexFailure {
	const names = [...fields.keys(), ...SYSTEM_FIELDS.keys()];
	return inputFailure(
		`${subject} is a field that the table does not have`,
		`Its fields are: ${listed(names, ', ', shortened)}. A field of an object is written as a path, such as address.city.`,
	);
}

function unknownOperator(subject: string, operator: unknown): ConvexFailure {
	return inputFailure(
		`${subject} has the unknown operator ${quote(String(operator))}`,
		`Choose one from the list, or use an expression that gives one of: ${OPERATORS.map(({ value }) => value).join(', ')}.`,
	);
}

/** Convex puts NaN behind every number, so that a bound that an expression miscalculates would take all of them. */
function isNoNumber(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} is compared with NaN, which is not a number`,
		'Correct the expression. If the field is NaN indeed, write NaN as text.',
	);
}

function noValue(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} has no value to compare with: its expression gave nothing`,
		"Give a value, remove the filter, or use 'Is Not Set'.",
	);
}
