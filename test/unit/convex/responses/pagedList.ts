import type { JSONValue } from 'convex/values';
import type { PageRange } from '../../../../nodes/Convex/convex/responses/pageWalk';

interface Behaviour {
	/** The keys of the documents that are there, in order. */
	keys: readonly number[];
	/** Keys of documents that a filter keeps out of every page. */
	hidden?: readonly number[];
	/** How many documents a request may read, filtered or not: the first, the second, … in turn. */
	rowLimits?: readonly number[];
	/** The keys that come or go before a request: the first, the second, … in turn. */
	toggledKeys?: ReadonlyArray<readonly number[]>;
}

const NO_LIMIT = [Number.POSITIVE_INFINITY];
/** A page of fewer documents is not divided, so one with an end has to be allowed this many. */
const LEAST_DIVIDED = 3;

/**
 * A list as Convex gives it page by page (convex-backend crates/isolate/src/environment/udf/
 * async_syscall.rs, `read_page_from_query`). A cursor stands behind a document, whether that is still
 * there or not. Each document is its key.
 */
export class PagedList {
	requests = 0;

	private keys: number[];

	constructor(private readonly behaviour: Behaviour) {
		this.keys = [...behaviour.keys];
	}

	/** What is in the list now, as far as a filter lets it through. */
	get visibleKeys(): number[] {
		return this.keys.filter((key) => !this.behaviour.hidden?.includes(key));
	}

	page({ cursor, endCursor }: PageRange, numItems: number): JSONValue {
		const { toggledKeys = [], hidden = [] } = this.behaviour;
		for (const key of nth(toggledKeys, this.requests) ?? []) this.toggle(key);
		const rowLimit = this.rowLimit(endCursor);
		this.requests += 1;
		const unread = this.keys.filter(
			(key) => isBehind(key, cursor) && (endCursor === undefined || !isBehind(key, endCursor)),
		);
		const read: number[] = [];
		const page: number[] = [];
		let end = 'end';
		let isCutShort = false;
		// With an end, everything up to it is read, however much that is.
		while (endCursor !== undefined || page.length < numItems) {
			isCutShort = read.length >= rowLimit;
			if (isCutShort) break;
			const key = unread[read.length];
			end = key === undefined ? 'end' : cursorBehind(key);
			if (key === undefined) break;
			read.push(key);
			if (!hidden.includes(key)) page.push(key);
		}
		const middle = read.length < LEAST_DIVIDED ? undefined : read[Math.floor(read.length / 2)];
		return {
			page,
			isDone: (endCursor ?? end) === 'end',
			continueCursor: endCursor ?? end,
			splitCursor: middle === undefined ? null : cursorBehind(middle),
			pageStatus: isCutShort ? 'SplitRequired' : read.length > 4 ? 'SplitRecommended' : null,
		};
	}

	private rowLimit(endCursor: string | undefined): number {
		const limit = nth(this.behaviour.rowLimits ?? NO_LIMIT, this.requests) ?? 1;
		return endCursor === undefined ? limit : Math.max(limit, LEAST_DIVIDED);
	}

	private toggle(key: number): void {
		this.keys = this.keys.includes(key)
			? this.keys.filter((other) => other !== key)
			: [...this.keys, key].sort((one, other) => one - other);
	}
}

export function cursorBehind(key: number): string {
	return `behind ${key}`;
}

function isBehind(key: number, cursor: string | null): boolean {
	if (cursor === null) return true;
	return cursor !== 'end' && key > Number(cursor.replace('behind ', ''));
}

function nth<Value>(values: readonly Value[], index: number): Value | undefined {
	return values[index % values.length];
}
