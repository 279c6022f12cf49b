import { isPlainObject } from '../values/plainObject';
import { fingerprintOfJson } from '../values/fingerprint';
import { documentKey, isTimestamp, type FeedPage, type FeedRow } from './feedPage';

/**
 * Where a feed stands. All that Convex sends behind it is still to be passed on, so it moves only past
 * rows that were.
 *
 * ```
 *              a page is a state of the data
 *   snapshot ────────────────────────────────▶ following
 *      ▲                                          │
 *      └──────────────────────────────────────────┘
 *        a table is sent from its beginning: it was replaced by an import, or is new to the feed
 * ```
 *
 * - `snapshot`: Convex sends tables from their beginning, in the order of their IDs, and between them
 *   what changes of what it has sent. Rows of these tables are not changes by themselves: `since`,
 *   `awaited` and `whole` say which of them are.
 * - `following`: every row is a change.
 */
export type FeedPosition = (
	| {
			phase: 'snapshot';
			/** Undefined before the first page. */
			cursor: string | undefined;
			/** What was written up to this time is known; undefined where nothing is. */
			since: string | undefined;
			/** Tables that are still to be sent from their beginning, with rows that are known. */
			awaited: readonly string[];
			/** Tables of which every row counts, however old: see `advance`. */
			whole: readonly string[];
	  }
	| { phase: 'following'; cursor: string; since: string }
) & {
	/** What was passed on of the page behind the cursor, where that was not all of it: see `isDivisible`. */
	passedOn?: PassedOn;
};

/** The first rows of a page. */
export interface PassedOn {
	rows: number;
	/** Of these rows: the page may be another one when it is read again. */
	fingerprint: string;
}

/** The feed of everything, from the beginning. */
export function fromBeginning(tables: readonly string[]): FeedPosition {
	return { phase: 'snapshot', cursor: undefined, since: undefined, awaited: tables, whole: [] };
}

/** The feed of what is written after a time, by a cursor of that time. */
export function followingFrom(cursor: string, since: string): FeedPosition {
	return { phase: 'following', cursor, since };
}

/**
 * The same where there is no such cursor, or no more: all tables are read from their beginning, and what
 * was written after the time is passed on. What was deleted before a table is read again is not known.
 *
 * @param whole tables of which every row counts all the same: not all that they have was passed on yet
 */
export function readAgain(
	tables: readonly string[],
	since: string | undefined,
	whole: readonly string[] = [],
): FeedPosition {
	const awaited = without(tables, whole);
	return { phase: 'snapshot', cursor: undefined, since, awaited, whole };
}

/** The tables of which every row counts, as long as they are not sent as a whole. */
export function countedAsWhole(position: FeedPosition): readonly string[] {
	return position.phase === 'snapshot' ? position.whole : [];
}

/** The same feed, of tables that are new to it: their rows count from where the feed stands. */
export function withAwaited(position: FeedPosition, tables: readonly string[]): FeedPosition {
	const { awaited, whole } = position.phase === 'snapshot' ? position : NOTHING_SENT;
	return withTables(position, [...awaited, ...tables], without(whole, tables));
}

/** The same feed, of tables that are new to it: all their rows count. */
export function withWhole(position: FeedPosition, tables: readonly string[]): FeedPosition {
	const { awaited, whole } = position.phase === 'snapshot' ? position : NOTHING_SENT;
	return withTables(position, without(awaited, tables), [...whole, ...tables]);
}

function withTables(
	{ cursor, since, passedOn }: FeedPosition,
	awaited: readonly string[],
	whole: readonly string[],
): FeedPosition {
	return { phase: 'snapshot', cursor, since, awaited, whole, ...(passedOn && { passedOn }) };
}

function without(tables: readonly string[], others: readonly string[]): string[] {
	return tables.filter((table) => !others.includes(table));
}

const NOTHING_SENT: { awaited: readonly string[]; whole: readonly string[] } = {
	awaited: [],
	whole: [],
};

/** What a page means for a feed. */
export interface Advance {
	/**
	 * Those of its rows that are changes and not passed on yet, of each document the last one, and how many
	 * rows there are up to each.
	 */
	changes: Array<{ row: FeedRow; upTo: number }>;
	/** Tables that are sent from their beginning, and whose rows all count. */
	restarted: string[];
	/** Where the feed stands when all of them are passed on. */
	next: FeedPosition;
}

/**
 * Which rows of a page are changes: those that were written after `since`, and all of a table that Convex
 * sends from its beginning without being awaited. Such a table was replaced by an import, which writes its
 * rows long before they take the place of the old ones (convex-backend crates/application/src/snapshot_import:
 * hidden tables); or it is new. So the time of its rows says nothing.
 */
export function advance(position: FeedPosition, page: FeedPage, component: string): Advance {
	const { since } = position;
	const { awaited, whole } = position.phase === 'snapshot' ? position : NOTHING_SENT;
	const sent = page.restarted
		.filter((restarted) => restarted.component === component)
		.map(({ table }) => table);
	const restarted = sent.filter((table) => !awaited.includes(table));
	const counted = new Set([...whole, ...restarted]);
	const isChange = ({ table, timestamp }: FeedRow) =>
		since === undefined || counted.has(table) || isLater(timestamp, since);
	const before = rowsPassedOn(position.passedOn, page.rows);
	const last = new Map(page.rows.map((row, index) => [documentKey(row), index + 1]));
	const changes = page.rows
		.map((row, index) => ({ row, upTo: index + 1 }))
		.filter(({ row, upTo }) => upTo > before && isChange(row))
		.filter(({ row, upTo }) => last.get(documentKey(row)) === upTo);
	const left = awaited.filter((table) => !sent.includes(table));
	return { changes, restarted, next: nextPosition(page, since, left, [...counted]) };
}

function nextPosition(
	{ status, nextCursor: cursor }: FeedPage,
	since: string | undefined,
	awaited: readonly string[],
	whole: readonly string[],
): FeedPosition {
	return status.type === 'snapshotting'
		? { phase: 'snapshot', cursor, since, awaited, whole }
		: { phase: 'following', cursor, since: status.snapshotTime };
}

/**
 * Whether a page may be passed on in parts. A page of what was written is the same when it is read again, or
 * longer. One of a table that is read from its beginning is not: a document that was passed on of it and
 * deleted then would be missing, and its deletion would never be told.
 */
export function isDivisible(position: FeedPosition, { status, restarted }: FeedPage): boolean {
	const isOfChanges = position.phase === 'following' && restarted.length === 0;
	return isOfChanges && status.type !== 'snapshotting';
}

/** The same position, behind the first rows of the page that follows it. */
export function within(position: FeedPosition, page: FeedPage, rows: number): FeedPosition {
	return { ...position, passedOn: { rows, fingerprint: fingerprintOfRows(page.rows, rows) } };
}

/** How many rows of a page were passed on: all are sent again if they are not those that were. */
function rowsPassedOn(passedOn: PassedOn | undefined, rows: readonly FeedRow[]): number {
	if (passedOn === undefined || passedOn.rows > rows.length) return 0;
	return fingerprintOfRows(rows, passedOn.rows) === passedOn.fingerprint ? passedOn.rows : 0;
}

function fingerprintOfRows(rows: readonly FeedRow[], count: number): string {
	const names = rows
		.slice(0, count)
		.map(({ component, table, id, timestamp, value }) => [
			component,
			table,
			id,
			timestamp,
			value === undefined,
		]);
	return fingerprintOfJson(JSON.stringify(names));
}

function isLater(timestamp: string, since: string): boolean {
	return BigInt(timestamp) > BigInt(since);
}

/** Reads a position that was kept as JSON. @returns undefined for what is none */
export function parsePosition(value: unknown): FeedPosition | undefined {
	if (!isPlainObject(value)) return undefined;
	const { phase, cursor, since } = value;
	const passedOn = parsePassedOn(value.passedOn);
	const more = passedOn && { passedOn };
	if (phase === 'following') {
		const isWhole = isCursor(cursor) && isTimestamp(since);
		return isWhole ? { phase, cursor, since, ...more } : undefined;
	}
	const awaited = parseNames(value.awaited);
	const whole = parseNames(value.whole);
	const isStarted = cursor === undefined || isCursor(cursor);
	const isLimited = since === undefined || isTimestamp(since);
	if (phase !== 'snapshot' || awaited === undefined || whole === undefined) return undefined;
	return isStarted && isLimited ? { phase, cursor, since, awaited, whole, ...more } : undefined;
}

function isCursor(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function parsePassedOn(value: unknown): PassedOn | undefined {
	if (!isPlainObject(value)) return undefined;
	const { rows, fingerprint } = value;
	const isCount = typeof rows === 'number' && Number.isInteger(rows) && rows > 0;
	return isCount && typeof fingerprint === 'string' ? { rows, fingerprint } : undefined;
}

function parseNames(value: unknown): string[] | undefined {
	if (!Array.isArray(value)) return undefined;
	const names: unknown[] = value;
	return names.every((name) => typeof name === 'string') ? names : undefined;
}
