import type { ParseDate } from '../../../../nodes/Convex/convex/values/typeMatch';
import type {
	FieldValidator,
	LiteralValue,
	Validator,
} from '../../../../nodes/Convex/convex/values/validator';
import { convertFields } from '../../../../nodes/Convex/convex/values/validatorConversion';

/** Short ways to write validators down. */

export const literal = (value: LiteralValue): Validator => ({ type: 'literal', value });

export const idOf = (tableName: string): Validator => ({ type: 'id', tableName });

export const arrayOf = (element: Validator): Validator => ({ type: 'array', element });

export const recordOf = (key: Validator, value: Validator): Validator => ({
	type: 'record',
	key,
	value,
});

export const unionOf = (...members: Validator[]): Validator => ({ type: 'union', members });

export const optional = (validator: Validator): FieldValidator => ({ validator, optional: true });

/** A field is required unless it is made `optional`. */
export function objectOf(
	fields: Record<string, Validator | FieldValidator>,
): Validator & { type: 'object' } {
	const entries = Object.entries(fields).map(([name, field]): [string, FieldValidator] => [
		name,
		'validator' in field ? field : { validator: field, optional: false },
	]);
	return { type: 'object', fields: new Map(entries) };
}

/** What a failure of `convertValue` calls the value. */
export const VALUE_SUBJECT = "'Arguments': 'value'";

/** Converts a value as the argument `value` of a function that takes no other. */
export function convertValue(
	validator: Validator,
	value: unknown,
	parseDate: ParseDate = () => undefined,
): unknown {
	return convertFields("'Arguments'", objectOf({ value: validator }), { value }, parseDate).value;
}
