import type { Answer } from '../answer';
import type { App } from '../app';
import { PlatformFailure } from '../platformFailure';
import { badBody, type Body } from '../request';
import { TextSigner } from '../signedText';
import { DataSyncReader, newCursor, type DataSyncCursor, type DataSyncPage } from './dataSync';
import { ExportedTables, fieldTexts } from './exportedTables';
import { exportJson, jsonAnswer, objectText } from './exportJson';
import { timestampOf } from './exportRequest';
import { Selection } from './selection';

/** Data sync, the newer export: crates/local_backend/src/streaming_export.rs, crates/streaming_export. */
export class DataSyncApi {
	/** A cursor is of the deployment that gave it: one that a reset began refuses those before it. */
	private readonly signers = new WeakMap<App, TextSigner>();

	constructor(private readonly app: () => App) {}

	/** `/api/v1/data/sync`: the next page after a cursor. */
	sync(body: Body, pageSize: number): Answer {
		const app = this.app();
		const { cursor: token } = body;
		const cursor = token === undefined || token === null ? undefined : this.open(token);
		const selection = selectionOf(body);
		if (cursor !== undefined && cursor.syncedTs < app.history.revisions.earliest) throw expired();
		const page = new DataSyncReader(app, selection, pageSize).page(cursor);
		return jsonAnswer(this.pageText(page, selection));
	}

	/** `/api/data_sync_cursor_from_deltas`: a cursor of one who has everything up to a timestamp. */
	cursorFromDeltas(body: Body): Answer {
		const app = this.app();
		const ts = timestampOf(body.cursor);
		if (ts === undefined) throw badBody('missing field `cursor`');
		const selection = selectionOf(body);
		const { latest, revisions } = app.history;
		if (ts > latest) {
			throw invalidCursor("document_deltas cursor is ahead of the deployment's latest timestamp");
		}
		if (ts < revisions.earliest) throw expired();
		const synced = new ExportedTables(app).selected(selection);
		return { status: 200, body: { cursor: this.seal(newCursor(ts, synced)) } };
	}

	private pageText(page: DataSyncPage, selection: Selection): string {
		const { truncates, entries, cursor, status } = page;
		const values = entries.map((entry) =>
			objectText({
				component: JSON.stringify(entry.componentPath),
				table: JSON.stringify(entry.table),
				ts: String(entry.ts),
				deleted: String(entry.document === null),
				value: objectText(fieldTexts(entry, { selection, write: exportJson })),
			}),
		);
		return objectText({
			status: objectText({
				type: JSON.stringify(status),
				...(status !== 'snapshotting' && { snapshotTs: String(cursor.syncedTs) }),
			}),
			truncates: JSON.stringify(truncates.map(({ component, table }) => ({ component, table }))),
			values: `[${values.join(',')}]`,
			syncId: JSON.stringify(cursor.syncId),
			pagination: JSON.stringify({ hasMore: true, nextCursor: this.seal(cursor) }),
		});
	}

	private get signer(): TextSigner {
		const app = this.app();
		const signer = this.signers.get(app) ?? new TextSigner();
		this.signers.set(app, signer);
		return signer;
	}

	private seal(cursor: DataSyncCursor): string {
		return this.signer.sign(JSON.stringify({ ...cursor, syncedTs: String(cursor.syncedTs) }));
	}

	private open(token: unknown): DataSyncCursor {
		const text = typeof token === 'string' ? this.signer.open(token) : undefined;
		if (text === undefined) throw invalidCursor('Could not parse the data sync cursor');
		const { syncedTs, ...cursor } = JSON.parse(text);
		return { ...cursor, syncedTs: BigInt(syncedTs) };
	}
}

function selectionOf({ selection: tree }: Body): Selection {
	const selection = tree === undefined ? Selection.all : Selection.parse(tree);
	if (selection === undefined) throw badBody('data did not match any variant of untagged enum');
	if (selection.lacksIds) {
		throw new PlatformFailure(
			400,
			'InvalidDataSyncSelection',
			'Invalid selection: `_id` must be included in the selected columns',
		);
	}
	return selection;
}

function invalidCursor(message: string): PlatformFailure {
	return new PlatformFailure(400, 'InvalidDataSyncCursor', message);
}

function expired(): PlatformFailure {
	return new PlatformFailure(
		400,
		'DataSyncCursorExpired',
		"The cursor is outside the deployment's data retention window and can no longer be resumed. Restart the sync from scratch by calling /data/sync without a cursor.",
	);
}
