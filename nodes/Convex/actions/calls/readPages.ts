import type { JSONValue } from 'convex/values';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { ConvexFailure } from '../../convex/failure';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import {
	firstRange,
	pageArguments,
	PageWalk,
	parsePage,
	type Page,
	type PageRange,
} from '../../convex/responses/pageWalk';
import type { PaginationOptions } from '../../parameters/pagination';

/** The bounds of a list may keep changing, so restarts are limited. */
const MAX_RESTARTS = 5;

export interface ListPage {
	/** What the function returned. */
	value: JSONValue;
	documents: JSONValue[];
	logLines: string[];
}

type SendPage = (args: EncodedArguments) => Promise<FunctionResult>;

/**
 * Reads a list page by page.
 *
 * @param send calls the paginated query
 * @throws ConvexFailure of a page that could not be read
 */
export async function readPages(
	send: SendPage,
	args: EncodedArguments,
	options: PaginationOptions,
): Promise<ListPage[]> {
	let range = firstRange(args);
	for (let restarts = 0; ; restarts++) {
		const reading = await readOnce(send, args, range, options);
		if (reading.failure === undefined) return reading.pages;
		const { failure } = reading;
		if (failure.reason !== 'invalidCursor') throw failure;
		if (options.onInvalidCursor === 'fail') {
			throw invalidated(
				failure,
				"Set the option 'On Invalid Cursor' to 'Start Again', or run the item again. A cursor that you give yourself has to come from the same query with the same arguments.",
			);
		}
		if (restarts === MAX_RESTARTS) {
			throw invalidated(
				failure,
				`The list was started again ${MAX_RESTARTS} times, and changed each time. Read it in larger pages, or by a query whose bounds do not depend on other data.`,
			);
		}
		range = { ...range, cursor: null };
	}
}

/** Reads from a cursor to the end, the limit, or the first failure. */
async function readOnce(
	send: SendPage,
	args: EncodedArguments,
	first: PageRange,
	{ limit, pageSize }: PaginationOptions,
): Promise<{ pages: ListPage[]; failure?: ConvexFailure }> {
	const pages: ListPage[] = [];
	const walk = new PageWalk(first);
	let missing = limit;
	for (let range = walk.next(); range !== undefined; range = walk.next()) {
		const result = await send(pageArguments(args, range, Math.min(pageSize, missing)));
		if (result.status === 'failure') return { pages, failure: result.failure };
		const page = parsePage(result.value);
		if (!walk.take(range, page)) continue;
		const documents =
			page.documents.length > missing ? page.documents.slice(0, missing) : page.documents;
		pages.push({
			value: documents.length < page.documents.length ? cutTo(documents, page) : page.value,
			documents,
			logLines: result.logLines,
		});
		missing -= documents.length;
		if (missing === 0) break;
	}
	return { pages };
}

/** The cursor points behind the documents that are left out, so it is left out too. */
function cutTo(documents: JSONValue[], { value }: Page): JSONValue {
	const fields = Object.entries(value).filter(([name]) => name !== 'continueCursor');
	return { ...Object.fromEntries(fields), page: documents };
}

function invalidated(failure: ConvexFailure, advice: string): ConvexFailure {
	return failure.with({
		message: 'The list cannot be read further: the cursor has become invalid',
		advice,
	});
}
