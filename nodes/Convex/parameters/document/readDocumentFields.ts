import type { IDataObject } from 'n8n-workflow';
import { convertDocument, type GivenFields } from '../../convex/documents/documentConversion';
import { SYSTEM_FIELDS, type TableFields } from '../../convex/documents/tableFields';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { adviceOutsideArguments } from '../../convex/values/jsonText';
import { isPlainObject } from '../../convex/values/plainObject';
import { listed, shortened } from '../../convex/values/quote';
import type { ObjectValidator } from '../../convex/values/validator';
import { readArgumentFields } from '../arguments/fields';
import { fieldsOfItem, readItemFields } from '../arguments/inputItem';
import { filledIn, MAPPING_MODE, pick } from '../arguments/mapped';
import { dateParser } from '../dates';
import {
	fieldHasExpression,
	isComputed,
	isFieldMeantToBeGiven,
	isMeantToBeGiven,
} from '../expressions';
import { readParameter } from '../field';
import { readJsonParameter } from '../jsonParameter';
import type { ParameterReader } from '../parameterReader';
import { fieldsMode, TYPED_FIELDS } from './documentFields';

const JSON_SUBJECT = "'Document (JSON)'";

const JSON_ADVICE = adviceOutsideArguments('Write JSON. Use {} for no fields.');

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
	const chosen = readParameter(context, fieldsMode, itemIndex);
	const table = await ask(chosen === 'mapping');
	const { leftOut = [], ...given } =
		chosen === 'mapping'
			? readMapped(context, table, isWhole, itemIndex)
			: await readUnmapped(context, chosen, itemIndex);
	const parseDate = dateParser(context.getTimezone());
	const fields = convertDocument({ ...given, isWhole }, table, parseDate);
	const isWrittenDown = chosen === 'json' && !isComputed(context.stored('documentJson'));
	if (isWhole && !isWrittenDown && Object.keys(fields).length === 0) {
		throw given.source === ITEM ? emptyItem() : emptyDocument(given.source);
	}
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
			const isMeant = meantFields(values, context.stored(TYPED_FIELDS.property.name));
			return { source: "'Fields'", values, isForm: false, isMeant };
		}
		case 'item': {
			const values = withoutSystemFields(readItemFields(context, itemIndex));
			return { source: ITEM, values, isForm: false };
		}
		case 'json': {
			const parameter = { name: 'documentJson', subject: JSON_SUBJECT, advice: JSON_ADVICE };
			const values = readJsonParameter(context, parameter, itemIndex);
			const isMeant = meantFields(values, context.stored(parameter.name));
			return { source: JSON_SUBJECT, values, isForm: false, isMeant };
		}
	}
}

/**
 * The fields that a change is meant to have a value for. What a model leaves out is not to be changed; an
 * expression of the workflow that gives nothing is a mistake.
 *
 * @param stored the parameter that gives the values
 */
function meantFields(values: unknown, stored: unknown): (name: string) => boolean {
	const given = isPlainObject(values) ? values : {};
	return (name) =>
		Object.hasOwn(given, name) && (given[name] !== undefined || isMeantToBeGiven(stored));
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

/** Expressions that find nothing would make a document empty, or create one that is. */
function emptyDocument(source: string): ConvexFailure {
	return inputFailure(
		`${source} gives no value, so that the document would have no fields`,
		"Check what its expressions give for this item, or filter the item out. To write a document without fields, set 'Fields' to 'Using JSON' and type {}.",
	);
}

function noneFits({ fields }: TableFields): ConvexFailure {
	const names = [...fields.keys()];
	return inputFailure(
		'The input item has none of the fields of the table',
		`'Map Automatically' takes the fields of the same names: ${listed(names, ', ', shortened)}. Rename the item's fields, or map each field manually.`,
	);
}
