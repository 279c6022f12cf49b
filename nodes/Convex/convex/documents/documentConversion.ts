import { TABLE } from '../values/conversion';
import type { EncodedArguments } from '../values/encodeArguments';
import { isPlainObject } from '../values/plainObject';
import type { ParseDate } from '../values/typeMatch';
import type { FieldValidator, ObjectValidator } from '../values/validator';
import { convertFields, convertValue } from '../values/validatorConversion';
import { checkFieldNames, encodeDocument } from './encodeDocument';
import type { TableFields } from './tableFields';

/** Fields as they were filled in. */
export interface GivenFields {
	/** Where they come from, in a sentence, e.g. "'Fields'". */
	source: string;
	values: unknown;
	/** Whether null and an empty text may stand for a field that is not given, as in a form or a row. */
	isForm: boolean;
	/** Whether they are a whole document, and not only what is changed of one. */
	isWhole: boolean;
	/**
	 * Whether a change is meant to have a value for a field, which is refused without one if the table
	 * requires it; so is each field that has one, unless this says otherwise.
	 */
	isMeant?: (name: string) => boolean;
}

/**
 * Converts the fields of a document to what its table takes, and encodes them. What a schema refuses is
 * refused here; without one, the values of a form become what the documents of the table have, and
 * everything else stays as it is.
 *
 * @throws ConvexFailure (`input`) naming the source and the field
 */
export function convertDocument(
	given: GivenFields,
	table: TableFields,
	parseDate: ParseDate,
): EncodedArguments {
	const { source, values, isForm, isWhole } = given;
	if (!isPlainObject(values)) return encodeDocument(source, values);
	// A schema would only say that it does not have them.
	checkFieldNames(source, values);
	if (table.source !== 'schema') {
		const fields = isForm ? convertKnown(given, table, values, parseDate) : values;
		return encodeDocument(source, fields);
	}
	const fields = isWhole
		? convertValue(source, table.document, values, parseDate, TABLE)
		: convertFields(source, changesOf(given, table, values), values, parseDate, TABLE);
	return encodeDocument(source, fields);
}

/**
 * Nothing is enforced, so other fields than the known ones stay as they are. So does null that is given for
 * a change: what is empty in the form was taken out before.
 */
function convertKnown(
	given: GivenFields,
	table: TableFields,
	values: Record<string, unknown>,
	parseDate: ParseDate,
): Record<string, unknown> {
	const { source, isWhole } = given;
	const { fields, source: tableSource } = table;
	const entries = Object.entries(values);
	const isKnown = ([name, value]: [string, unknown]) => {
		const isMeant = value === null && !isWhole && tableSource === 'documents';
		return fields.has(name) && !isMeant;
	};
	const known = Object.fromEntries(entries.filter(isKnown));
	const taken = isWhole ? allOptional(fields) : changesOf(given, table, values);
	const converted = convertFields(source, taken, known, parseDate, TABLE);
	const others = entries.filter((entry) => !isKnown(entry));
	return Object.fromEntries([...Object.entries(converted), ...others]);
}

/** A document of which every field may be missing. */
export function allOptional(fields: TableFields['fields']): ObjectValidator {
	const optional = [...fields].map(([name, { validator }]): [string, FieldValidator] => [
		name,
		{ validator, optional: true },
	]);
	return { type: 'object', fields: new Map(optional) };
}

/**
 * Fields that are not named are not changed, nor is an optional one whose expression gives nothing. Where null is
 * written down, it is meant.
 */
function changesOf(
	{ isForm, isMeant }: GivenFields,
	{ fields }: TableFields,
	values: Record<string, unknown>,
): ObjectValidator {
	const changes = [...fields].map(([name, { validator, optional }]): [string, FieldValidator] => {
		const isWanted = isMeant?.(name) ?? Object.hasOwn(values, name);
		const mayBeEmpty = isForm || values[name] === undefined;
		return [name, { validator, optional: !isWanted || (mayBeEmpty && optional) }];
	});
	return { type: 'object', fields: new Map(changes) };
}
