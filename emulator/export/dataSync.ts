import { randomUUID } from 'node:crypto';
import type { App } from '../app';
import type { Revision } from '../revisionLog';
import { isSameTablet, type Tablet } from '../tablets';
import { ExportedTables } from './exportedTables';
import type { Selection } from './selection';

/** How far a client has come: crates/table_iteration/src/data_sync.rs `DataSyncCursor`. */
export interface DataSyncCursor {
	syncId: string;
	/** All that the client has is as of this time or later. */
	syncedTs: bigint;
	/** The tables that it has whole. */
	synced: Tablet[];
	/** The table that it has up to an id. */
	current?: Tablet & { upTo: string | null };
}

export interface DataSyncPage {
	/** The tables that the client starts afresh. */
	truncates: Tablet[];
	entries: Revision[];
	cursor: DataSyncCursor;
	/** `stale`: whole, as of an older time. */
	status: 'snapshotting' | 'stale' | 'upToDate';
}

export function newCursor(syncedTs: bigint, synced: Tablet[]): DataSyncCursor {
	return { syncId: randomUUID(), syncedTs, synced };
}

/** Makes one page: first what changed of what the client has, then what it does not have yet. */
export class DataSyncReader {
	private readonly tables: ExportedTables;

	private readonly latest: bigint;

	private readonly wanted: Tablet[];

	private readonly entries: Revision[] = [];

	/**
	 * @param pageSize - entries after which a page ends; it never ends within a transaction
	 */
	constructor(
		private readonly app: App,
		selection: Selection,
		private readonly pageSize: number,
	) {
		this.tables = new ExportedTables(app);
		this.latest = app.history.latest;
		this.wanted = this.tables.selected(selection);
	}

	/** @param before - undefined for a client that begins */
	page(before: DataSyncCursor | undefined): DataSyncPage {
		const cursor = this.withoutUnwanted(before ?? newCursor(this.latest, []));
		const hadTables = before === undefined ? [] : tracked(cursor);
		this.readChanges(cursor);
		if (cursor.syncedTs === this.latest) this.readTables(cursor);
		const isWhole = this.wanted.every((table) => includes(cursor.synced, table));
		const isLatest = cursor.syncedTs === this.latest;
		return {
			truncates: tracked(cursor).filter((table) => !includes(hadTables, table)),
			entries: this.entries,
			cursor,
			status: isWhole ? (isLatest ? 'upToDate' : 'stale') : 'snapshotting',
		};
	}

	private withoutUnwanted({ current, ...cursor }: DataSyncCursor): DataSyncCursor {
		const isWanted = (table: Tablet) => includes(this.wanted, table);
		return {
			...cursor,
			synced: cursor.synced.filter(isWanted),
			...(current !== undefined && isWanted(current) && { current: { ...current } }),
		};
	}

	private readChanges(cursor: DataSyncCursor): void {
		for (const revision of this.app.history.revisions.after(cursor.syncedTs)) {
			if (this.entries.length >= this.pageSize && revision.ts > cursor.syncedTs) return;
			if (hasCaptured(cursor, revision)) this.entries.push(revision);
			cursor.syncedTs = revision.ts;
		}
		cursor.syncedTs = this.latest;
	}

	private readTables(cursor: DataSyncCursor): void {
		for (;;) {
			const next = this.wanted.find((table) => !includes(cursor.synced, table));
			cursor.current ??= next && { ...next, upTo: null };
			const { current } = cursor;
			const room = this.pageSize - this.entries.length;
			if (current === undefined || room <= 0) return;
			const { component, table, generation, upTo } = current;
			const unread = this.tables
				.documents(current, this.latest)
				.filter(({ id }) => upTo === null || id > upTo);
			for (const document of unread.slice(0, room)) {
				this.entries.push(document);
				current.upTo = document.id;
			}
			if (unread.length > room) return;
			cursor.synced.push({ component, table, generation });
			delete cursor.current;
		}
	}
}

function tracked({ synced, current }: DataSyncCursor): Tablet[] {
	if (current === undefined) return [...synced];
	const { component, table, generation } = current;
	return [...synced, { component, table, generation }];
}

function includes(tables: Tablet[], table: Tablet): boolean {
	return tables.some((one) => isSameTablet(one, table));
}

/** Whether the client has a document in an earlier state. */
function hasCaptured(
	{ synced, current }: DataSyncCursor,
	{ componentPath: component, table, generation, id }: Revision,
): boolean {
	const tablet = { component, table, generation };
	if (includes(synced, tablet)) return true;
	const isCurrent = current !== undefined && isSameTablet(current, tablet);
	return isCurrent && current.upTo !== null && id <= current.upTo;
}
