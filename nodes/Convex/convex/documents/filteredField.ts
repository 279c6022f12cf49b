import { alternativesOf, ANY_VALIDATOR, type Validator } from '../values/validator';
import { SYSTEM_FIELDS, type TableFields } from './tableFields';

/**
 * What the documents of a table have where a filter looks: anything, where nothing says it.
 *
 * @param path as a filter names it: `status`, or `address.city`
 * @returns undefined where no document has anything
 */
export function filteredField(table: TableFields, path: string): Validator | undefined {
	const [name = '', ...inner] = path.split('.');
	const missing = table.source === 'schema' ? undefined : ANY_VALIDATOR;
	const first = SYSTEM_FIELDS.get(name) ?? table.fields.get(name)?.validator;
	if (first === undefined) return missing;
	let validators = alternativesOf(first);
	for (const field of inner) {
		if (validators.some(({ type }) => type === 'any' || type === 'record')) return ANY_VALIDATOR;
		validators = validators.flatMap((validator) => fieldOf(validator, field));
	}
	return validators.length === 0 ? missing : { type: 'union', members: validators };
}

/** The types of values that a field is before or behind: a bound need not be one of its literals. */
export function boundOf(validator: Validator): Validator {
	return { type: 'union', members: alternativesOf(validator).map(withoutLiteral) };
}

function withoutLiteral(validator: Validator): Validator {
	if (validator.type !== 'literal') return validator;
	switch (typeof validator.value) {
		case 'string':
			return { type: 'string' };
		case 'number':
			return { type: 'number' };
		case 'bigint':
			return { type: 'int64' };
		default:
			return { type: 'boolean' };
	}
}

function fieldOf(validator: Validator, name: string): readonly Validator[] {
	const field = validator.type === 'object' ? validator.fields.get(name) : undefined;
	return field === undefined ? [] : alternativesOf(field.validator);
}
