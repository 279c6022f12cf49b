/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConvexTestDatabase } from '../convexTestDatabases';

/** Where the page of the query that runs ends: when it ran before, and now. */
const currentPage = new AsyncLocalStorage<{ previousEnd: string | null; end: string | null }>();

/** Has a database keep the page of a query that is run again where it was. */
export function installPageJournal(database: ConvexTestDatabase): void {
	const paginate = database.paginate.bind(database);
	database.paginate = (request) => {
		const journal = currentPage.getStore();
		const endCursor = request.endCursor ?? journal?.previousEnd ?? null;
		const page = paginate({ ...request, endCursor });
		if (journal !== undefined) journal.end = page.continueCursor;
		return page;
	};
}

/**
 * Runs a query, and keeps its page where it was: the backend notes the end of a page in the query's
 * journal (crates/isolate/src/environment/udf/async_syscall.rs `query_page`).
 *
 * @param journal what came with the last result, null the first time
 * @returns the result, and the journal for the next time: null for a query without pages
 */
export async function runWithJournal<Result>(
	journal: string | null,
	run: () => Promise<Result>,
): Promise<{ result: Result; journal: string | null }> {
	const page: { previousEnd: string | null; end: string | null } = {
		previousEnd: journal,
		end: null,
	};
	const result = await currentPage.run(page, run);
	return { result, journal: page.end };
}
