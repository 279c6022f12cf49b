import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import type {
	FeedPage,
	FeedPageResult,
	FeedRow,
} from '../../../../nodes/Convex/convex/feed/feedPage';
import type { TextResult } from '../../../../nodes/Convex/transport/http/feedRequests';

/** A document as it was written, or deleted, in one of the tables that had a name. */
interface Version {
	time: number;
	tablet: number;
	id: string;
	/** Undefined for a document that was deleted. */
	revision: number | undefined;
}

interface Cursor {
	time: number;
	synced: number[];
	current?: { tablet: number; upTo: string };
}

/**
 * A deployment reduced to what its feed of changes promises (convex-backend
 * crates/table_iteration/src/data_sync.rs): what it sends of tables in the order of their IDs, and of what
 * is written meanwhile, and what an import does.
 */
export class ModelDeployment {
	clock = 1;

	/** Whether it gives a cursor of a time. */
	offersCursors = true;

	pageSize = 3;

	/** How many requests fail from now on. */
	failing = 0;

	/** Whether tables are read on at once, or what changed of them is sent first. */
	isFresh = true;

	/** The tables that are asked for. */
	selected: readonly string[];

	private revisions = 0;

	private tablets = new Map<string, number>();

	private versions: Version[] = [];

	private hidden: { table: string; tablet: number } | undefined;

	private earliest = 0;

	constructor(tables: readonly string[]) {
		this.selected = tables;
		for (const [index, table] of tables.entries()) this.tablets.set(table, index);
	}

	get isImporting(): boolean {
		return this.hidden !== undefined;
	}

	write(table: string, id: string): void {
		this.add(this.tabletOf(table), id, (this.revisions += 1));
	}

	delete(table: string, id: string): void {
		if (this.documents(table).has(id)) this.add(this.tabletOf(table), id, undefined);
	}

	/** Writes the rows into a hidden table. */
	beginImport(table: string, ids: readonly string[]): void {
		const tablet = this.tablets.size + this.clock * 100;
		this.hidden = { table, tablet };
		for (const id of ids) this.add(tablet, id, (this.revisions += 1));
	}

	finishImport(): void {
		if (this.hidden === undefined) return;
		this.tablets.set(this.hidden.table, this.hidden.tablet);
		this.hidden = undefined;
		this.clock += 1;
	}

	/** The past is not kept any longer. */
	forget(): void {
		this.earliest = this.clock;
	}

	/** The present documents, by ID. */
	documents(table: string): Map<string, Version> {
		return this.documentsAt(this.tabletOf(table), this.clock);
	}

	async readNow(): Promise<TextResult> {
		return this.fails() ? unavailable() : { status: 'success', text: String(this.clock) };
	}

	async cursorAt(time: string): Promise<TextResult | undefined> {
		if (!this.offersCursors) return undefined;
		if (this.fails()) return unavailable();
		if (Number(time) < this.earliest) return undefined;
		const synced = this.selected.map((table) => this.tabletOf(table));
		return { status: 'success', text: JSON.stringify({ time: Number(time), synced }) };
	}

	keepPage(): void {}

	async readPage(text: string | undefined): Promise<FeedPageResult> {
		if (this.fails()) return unavailable();
		const cursor: Cursor = text === undefined ? { time: this.clock, synced: [] } : JSON.parse(text);
		if (cursor.time < this.earliest) return refused('DataSyncCursorExpired');
		const before = text === undefined ? [] : tracked(cursor);
		const wanted = this.selected.map((table) => this.tabletOf(table));
		cursor.synced = cursor.synced.filter((tablet) => wanted.includes(tablet));
		if (cursor.current !== undefined && !wanted.includes(cursor.current.tablet)) {
			delete cursor.current;
		}
		beginNext(cursor, wanted);
		const isById = cursor.current !== undefined && (this.isFresh || cursor.time === this.clock);
		const versions = isById ? this.byId(cursor, wanted) : this.byTime(cursor);
		const entered = tracked(cursor).filter((tablet) => !before.includes(tablet));
		return { status: 'success', page: this.pageOf(cursor, versions, entered) };
	}

	private pageOf(cursor: Cursor, versions: Version[], entered: number[]): FeedPage {
		const isWhole = cursor.current === undefined;
		const type = cursor.time < this.clock ? 'stale' : 'upToDate';
		return {
			status: isWhole ? { type, snapshotTime: String(cursor.time) } : { type: 'snapshotting' },
			restarted: entered.map((tablet) => ({ component: '', table: this.nameOf(tablet) })),
			rows: versions.map((version) => this.rowOf(version)),
			nextCursor: JSON.stringify({ ...cursor, page: this.clock + Math.random() }),
			length: 1,
		};
	}

	private byId(cursor: Cursor, wanted: number[]): Version[] {
		const { current } = cursor;
		if (current === undefined) return [];
		const left = [...this.documentsAt(current.tablet, cursor.time).values()]
			.filter(({ id }) => id > current.upTo)
			.sort((a, b) => (a.id < b.id ? -1 : 1));
		const page = left.slice(0, this.pageSize);
		if (page.length < this.pageSize) {
			cursor.synced.push(current.tablet);
			delete cursor.current;
			beginNext(cursor, wanted);
		} else {
			current.upTo = page.at(-1)?.id ?? '';
		}
		return page;
	}

	private byTime(cursor: Cursor): Version[] {
		const page: Version[] = [];
		const { time } = cursor;
		for (const version of this.versions.filter((each) => each.time > time)) {
			if (page.length >= this.pageSize) return page;
			const isCaptured =
				cursor.synced.includes(version.tablet) ||
				(cursor.current?.tablet === version.tablet && version.id <= cursor.current.upTo);
			if (isCaptured) page.push(version);
			cursor.time = version.time;
		}
		cursor.time = this.clock;
		return page;
	}

	private documentsAt(tablet: number, time: number): Map<string, Version> {
		const documents = new Map<string, Version>();
		for (const version of this.versions) {
			if (version.tablet !== tablet || version.time > time) continue;
			if (version.revision === undefined) documents.delete(version.id);
			else documents.set(version.id, version);
		}
		return documents;
	}

	private rowOf({ time, tablet, id, revision }: Version): FeedRow {
		return {
			component: '',
			table: this.nameOf(tablet),
			id,
			timestamp: String(time),
			value: revision === undefined ? undefined : { _id: id, revision },
		};
	}

	private nameOf(tablet: number): string {
		return [...this.tablets].find(([, each]) => each === tablet)?.[0] ?? '';
	}

	private tabletOf(table: string): number {
		return this.tablets.get(table) ?? -1;
	}

	private add(tablet: number, id: string, revision: number | undefined): void {
		this.clock += 1;
		this.versions.push({ time: this.clock, tablet, id, revision });
	}

	private fails(): boolean {
		this.failing -= 1;
		return this.failing >= 0;
	}
}

function beginNext(cursor: Cursor, wanted: number[]): void {
	if (cursor.current !== undefined) return;
	const tablet = wanted.find((each) => !cursor.synced.includes(each));
	if (tablet !== undefined) cursor.current = { tablet, upTo: '' };
}

function tracked({ synced, current }: Cursor): number[] {
	return current === undefined ? synced : [...synced, current.tablet];
}

function unavailable() {
	return refused('Unavailable');
}

function refused(code: string): { status: 'failure'; failure: ConvexFailure } {
	const details = { kind: 'deployment', code, outcome: 'notExecuted' } as const;
	return { status: 'failure', failure: new ConvexFailure(code, '', details) };
}
