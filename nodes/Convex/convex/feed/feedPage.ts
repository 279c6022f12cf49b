import type { JSONValue } from 'convex/values';
import { ConvexFailure } from '../failure';
import { platformFailure } from '../failures/platformFailure';
import type { DeploymentResponse } from '../functions/functionCall';
import { STATUS_OK, unreadableAnswer } from '../responses/functionResponse';
import { parseExactJson } from '../values/exactJson';
import { divideList } from '../values/jsonList';
import { isPlainObject } from '../values/plainObject';
import { toPlainJson } from '../values/plainJson';

/** `hasMore` is always true: only the status says whether a page is the last for now. */
export const FEED_PATH = '/api/v1/data/sync';

/** A document as it was written, or that it was deleted. Nothing is converted before it is passed on. */
export interface FeedRow {
	/** The path of a component; empty for the app itself. */
	component: string;
	table: string;
	id: string;
	/** When it was written, in nanoseconds: all digits of an int64. */
	timestamp: string;
	/** In the format of exports; undefined for a document that was deleted. */
	value: JSONValue | undefined;
}

/**
 * How far a feed is behind this page: in the middle of tables that it reads from their beginning, or at
 * a state of the data as it was at a time.
 */
export type FeedStatus =
	{ type: 'snapshotting' } | { type: 'stale' | 'upToDate'; snapshotTime: string };

export interface FeedPage {
	status: FeedStatus;
	/** Tables that Convex sends from their beginning, from this page on. */
	restarted: Array<Pick<FeedRow, 'component' | 'table'>>;
	rows: FeedRow[];
	nextCursor: string;
	/** In characters. */
	length: number;
}

export type FeedPageResult =
	{ status: 'success'; page: FeedPage } | { status: 'failure'; failure: ConvexFailure };

/** In characters. A piece takes a few milliseconds at the most; longer ones are not quicker as a whole. */
const PIECE_LENGTH = 2 ** 16;

/**
 * Reads an answer of the feed, in pieces: one has up to 64 MiB, and n8n has other work. What is not wholly of
 * its form is a failure: a row that is skipped is lost.
 */
export function* parseFeedPage(response: DeploymentResponse): Generator<undefined, FeedPageResult> {
	const { httpStatus, body } = response;
	if (httpStatus !== STATUS_OK) {
		return { status: 'failure', failure: platformFailure('query', response) };
	}
	const rows: FeedRow[] = [];
	const pieces = divideList(body, 'values', PIECE_LENGTH);
	let piece = pieces.next();
	for (; piece.done !== true; piece = pieces.next()) {
		const list = parseExactJson(piece.value);
		if (!Array.isArray(list)) {
			return { status: 'failure', failure: unreadableAnswer('query', response) };
		}
		const read = listOf(list, rowOf);
		if (read === undefined) return { status: 'failure', failure: unreadablePage() };
		for (const row of read) rows.push(row);
		yield;
	}
	const answer = parseExactJson(piece.value);
	if (!isPlainObject(answer)) {
		return { status: 'failure', failure: unreadableAnswer('query', response) };
	}
	const page = pageOf(answer, rows, body.length);
	return page === undefined
		? { status: 'failure', failure: unreadablePage() }
		: { status: 'success', page };
}

/** Names the document of a row among all of the deployment. */
export function documentKey({ component, table, id }: FeedRow): string {
	return `${component}/${table}/${id}`;
}

/** The document of a row, in plain JSON; null for one that was deleted. */
export function documentOf({ value }: FeedRow): JSONValue {
	return value === undefined ? null : toPlainJson(value);
}

const TIMESTAMP = /^\d{1,19}$/;

/** A time of Convex, in nanoseconds. */
export function isTimestamp(value: unknown): value is string {
	return typeof value === 'string' && TIMESTAMP.test(value);
}

export const NANOSECONDS_PER_MS = 1_000_000n;

export function dateOf(timestamp: string): Date {
	return new Date(Number(BigInt(timestamp) / NANOSECONDS_PER_MS));
}

/** @param read the rows that are not in the answer any more */
function pageOf(
	answer: Record<string, unknown>,
	read: FeedRow[],
	length: number,
): FeedPage | undefined {
	const { status, truncates, values, pagination } = answer;
	const feedStatus = statusOf(status);
	const restarted = listOf(truncates, tableOf);
	const left = listOf(values, rowOf);
	const nextCursor = isPlainObject(pagination) ? pagination.nextCursor : undefined;
	if (feedStatus === undefined || restarted === undefined || left === undefined) return undefined;
	if (typeof nextCursor !== 'string' || nextCursor === '') return undefined;
	return { status: feedStatus, restarted, rows: [...read, ...left], nextCursor, length };
}

function statusOf(value: unknown): FeedStatus | undefined {
	if (!isPlainObject(value)) return undefined;
	const { type, snapshotTs } = value;
	if (type === 'snapshotting') return { type };
	const isWhole = type === 'stale' || type === 'upToDate';
	return isWhole && isTimestamp(snapshotTs) ? { type, snapshotTime: snapshotTs } : undefined;
}

function tableOf(value: unknown): Pick<FeedRow, 'component' | 'table'> | undefined {
	if (!isPlainObject(value)) return undefined;
	const { component, table } = value;
	return typeof component === 'string' && typeof table === 'string'
		? { component, table }
		: undefined;
}

function rowOf(value: unknown): FeedRow | undefined {
	const place = tableOf(value);
	if (place === undefined || !isPlainObject(value)) return undefined;
	const { ts, deleted, value: document } = value;
	if (!isTimestamp(ts) || typeof deleted !== 'boolean' || !isDocument(document)) return undefined;
	const { _id: id } = document;
	return { ...place, id, timestamp: ts, value: deleted ? undefined : document };
}

function isDocument(value: unknown): value is { [field: string]: JSONValue; _id: string } {
	return isPlainObject(value) && typeof value._id === 'string';
}

/** @returns undefined for what is no list, or has something else in it */
function listOf<Item>(
	value: unknown,
	parse: (value: unknown) => Item | undefined,
): Item[] | undefined {
	if (!Array.isArray(value)) return undefined;
	const list: unknown[] = value;
	const items = list.map(parse).filter((item) => item !== undefined);
	return items.length === list.length ? items : undefined;
}

function unreadablePage(): ConvexFailure {
	return new ConvexFailure(
		'The changes could not be read: the answer of the deployment is not of the form that is documented',
		'This version of Convex reports changes in another way. Update n8n-nodes-convex, or use the Convex Trigger. Nothing is lost meanwhile: the trigger stays where it is.',
		{ kind: 'deployment', retryable: false, outcome: 'failed' },
	);
}
