import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { withoutEmptyNames } from '../../convex/values/names';
import { describeType } from '../../convex/values/plainObject';
import { parseJsonData } from '../../convex/values/jsonText';
import { inputFailure } from '../../convex/failure';
import { isComputed, readsItem } from '../expressions';
import { enumField, readParameter } from '../field';
import { checkEvaluated } from '../jsonParameter';
import type { ParameterReader } from '../parameterReader';
import { checkAnyKnown, checkBlanks, checkSpelling } from './itemFieldNames';

const selection = enumField({
	displayName: 'Fields to Send',
	name: 'itemFields',
	default: 'all',
	choices: [
		{ name: 'All', value: 'all', description: 'Every field of the input item' },
		{ name: 'All Except', value: 'except', description: 'Every field but those named below' },
		{ name: 'Only', value: 'only', description: 'Just the fields named below' },
	],
});

/**
 * @param mode the parameter that chooses the input item
 * @param description what becomes of the fields
 */
export function itemFieldsDescription(
	mode = 'argumentsMode',
	description = "Which of the input item's fields become arguments",
): INodeProperties[] {
	return [
		{
			...selection.property,
			description,
			displayOptions: { show: { [mode]: ['item'] } },
		},
		{
			displayName: 'Field Names',
			name: 'itemFieldNames',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. title, priority',
			description: 'Names of fields, separated by commas, or an expression that gives a list',
			displayOptions: { show: { [mode]: ['item'], itemFields: ['except', 'only'] } },
		},
	];
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The fields of the input item. n8n takes the byte order mark of a CSV file for a part of the name of
 * its first column, where nobody sees it: as before JSON, it is skipped. No name in Convex has one.
 */
export function fieldsOfItem(context: ParameterReader, itemIndex: number): IDataObject {
	const json: IDataObject = context.input?.get(itemIndex)?.json ?? {};
	if (!Object.keys(json).some((name) => name.startsWith(BYTE_ORDER_MARK))) return json;
	const entries = Object.entries(json).map(([name, value]): [string, IDataObject[string]] => {
		const plain = name.startsWith(BYTE_ORDER_MARK) ? name.slice(1) : name;
		return [Object.hasOwn(json, plain) ? name : plain, value];
	});
	return Object.fromEntries(entries);
}

/** The fields of the input item that the user wants to send; none of them is changed. */
export function readItemFields(context: ParameterReader, itemIndex: number): IDataObject {
	const json = fieldsOfItem(context, itemIndex);
	const selected = readParameter(context, selection, itemIndex);
	if (selected === 'all') return json;
	const names = readFieldNames(context, json, selected, itemIndex);
	const isNamed = selected === 'only' ? naming(names) : namingRoughly(names);
	const keep = selected === 'only' ? isNamed : (name: string) => !isNamed(name);
	return Object.fromEntries(Object.entries(json).filter(([name]) => keep(name)));
}

function naming(names: readonly string[]): (name: string) => boolean {
	const known = new Set(names);
	return (name) => known.has(name);
}

/** What is meant to stay back stays back, whatever blanks stand around its name, here or in the item. */
function namingRoughly(names: string[]): (name: string) => boolean {
	const isNamed = naming(names.map((name) => name.trim()));
	return (name) => isNamed(name.trim());
}

function readFieldNames(
	context: ParameterReader,
	json: IDataObject,
	selected: 'only' | 'except',
	itemIndex: number,
): string[] {
	checkEvaluated(context, { name: 'itemFieldNames', subject: "'Field Names'" });
	const value: unknown = context.getNodeParameter('itemFieldNames', itemIndex);
	const stored = context.stored('itemFieldNames');
	const names = parseFieldNames("'Field Names'", value, isComputed(stored));
	if (names.length === 0) {
		throw inputFailure(
			"'Field Names' is empty",
			"Name at least one field, or set 'Fields to Send' to 'All'.",
		);
	}
	checkSpelling(names, typeof value === 'string', json, context.input);
	if (selected === 'only') checkBlanks(names, json);
	if (selected === 'only' || readsItem(stored)) checkAnyKnown(names, context.input);
	return names;
}

/**
 * The names of a list are taken literally, also of one that is written as JSON; blanks between the
 * commas of a text are not meant.
 *
 * @param subject the parameter in a sentence
 * @param areComputed whether an expression gives them
 * @throws ConvexFailure (`input`) for an entry that is no name
 */
export function parseFieldNames(subject: string, value: unknown, areComputed: boolean): string[] {
	const names = givenNames(value).map((name) => toFieldName(subject, name));
	return withoutEmptyNames(subject, names, areComputed);
}

function givenNames(value: unknown): unknown[] {
	if (typeof value !== 'string') return [value].flat();
	// A name may begin with a bracket.
	const list = parseJsonData(value);
	return Array.isArray(list) ? list : value.split(',').map((name) => name.trim());
}

/** A name that was passed over would let a field through that was meant to stay back. */
function toFieldName(subject: string, name: unknown): string {
	if (typeof name === 'string' || typeof name === 'number') return String(name);
	throw inputFailure(
		`${subject} has an entry that is ${describeType(name)}, not a name`,
		'Use text with commas, or an expression that gives a list of texts.',
	);
}
