import type { JSONValue } from 'convex/values';
import type { EncodedArguments } from '../../convex/arguments';
import { ConvexFailure } from '../../convex/failure';
import type { FunctionResult } from '../../convex/functionResponse';
import {
	firstRange,
	isInvalidCursor,
	pageArguments,
	PageWalk,
	parsePage,
} from '../../convex/pagination';
import type { PaginationOptions } from './pagination';

/** A list whose bounds change again and again is not read for ever. */
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
	for (let restarts = 0; ; restarts++) {
		const reading = await readOnce(send, args, options);
		if (reading.failure === undefined) return reading.pages;
		const { failure, pages } = reading;
		if (pages.length === 0 || !isInvalidCursor(failure)) throw failure;
		if (options.onInvalidCursor === 'fail') {
			throw invalidated(
				failure,
				"Set 'When a Cursor Becomes Invalid' in the option 'Pagination' to 'Start Again', or run the item again.",
			);
		}
		if (restarts === MAX_RESTARTS) {
			throw invalidated(
				failure,
				`The list was started again ${MAX_RESTARTS} times, and changed each time. Read it in larger pages, or by a query whose bounds do not depend on other data.`,
			);
		}
	}
}

/** Reads to the end, the limit, or the first failure. */
async function readOnce(
	send: SendPage,
	args: EncodedArguments,
	{ limit, pages: maxPages, pageSize }: PaginationOptions,
): Promise<{ pages: ListPage[]; failure?: ConvexFailure }> {
	const pages: ListPage[] = [];
	const walk = new PageWalk(firstRange(args));
	let missing = limit;
	for (let range = walk.next(); range !== undefined; range = walk.next()) {
		const result = await send(pageArguments(args, range, Math.min(pageSize, missing)));
		if (result.status === 'failure') return { pages, failure: result.failure };
		const { value, logLines } = result;
		const page = parsePage(value);
		if (!walk.take(range, page)) continue;
		const documents =
			page.documents.length > missing ? page.documents.slice(0, missing) : page.documents;
		pages.push({ value, documents, logLines });
		missing -= documents.length;
		if (missing === 0 || pages.length === maxPages) break;
	}
	return { pages };
}

function invalidated(failure: ConvexFailure, description: string): ConvexFailure {
	return new ConvexFailure(
		'The list changed while it was read, and Convex cannot go on from the last page',
		description,
		failure.details,
	);
}
