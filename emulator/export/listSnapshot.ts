import type { JSONValue } from 'convex/values';
import type { Answer } from '../answer';
import type { App } from '../app';
import { PlatformFailure } from '../platformFailure';
import { isBody } from '../request';
import type { Revision } from '../revisionLog';
import type { TableName } from '../tablets';
import { ExportedTables, rowText } from './exportedTables';
import { jsonAnswer, objectText } from './exportJson';
import type { ExportRequest } from './exportRequest';

/** After a document of a table, or at its beginning when there is no id. */
interface SnapshotCursor {
	tablet: string;
	id: string;
}

/** All documents as of a timestamp, a page of one table at a time: crates/database/src/database.rs. */
export function listSnapshot(app: App, request: ExportRequest, pageSize: number): Answer {
	const { latest } = app.history;
	const snapshot = request.snapshot ?? latest;
	checkSnapshot(app, snapshot);
	const cursor = cursorOf(request.cursor);
	const tables = new ExportedTables(app);
	const selected = tables.selected(request.selection);
	const index =
		cursor === undefined ? 0 : selected.findIndex((one) => tabletOf(one) === cursor.tablet);
	const [table, following] = selected.slice(index);
	const documents = table === undefined ? [] : tables.documents(table, snapshot);
	const page = documents.filter(({ id }) => id > (cursor?.id ?? '')).slice(0, pageSize);
	const next = page.length === pageSize ? afterLast(page) : following && startOf(following);
	return jsonAnswer(
		objectText({
			values: `[${page.map((one) => rowText(one, request, {})).join(',')}]`,
			snapshot: String(snapshot),
			cursor: JSON.stringify(next === undefined ? null : JSON.stringify(next)),
			hasMore: String(next !== undefined),
		}),
	);
}

function afterLast(page: Revision[]): SnapshotCursor | undefined {
	const last = page.at(-1);
	return (
		last && { tablet: tabletOf({ component: last.componentPath, table: last.table }), id: last.id }
	);
}

function startOf(table: TableName): SnapshotCursor {
	return { tablet: tabletOf(table), id: '' };
}

function tabletOf({ component, table }: TableName): string {
	return `${component}/${table}`;
}

function checkSnapshot(app: App, ts: bigint): void {
	if (ts > app.history.latest) {
		throw new PlatformFailure(400, 'SnapshotTooNew', `Snapshot value ${ts} is in the future.`);
	}
	if (app.history.documentsAt('', ts) === undefined) {
		throw new PlatformFailure(
			400,
			'SnapshotTooOld',
			`Snapshot value ${ts} is too far in the past.`,
		);
	}
}

function cursorOf(text: JSONValue | undefined): SnapshotCursor | undefined {
	if (text === undefined) return undefined;
	try {
		const cursor: JSONValue = JSON.parse(String(text));
		if (isBody(cursor) && typeof cursor.tablet === 'string' && typeof cursor.id === 'string') {
			return { tablet: cursor.tablet, id: cursor.id };
		}
	} catch {
		// Said below.
	}
	throw new PlatformFailure(
		400,
		'InvalidListSnapshotCursor',
		'Invalid value for the `cursor` argument of list_snapshot. Use a `cursor` returned by a previous list_snapshot call, and treat it as an opaque value.',
	);
}
