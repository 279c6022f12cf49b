/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { convexTest } from 'convex-test';
import type { JSONValue, Value } from 'convex/values';

/** A query as convex/server serializes it (convex-js src/server/impl/query_impl.ts). */
export type SerializedQuery = Record<string, JSONValue>;

export type Document = Record<string, Value>;

export interface PageRequest {
	query: SerializedQuery;
	cursor: string | null;
	endCursor: string | null;
	pageSize: number;
	maximumRowsRead?: number | null;
	maximumBytesRead?: number | null;
}

export interface Page {
	page: Document[];
	isDone: boolean;
	continueCursor: string;
	splitCursor: string | null;
	pageStatus: 'SplitRecommended' | 'SplitRequired' | null;
}

/** What a query reads, in its order, before its filters. */
export interface QuerySource {
	sortedDocs: Document[];
	filterFn: (document: Document) => boolean;
	fieldPathsToSortBy: string[];
	order: 'asc' | 'desc';
}

/** Documents by id. convex-test replaces documents, it never changes one. */
export type Documents = Record<string, Document>;

/** A database of convex-test: the app's (path `''`) or a component's. */
export interface ConvexTestDatabase {
	readonly componentPath: string;
	_documents: Documents;
	/** Ids are counted. */
	_nextDocId: number;
	/** Writes that are not committed, a layer for each level of nested mutations; null is a deletion. */
	readonly _writes: Array<Record<string, Document | null>>;
	/** @param commitTs - null for a nested mutation */
	commit: (commitTs: bigint | null) => void;
	/** As the running transaction sees it. */
	get: (table: string, id: string) => Document | null;
	/** @returns the id */
	insert: (table: string, document: Document) => string;
	/** Keeps id and time of creation. */
	replace: (table: string, id: string, document: Document) => void;
	delete: (table: string, id: string) => void;
	paginate: (request: PageRequest) => Page;
	_resolveQuerySource: (query: SerializedQuery) => QuerySource;
}

/** The state behind one `convexTest(…)`. */
export interface ConvexTestState {
	components: Record<string, { db: ConvexTestDatabase }>;
	/** `_lastCommitTs`: when the latest mutation was committed, in nanoseconds; 0 before the first. */
	transactionManager: { _lastCommitTs: bigint };
	/** What functions ask of the database, in JSON. */
	asyncSyscall: (operation: string, jsonArgs: string) => Promise<string>;
	/** What they ask that JSON cannot carry: the contents of files. */
	jsSyscall: (operation: string, args: Record<string, unknown>) => Promise<unknown>;
}

/**
 * Takes the databases out of convex-test 0.0.60: old states and real pages need them, and it does not
 * export them. Each of its methods runs within its state as asynchronous context; that is where
 * the state is taken from.
 */
export function stateOf(backend: ReturnType<typeof convexTest>): ConvexTestState {
	const contexts: unknown[] = [];
	const { prototype } = AsyncLocalStorage;
	const run = prototype.run as (this: unknown, ...args: unknown[]) => unknown;
	prototype.run = function (this: unknown, ...args: unknown[]) {
		contexts.push(args[0]);
		return run.apply(this, args);
	} as typeof prototype.run;
	try {
		// Runs within the context at once, and does nothing else.
		void backend.finishInProgressScheduledFunctions();
	} finally {
		prototype.run = run as typeof prototype.run;
	}
	const state = contexts.find(isState);
	if (state === undefined) {
		throw new Error(
			'convex-test keeps its databases elsewhere: adapt convexTestDatabases.ts to it',
		);
	}
	return state;
}

function isState(context: unknown): context is ConvexTestState {
	if (typeof context !== 'object' || context === null) return false;
	const { components, transactionManager, asyncSyscall, jsSyscall } =
		context as Partial<ConvexTestState>;
	const database = components?.['']?.db;
	return (
		typeof transactionManager?._lastCommitTs === 'bigint' &&
		typeof asyncSyscall === 'function' &&
		typeof jsSyscall === 'function' &&
		typeof database?._documents === 'object' &&
		typeof database._nextDocId === 'number' &&
		Array.isArray(database._writes) &&
		typeof database.commit === 'function' &&
		typeof database.get === 'function' &&
		typeof database.insert === 'function' &&
		typeof database.replace === 'function' &&
		typeof database.delete === 'function' &&
		typeof database.paginate === 'function' &&
		typeof database._resolveQuerySource === 'function'
	);
}
