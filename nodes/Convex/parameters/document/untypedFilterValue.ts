import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { convertArgument } from '../../convex/values/argumentTypes';
import { FILTERED_TABLE } from '../../convex/values/conversion';
import { isDateObject } from '../../convex/values/dateObject';
import { isDecimal } from '../../convex/values/decimalText';
import { isPlainObject } from '../../convex/values/plainObject';
import { quote } from '../../convex/values/quote';
import type { ParseDate } from '../../convex/values/typeMatch';
import { alternativesOf, type Validator } from '../../convex/values/validator';
import { convertValue, fitsAsItIs } from '../../convex/values/validatorConversion';
import { hasExpression } from '../expressions';
import type { ParameterReader } from '../parameterReader';

/**
 * The value of a filter without a type. n8n makes text of a date (`$now`) that an expression gives within
 * a collection, and none of what is read by itself (n8n-core `cleanupParameterData`).
 *
 * @param row the filter as it was read with all others
 * @param index of the filter
 */
export function readUntyped(
	context: ParameterReader,
	itemIndex: number,
	{ value }: Record<string, unknown>,
	index: number,
): unknown {
	const rows = context.stored('filters.filter');
	const stored: unknown = Array.isArray(rows) ? rows[index] : undefined;
	if (typeof value !== 'string' || !isPlainObject(stored)) return value;
	if (!hasExpression(stored.value)) return value;
	const read = context.getNodeParameter(`filters.filter[${index}].value`, itemIndex);
	return isDateObject(read) ? read : value;
}

/** A date is milliseconds also where nothing says what the field has. */
export function toTypeOfField(
	subject: string,
	validator: Validator,
	value: unknown,
	parseDate: ParseDate,
): unknown {
	const isUnknown = alternativesOf(validator).some(({ type }) => type === 'any');
	return isUnknown && isDateObject(value)
		? convertArgument(subject, 'date', value, FILTERED_TABLE)
		: convertValue(subject, validator, value, parseDate, FILTERED_TABLE);
}

/**
 * Convex puts every number before every text. A bound that is of the wrong one of both would have all
 * documents on one side.
 *
 * @throws ConvexFailure (`input`) for a text that may be meant as a number, where the field may have both
 */
export function checkMeaning(
	subject: string,
	validator: Validator,
	value: unknown,
	parseDate: ParseDate,
): void {
	if (typeof value !== 'string' || !fitsAsItIs(validator, value)) return;
	const takesNumber = fitsAsItIs(validator, 0);
	if (!takesNumber && !fitsAsItIs(validator, 0n)) return;
	const typeOr = (type: string) => (takesNumber ? type : "'Int64'");
	if (isDecimal(value.trim())) throw unclearText(subject, value, 'a number', typeOr("'Number'"));
	if (parseDate(value) !== undefined) throw unclearText(subject, value, 'a date', typeOr("'Date'"));
}

function unclearText(subject: string, text: string, other: string, type: string): ConvexFailure {
	return inputFailure(
		`${subject} is compared with ${quote(text)}, and nothing says whether this is ${other} or text`,
		`Choose its 'Type': ${type} if the field holds numbers (Convex keeps dates as milliseconds), 'String' if it holds text.`,
	);
}
