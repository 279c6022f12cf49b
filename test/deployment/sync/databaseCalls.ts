/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';

/** How convex/server calls the database: convex-js src/server/impl/syscall.ts. */
interface Syscalls {
	syscall: (operation: string, args: string) => string;
	asyncSyscall: (operation: string, args: string) => Promise<string>;
	jsSyscall: (operation: string, args: Record<string, unknown>) => unknown;
}

declare global {
	var Convex: Syscalls | undefined;
}

const READS =
	/^1\.0\/(get|query|count|storageGetUrl|runUdf|createFunctionHandle|auditLog|actions\/(query|mutation|action|vectorSearch)$)/;

/** convex-test's own cursor for the end of a query. */
const END_CURSOR = '_end_cursor';

/** Where the page of the query that runs ends: before, if it ran before, and now. */
const currentPage = new AsyncLocalStorage<{ previousEnd: string | null; end: string | null }>();

const listeners = new Set<() => void>();

/**
 * Tells of each write to the database, whoever causes it. convex-test has no such hook, so its syscalls
 * are wrapped; they exist from the first `convexTest()` on.
 */
export function onDatabaseWrite(listener: () => void): void {
	if (listeners.size === 0) wrapSyscalls();
	listeners.add(listener);
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

function wrapSyscalls(): void {
	const original = globalThis.Convex;
	if (original === undefined) throw new Error('convex-test has not been started');
	globalThis.Convex = {
		syscall: (operation, args) => original.syscall(operation, args),
		asyncSyscall: async (operation, args) => {
			if (operation === '1.0/queryPage') return await queryPage(original, args);
			const result = await original.asyncSyscall(operation, args);
			if (!READS.test(operation)) reportWrite();
			return result;
		},
		jsSyscall: async (operation, args) => {
			const result = await original.jsSyscall(operation, args);
			if (operation === 'storage/storeBlob') reportWrite();
			return result;
		},
	};
}

function reportWrite(): void {
	for (const listener of listeners) listener();
}

const pageArguments = z.object({ endCursor: z.string().nullish() }).passthrough();
const pageResult = z.object({ continueCursor: z.string() }).passthrough();

async function queryPage(syscalls: Syscalls, argsJson: string): Promise<string> {
	const args = pageArguments.parse(JSON.parse(argsJson));
	const page = currentPage.getStore();
	const endCursor = args.endCursor ?? page?.previousEnd;
	const answer = await syscalls.asyncSyscall(
		'1.0/queryPage',
		JSON.stringify({ ...args, endCursor }),
	);
	const result = pageResult.parse(JSON.parse(answer));
	// convex-test forgets the end when the document there is gone.
	const fixed = endCursor ? { ...result, continueCursor: endCursor } : result;
	if (page !== undefined) page.end = fixed.continueCursor;
	return JSON.stringify({ ...fixed, isDone: fixed.continueCursor === END_CURSOR });
}
