import { quote } from '../values/quote';

/** What to do about a function that got no `paginationOpts`, whoever noticed it; mutations may have it, too. */
export const PAGINATION_ADVICE =
	"Of a query, set 'Operation' to 'Query' and switch on 'Pagination', which fills it in. Of any other function, give an object, e.g. { \"numItems\": 100, \"cursor\": null }.";

/** Why a function's validator refused arguments, as far as its text says more than that they do not fit. */
export type RefusedArgument =
	/** Of an argument, or of what is in one. */
	| { kind: 'missing' | 'unknown'; name: string; within: string | undefined }
	/** Text with digits is no number. */
	| { kind: 'digits'; isInt64: boolean }
	/** A text is no ID of the table. */
	| { kind: 'id'; table: string };

/**
 * The sentence that names a field. It stands before the first value that the text quotes: a value may be
 * such a text itself, as where errors are written to a table.
 */
const MISSING = /^[^`{\n]*Object is missing the required field `([^`]+)`/;
const UNKNOWN = /^[^`{\n]*Object contains extra field `([^`]+)`/;

/** Where it is, if not at the top: the line stands before all that is quoted. */
const PLACE = /^(?:[^\n]*\n){1,2}Path: \.?([^\n]+)\n/;

/**
 * Finds it in Convex's text (convex-backend crates/common/src/schemas/validator.rs,
 * crates/udf/src/validation.rs).
 *
 * @returns undefined where the text says no more than that the arguments do not fit
 */
export function parseRefusedArgument(text: string): RefusedArgument | undefined {
	const within = PLACE.exec(text)?.[1];
	const missing = MISSING.exec(text)?.[1];
	if (missing !== undefined) return { kind: 'missing', name: missing, within };
	const unknown = UNKNOWN.exec(text)?.[1];
	if (unknown !== undefined) return { kind: 'unknown', name: unknown, within };
	const table = /\nValidator: v\.id\("(\w+)"\)/.exec(text)?.[1];
	if (table !== undefined) return { kind: 'id', table };
	const number = /\nValue: "[+-]?\d[\d.]*"\nValidator: v\.(number|float64|int64|bigint)\(/.exec(
		text,
	)?.[1];
	if (number === undefined) return undefined;
	return { kind: 'digits', isInt64: number === 'int64' || number === 'bigint' };
}

/** What to do about arguments that a function's validator refused, in the Convex node's words. */
export function refusedArgumentsHelp(text: string): string | undefined {
	const refused = parseRefusedArgument(text);
	switch (refused?.kind) {
		case 'missing':
			if (refused.within !== undefined) {
				return `Give ${quote(refused.name)} in ${quote(refused.within)} of 'Arguments'.`;
			}
			return refused.name === 'paginationOpts'
				? PAGINATION_ADVICE
				: `Give ${quote(refused.name)} in 'Arguments'. 'Using Function Arguments' shows all that the function takes.`;
		case 'unknown':
			if (refused.within !== undefined) {
				return `Leave ${quote(refused.name)} out of ${quote(refused.within)} in 'Arguments'. Of an input item, an Edit Fields node before this one takes parts out of a field.`;
			}
			return refused.name === 'paginationOpts'
				? "The function is not paginated: leave 'paginationOpts' out, and switch off 'Pagination' of a query."
				: `Leave ${quote(refused.name)} out of 'Arguments'. Of an input item, 'Map Automatically' or 'Fields to Send' → 'Only' sends what the function takes.`;
		case 'digits':
			return refused.isInt64
				? "Digits in quotes are text, and JSON has no int64: choose the type 'Int64', or switch on the option 'Convert Argument Types'."
				: "Digits in quotes are text, and so are those that are typed in under 'Automatic': leave the quotes out, choose the type 'Number', or switch on the option 'Convert Argument Types'.";
		default:
			return undefined;
	}
}
