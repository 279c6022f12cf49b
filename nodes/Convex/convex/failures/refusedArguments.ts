import { quote } from '../values/quote';

/** What to do about a paginated query that got no `paginationOpts`, whoever noticed it. */
export const PAGINATED_QUERY_ADVICE =
	"The query is paginated: set 'Operation' to 'Query' and switch on 'Pagination', which fills in 'paginationOpts'.";

/**
 * What to do about arguments that a function's validator refused, by Convex's text for it
 * (convex-backend crates/common/src/schemas/validator.rs, crates/udf/src/validation.rs).
 */
const ARGUMENT_HELP: Array<[text: RegExp, help: (name: string) => string]> = [
	[/missing the required field `paginationOpts`/, () => PAGINATED_QUERY_ADVICE],
	[
		/contains extra field `paginationOpts`/,
		() => "The query is not paginated: switch off 'Pagination', and leave 'paginationOpts' out.",
	],
	[
		/missing the required field `([^`]+)`/,
		(name) =>
			`Give ${quote(name)} in 'Arguments'. 'Using Function Arguments' shows all that the function takes.`,
	],
	[
		/contains extra field `([^`]+)`/,
		(name) =>
			`Leave ${quote(name)} out of 'Arguments'. Of an input item, 'Map Automatically' or 'Fields to Send' → 'Only' sends what the function takes.`,
	],
	[
		/\nValue: "[+-]?\d[\d.]*"\nValidator: v\.(?:number|float64|int64|bigint)\(/,
		() =>
			"Digits that are typed in are text under 'Automatic': choose the type 'Number' ('Int64' for v.int64), or switch on the option 'Convert Argument Types'.",
	],
];

/** @returns undefined where the text says no more than that the arguments do not fit */
export function refusedArgumentsHelp(text: string): string | undefined {
	for (const [pattern, help] of ARGUMENT_HELP) {
		const match = pattern.exec(text);
		if (match !== null) return help(match[1] ?? '');
	}
	return undefined;
}
