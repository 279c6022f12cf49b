import type { JSONValue } from 'convex/values';
import { encodeArguments, type EncodedArguments } from '../values/encodeArguments';
import { describeType, isPlainObject } from '../values/plainObject';
import { ConvexFailure, inputFailure } from '../failure';
import { PAGINATION_ADVICE } from '../failures/refusedArguments';
import type { FunctionSignature } from '../functions/functionSpec';
import { adviceOutsideArguments, parseJsonText } from '../values/jsonText';
import {
	ANY_VALIDATOR,
	type FieldValidator,
	type ObjectValidator,
	type Validator,
} from '../values/validator';

/** The argument of a paginated query that says which page (docs.convex.dev/database/pagination). */
export const PAGINATION_ARGUMENT = 'paginationOpts';

/** What a paginated query returns (convex-js src/server/pagination.ts `PaginationResult`). */
export interface Page {
	/** All that it returned. */
	value: { [name: string]: JSONValue };
	documents: JSONValue[];
	isDone: boolean;
	continueCursor: string | null;
	/** Whether a limit on reading ended the page early, and where it can be divided then. */
	isCutShort: boolean;
	splitCursor: string | undefined;
}

/** Which part of the list to read: from a cursor on, to an end or some documents far. */
export interface PageRange {
	cursor: string | null;
	endCursor?: string;
}

/** Whether a result is what `paginate()` gives. */
export function isPage(value: JSONValue): boolean {
	return (
		isPlainObject(value) &&
		Array.isArray(value.page) &&
		typeof value.isDone === 'boolean' &&
		typeof value.continueCursor === 'string'
	);
}

/** @throws ConvexFailure for a result that is no page */
export function parsePage(value: JSONValue): Page {
	if (!isPlainObject(value) || !Array.isArray(value.page)) {
		throw notAPage(isPlainObject(value) ? "an object without a list 'page'" : describeType(value));
	}
	const { page, isDone, continueCursor, splitCursor, pageStatus } = value;
	if (typeof isDone !== 'boolean') throw notAPage("an object without 'isDone'");
	return {
		value,
		documents: page,
		isDone,
		continueCursor: typeof continueCursor === 'string' ? continueCursor : null,
		splitCursor: typeof splitCursor === 'string' ? splitCursor : undefined,
		isCutShort: pageStatus === 'SplitRequired',
	};
}

function notAPage(what: string): ConvexFailure {
	return walkFailure(
		`The function returned ${what}, not one page of a list`,
		"A paginated query returns what .paginate(args.paginationOpts) gives. Choose such a function, or switch off 'Pagination'.",
	);
}

/**
 * The arguments that ask for a part of the list. What the user gives in `paginationOpts`, such as
 * `maximumRowsRead`, stays.
 */
export function pageArguments(
	args: EncodedArguments,
	{ cursor, endCursor }: PageRange,
	documentCount: number,
): EncodedArguments {
	return {
		...args,
		[PAGINATION_ARGUMENT]: {
			...givenPagination(args),
			numItems: documentCount,
			cursor,
			...(endCursor !== undefined && { endCursor }),
		},
	};
}

/**
 * Where the list begins and ends: at the cursors in `paginationOpts`, if there are any.
 *
 * @throws ConvexFailure (`input`) for a `paginationOpts` or a cursor in it that is none
 */
export function firstRange(args: EncodedArguments): PageRange {
	const { cursor = null, endCursor = null } = givenPagination(args);
	const range = { cursor: checkedCursor('cursor', cursor) };
	const end = checkedCursor('endCursor', endCursor);
	return end === null ? range : { ...range, endCursor: end };
}

const PAGINATION_HELP =
	"Remove it: 'Pagination' fills it in. Or give an object, e.g. to start at a cursor.";

/** A form, and a field for text, hold the object as JSON text. */
function givenPagination(args: EncodedArguments): { [name: string]: JSONValue | undefined } {
	const given = args[PAGINATION_ARGUMENT] ?? {};
	const value = typeof given === 'string' ? parsedPagination(given) : given;
	if (isPlainObject(value) && !Array.isArray(value)) return value;
	throw inputFailure(
		`${PAGINATION_SUBJECT} is ${describeType(value)}, not an object`,
		PAGINATION_HELP,
	);
}

const PAGINATION_SUBJECT = `The argument '${PAGINATION_ARGUMENT}'`;

/** Encoded as the argument that it is, which has its place among the others. */
function parsedPagination(text: string): JSONValue | undefined {
	const advice = adviceOutsideArguments(PAGINATION_HELP);
	const value = parseJsonText(PAGINATION_SUBJECT, text, advice);
	return encodeArguments("'Arguments'", { [PAGINATION_ARGUMENT]: value })[PAGINATION_ARGUMENT];
}

function checkedCursor(name: string, cursor: unknown): string | null {
	if (cursor === null || typeof cursor === 'string') return cursor;
	throw inputFailure(
		`The '${name}' in the argument '${PAGINATION_ARGUMENT}' is ${describeType(cursor)}, not text`,
		"Give the 'continueCursor' of an earlier page, or null to start at the beginning.",
	);
}

const FIRST_PAGE = '{ "numItems": 100, "cursor": null }';

/**
 * A form begins with an empty `paginationOpts`, and its parts are not what is missing.
 *
 * @param isWatched whether it is the query of a trigger, which fills in nothing
 * @throws ConvexFailure (`input`) for a `paginationOpts` that nobody fills in
 */
export function checkPaginationGiven(
	{ fields }: ObjectValidator,
	given: unknown,
	isWatched: boolean,
): void {
	const { validator, optional } = fields.get(PAGINATION_ARGUMENT) ?? { optional: true };
	const isPaginated = validator?.type === 'object' && validator.fields.has('cursor');
	const isEmpty =
		isPlainObject(given) && !Array.isArray(given)
			? Object.keys(given).length === 0
			: [undefined, null, '', '{}'].some((empty) => empty === given);
	if (optional || !isPaginated || !isEmpty) return;
	throw inputFailure(
		`'Arguments': '${PAGINATION_ARGUMENT}' is empty, so the function is not told which page to read`,
		isWatched
			? `Give it an object, e.g. ${FIRST_PAGE}: the trigger watches that page.`
			: PAGINATION_ADVICE,
	);
}

/**
 * A signature in which `paginationOpts` may be left out, and so may its parts, since the node fills them in.
 */
export function withPaginationFilledIn(signature: FunctionSignature): FunctionSignature {
	const { args } = signature;
	const given = args.type === 'object' ? args.fields.get(PAGINATION_ARGUMENT) : undefined;
	if (args.type !== 'object' || given === undefined) return signature;
	const fields = new Map(args.fields);
	fields.set(PAGINATION_ARGUMENT, { validator: withoutRequired(given.validator), optional: true });
	return { ...signature, args: { type: 'object', fields } };
}

function withoutRequired(validator: Validator): Validator {
	if (validator.type !== 'object') return ANY_VALIDATOR;
	const parts = [...validator.fields].map(([name, part]): [string, FieldValidator] => [
		name,
		{ ...part, optional: true },
	]);
	return { type: 'object', fields: new Map(parts) };
}

/**
 * So often in a row is no page divided: each time the first part is read next, which is about half as long,
 * and a page has 32,000 documents at the most.
 */
const MAX_DIVISIONS = 64;

/** The parts of a list that are still to be read, in order. */
export class PageWalk {
	private readonly ranges: PageRange[];

	private readonly cursors: Set<string | null>;

	/** How often in a row a page was divided. */
	private divisions = 0;

	constructor(first: PageRange) {
		this.ranges = [first];
		this.cursors = new Set([first.cursor]);
	}

	next(): PageRange | undefined {
		return this.ranges.shift();
	}

	/**
	 * Continues after the page of a range.
	 *
	 * A page that hit a limit on reading says `SplitRequired`. Between two given cursors, documents are
	 * missing then; without an end it only ends early, but is read in two parts all the same where it
	 * says how (convex-backend crates/isolate/src/environment/udf/async_syscall.rs
	 * `read_page_from_query`; convex-js src/react/use_paginated_query.ts).
	 *
	 * @returns false for a page that does not count: its two parts come next instead
	 * @throws ConvexFailure when the list leads back to a cursor that was read
	 */
	take(range: PageRange, { isDone, continueCursor, splitCursor, isCutShort }: Page): boolean {
		const { cursor, endCursor } = range;
		const atEnd = isDone || (endCursor !== undefined && continueCursor === endCursor);
		if (isCutShort && splitCursor !== undefined && continueCursor !== null) {
			this.countDivision();
			const middle = this.advance(splitCursor);
			const end = endCursor ?? continueCursor;
			const rest = atEnd || endCursor !== undefined ? [] : [{ cursor: this.advance(end) }];
			this.ranges.unshift(
				{ cursor, endCursor: middle },
				{ cursor: middle, endCursor: end },
				...rest,
			);
			return false;
		}
		if (isCutShort && endCursor !== undefined) {
			throw walkFailure(
				'A page is too large to be read, and the function does not say where to divide it',
				"Read the list without 'endCursor' in 'paginationOpts'.",
			);
		}
		if (!atEnd) this.ranges.unshift({ ...range, cursor: this.advance(continueCursor) });
		this.divisions = 0;
		return true;
	}

	private countDivision(): void {
		this.divisions += 1;
		if (this.divisions <= MAX_DIVISIONS) return;
		throw walkFailure(
			`The list never ends: a page is still too large after it was divided ${MAX_DIVISIONS} times`,
			"The function has to return what .paginate(args.paginationOpts) gives, and pass the 'cursor' and 'endCursor' it gets on to it.",
		);
	}

	private advance(cursor: string | null): string {
		if (cursor !== null && !this.cursors.has(cursor)) {
			this.cursors.add(cursor);
			return cursor;
		}
		throw walkFailure(
			'The list never ends: a page leads back to a cursor that was read already',
			"The function has to return the 'isDone' and 'continueCursor' that .paginate(args.paginationOpts) gives, and pass the cursor it gets on to it.",
		);
	}
}

function walkFailure(message: string, description: string): ConvexFailure {
	return new ConvexFailure(message, description, {
		kind: 'function',
		retryable: false,
		outcome: 'failed',
	});
}
