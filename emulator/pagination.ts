import { createHash } from 'node:crypto';
import {
	compareValues,
	convexToJson,
	getDocumentSize,
	jsonToConvex,
	type JSONValue,
	type Value,
} from 'convex/values';
import type {
	ConvexTestDatabase,
	Document,
	Page,
	PageRequest,
	QuerySource,
	SerializedQuery,
} from './convexTestDatabases';
import { valueAt } from './queryFilters';
import { isSystemFunction } from './systemScope';

/** Limits of a transaction: TRANSACTION_MAX_READ_SIZE_* of crates/common/src/knobs.rs. */
const MAX_READ_ROWS = 32_000;
const MAX_READ_BYTES = 2 ** 24;
/** From here on a page should be split: SOFT_MAX_PAGE_LEN of async_syscall.rs. */
const SOFT_MAX_PAGE_LENGTH = 6144;

/** After a document, by the fields that order the query (undefined for one it lacks), or the end. */
type Position = Array<Value | undefined> | 'end';

/**
 * Has a database of convex-test page as the backend does (`query_page` of
 * crates/isolate/src/environment/udf/async_syscall.rs). Left to itself it ends a query whose last page
 * is full, takes any cursor for any query, ends a page whose `endCursor` was deleted, and names a
 * split cursor only when a split is due.
 */
export function installPagination(database: ConvexTestDatabase): void {
	database.paginate = (request) => {
		checkRequest(database, request);
		return new PageReader(database, request).read();
	};
}

function checkRequest(database: ConvexTestDatabase, request: PageRequest): void {
	const { pageSize, maximumRowsRead, maximumBytesRead } = request;
	for (const size of [pageSize, maximumRowsRead, maximumBytesRead]) {
		if (typeof size === 'number' && !(Number.isInteger(size) && size >= 0)) {
			throw new Error(
				`Invalid arguments for \`queryPage\`: invalid value: ${size}, expected usize`,
			);
		}
	}
	if (pageSize === 0) throw new Error('Must request at least 1 document while paginating');
	if (pageSize > MAX_READ_ROWS) throw new Error(`Requested too many items: ${pageSize}`);
	if (maximumRowsRead === 0 || maximumBytesRead === 0) {
		throw new Error('maximumRowsRead and maximumBytesRead must be greater than 0');
	}
	if (database.componentPath !== '' && !isSystemFunction()) {
		throw new Error(
			'paginate() is only supported in the app. Learn more at https://docs.convex.dev/components/authoring#pagination',
		);
	}
}

/** Reads one page. */
class PageReader {
	private readonly fingerprint: string;

	private readonly source: QuerySource;

	/** The fields that tell two documents apart. */
	private readonly fields: string[];

	private readonly start: Position | undefined;

	private readonly end: Position | undefined;

	/** Where each document stands that was read, whether its filter lets it into the page or not. */
	private readonly positions: Position[] = [];

	private bytesRead = 0;

	constructor(
		database: ConvexTestDatabase,
		private readonly request: PageRequest,
	) {
		this.source = database._resolveQuerySource(request.query);
		this.fingerprint = fingerprintOf(request.query, this.source);
		this.fields = [...new Set([...this.source.fieldPathsToSortBy, '_id'])];
		this.start = this.decode(request.cursor);
		this.end = this.decode(request.endCursor);
	}

	read(): Page {
		const { pageSize } = this.request;
		const unread = this.source.sortedDocs.filter(
			(document) =>
				this.isAfter(document, this.start) !== false && !this.isAfter(document, this.end),
		);
		const page: Document[] = [];
		let position: Position = 'end';
		let pageStatus: Page['pageStatus'] = null;
		// With an end, everything up to it is read, however much that is.
		while (this.end !== undefined || page.length < pageSize) {
			if (this.isOverLimit()) {
				pageStatus = 'SplitRequired';
				break;
			}
			const document = unread[this.positions.length];
			position = document === undefined ? 'end' : this.positionOf(document);
			if (document === undefined) break;
			this.positions.push(position);
			this.bytesRead += getDocumentSize(document);
			if (this.source.filterFn(document)) page.push(document);
		}
		if (pageStatus === null && this.isSplitRecommended(page)) pageStatus = 'SplitRecommended';
		return { page, ...this.cursorsAt(this.end ?? position), pageStatus };
	}

	private cursorsAt(position: Position): Pick<Page, 'isDone' | 'continueCursor' | 'splitCursor'> {
		const { length } = this.positions;
		const middle = length > 2 ? this.positions[Math.floor(length / 2)] : undefined;
		return {
			isDone: position === 'end',
			continueCursor: this.encode(position),
			splitCursor: middle === undefined ? null : this.encode(middle),
		};
	}

	private isOverLimit(): boolean {
		const { maximumRowsRead, maximumBytesRead } = this.request;
		return (
			this.end === undefined &&
			(this.positions.length >= (maximumRowsRead ?? Number.POSITIVE_INFINITY) ||
				this.bytesRead >= (maximumBytesRead ?? Number.POSITIVE_INFINITY))
		);
	}

	private isSplitRecommended(page: Document[]): boolean {
		const { maximumRowsRead, maximumBytesRead } = this.request;
		const softLimit = (limit: number | null | undefined, most: number) =>
			Math.floor((Math.min(limit ?? most, most) * 3) / 4);
		return (
			page.length > SOFT_MAX_PAGE_LENGTH ||
			this.positions.length > softLimit(maximumRowsRead, MAX_READ_ROWS) ||
			this.bytesRead > softLimit(maximumBytesRead, MAX_READ_BYTES)
		);
	}

	/** Whether a document comes after a position; undefined when there is no position. */
	private isAfter(document: Document, position: Position | undefined): boolean | undefined {
		if (position === undefined) return undefined;
		if (position === 'end') return false;
		const own = this.positionOf(document);
		for (const [index, value] of position.entries()) {
			const comparison = compareValues(own[index], value);
			if (comparison !== 0) return this.source.order === 'asc' ? comparison > 0 : comparison < 0;
		}
		return false;
	}

	private positionOf(document: Document): Array<Value | undefined> {
		return this.fields.map((field) => valueAt(document, field));
	}

	/** The backend encrypts cursors, always in the same way. */
	private encode(position: Position): string {
		const keys =
			position === 'end'
				? position
				: position.map((value) => (value === undefined ? [] : [convexToJson(value)]));
		return Buffer.from(JSON.stringify({ query: this.fingerprint, keys })).toString('base64url');
	}

	private decode(cursor: string | null): Position | undefined {
		if (cursor === null) return undefined;
		const { query, keys } = parseCursor(cursor);
		if (query !== this.fingerprint) throw invalidCursor();
		if (keys === 'end') return keys;
		return keys.map(([value]) => (value === undefined ? undefined : jsonToConvex(value)));
	}
}

interface CursorContent {
	query: string;
	keys: 'end' | JSONValue[][];
}

function parseCursor(cursor: string): CursorContent {
	try {
		const content: CursorContent = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
		const { query, keys } = content;
		if (typeof query === 'string' && (keys === 'end' || keys.every(Array.isArray))) return content;
	} catch {
		// Said below.
	}
	// crates/keybroker/src/broker.rs, `cursor_parse_error`
	throw new Error('Failed to parse cursor');
}

/** A cursor belongs to one query: its table, index, range, order and filters. */
function fingerprintOf(query: SerializedQuery, { fieldPathsToSortBy }: QuerySource): string {
	return createHash('sha256')
		.update(JSON.stringify([query, fieldPathsToSortBy]))
		.digest('hex')
		.slice(0, 16);
}

/** crates/database/src/query/mod.rs, `invalid_cursor`. convex/server makes a ConvexError of it. */
function invalidCursor(): Error {
	const message =
		'InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.';
	return Object.assign(new Error(message), {
		data: { isConvexSystemError: true, paginationError: 'InvalidCursor' },
	});
}
