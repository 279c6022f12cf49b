import type { INodeProperties } from 'n8n-workflow';
import { UNSET_PLACEHOLDER } from '../../convex/documents/unsetPlaceholder';
import type { TableFields } from '../../convex/documents/tableFields';
import { inputFailure } from '../../convex/failure';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { quote } from '../../convex/values/quote';
import { parseFieldNames } from '../arguments/inputItem';
import { isComputed } from '../expressions';
import { enumField, readParameter } from '../field';
import type { ParameterReader } from '../parameterReader';
import { readDocumentFields } from './readDocumentFields';

const updateMode = enumField({
	displayName: 'Update',
	name: 'updateMode',
	default: 'fields',
	description: 'How much of the document changes',
	choices: [
		{
			name: 'Some Fields',
			value: 'fields',
			description: 'Set the fields below, and leave all others as they are',
		},
		{
			name: 'Whole Document',
			value: 'document',
			description: 'Replace the document: fields that are not below are removed',
		},
	],
	displayOptions: { show: { operation: ['update'] } },
});

const UNSET_SUBJECT = "'Fields to Remove'";

const UNSET: INodeProperties = {
	displayName: 'Fields to Remove',
	name: 'unsetFields',
	type: 'string',
	default: '',
	placeholder: 'e.g. dueAt, note',
	description:
		'Names of fields to remove from the document, separated by commas, or an expression that gives a list',
	displayOptions: { show: { operation: ['update'], updateMode: ['fields'] } },
};

/** What stands before the fields. */
export const updateModeDescription: INodeProperties = updateMode.property;

/** What stands behind them. */
export const unsetFieldsDescription: INodeProperties = UNSET;

/** What is to become of a document. */
export interface DocumentChange {
	/** Whether these are all fields that the document has afterwards. */
	isWhole: boolean;
	fields: EncodedArguments;
	/** Fields that are removed. */
	unset: readonly string[];
	/** As `DocumentFields` has it. */
	leftOut: readonly string[];
}

/** @throws ConvexFailure (`input`) naming the parameter and the field */
export async function readDocumentChange(
	context: ParameterReader,
	ask: (isForm: boolean) => Promise<TableFields>,
	itemIndex: number,
): Promise<DocumentChange> {
	const isWhole = readParameter(context, updateMode, itemIndex) === 'document';
	const given = await readDocumentFields(context, ask, isWhole, itemIndex);
	if (isWhole) return { ...given, isWhole, unset: [] };
	const names = context.getNodeParameter('unsetFields', itemIndex, '');
	const areComputed = isComputed(context.stored('unsetFields'));
	const unset = [...new Set(parseFieldNames(UNSET_SUBJECT, names, areComputed))];
	if (unset.length === 0 && Object.keys(given.fields).length === 0) {
		throw inputFailure(
			'There is nothing to change: no field is given',
			"Give at least one field in 'Fields', or name one in 'Fields to Remove'. A field that is left empty in the form is not changed.",
		);
	}
	const table = unset.length === 0 ? undefined : await ask(false);
	for (const name of unset) checkUnset(name, given.fields, table);
	return { ...given, isWhole, unset };
}

/** @throws ConvexFailure (`input`) for a field that cannot be removed */
function checkUnset(name: string, set: EncodedArguments, table: TableFields | undefined): void {
	const what = `${UNSET_SUBJECT} names ${quote(name)}`;
	if (/^[_$]/.test(name)) {
		throw inputFailure(`${what}, which no document has as a field of its own`, 'Leave it out.');
	}
	if (Object.hasOwn(set, name)) {
		throw inputFailure(
			`${what}, which 'Fields' sets`,
			'A field is either set or removed: leave it out in one of the two places.',
		);
	}
	if (table?.source !== 'schema') return;
	const field = table.fields.get(name);
	if (field === undefined) {
		throw inputFailure(`${what}, which the table does not have`, 'Correct the name.');
	}
	if (!field.optional) {
		throw inputFailure(
			`${what}, which the table requires`,
			'Set it to another value, or make it optional in convex/schema.ts.',
		);
	}
}

/** The fields as `patchDocumentsFields` takes them. */
export function patchOf({ fields, unset }: DocumentChange): EncodedArguments {
	const removed = unset.map((name): [string, string] => [name, UNSET_PLACEHOLDER]);
	return Object.fromEntries([...Object.entries(fields), ...removed]);
}
