/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import type {
	ConvexTestDatabase,
	ConvexTestState,
	Document,
	Documents,
} from './convexTestDatabases';
import { internalServerError } from './platformFailure';
import { RevisionLog } from './revisionLog';
import { Tablets } from './tablets';
import type { TableOfId } from './validation';

/** How long old states can be read: INDEX_RETENTION_DELAY of the backend. */
const RETENTION_MS = 4 * 60 * 1000;
const NANOSECONDS_PER_MS = 1_000_000n;
/** Old states that are cached; others are computed when they are read. */
const MAX_VIEWS = 4;

/** Documents by id, as they were; null for one that did not exist. */
type Replaced = Array<[id: string, before: Document | null]>;

interface Commit {
	ts: bigint;
	replaced: Map<ConvexTestDatabase, Replaced>;
}

type View = Map<ConvexTestDatabase, Documents>;

/** The states that the databases of an app went through, so that a query can be run as of a timestamp. */
export class DocumentHistory {
	private readonly wanted = new AsyncLocalStorage<bigint>();

	private readonly databases: ConvexTestDatabase[];

	/** What the databases hold, while a query reads an old state in their place. */
	private present: View | undefined;

	/** Oldest first. */
	private commits: Commit[] = [];

	private readonly views = new Map<bigint, View>();

	private earliest: bigint;

	/** Called after each mutation that wrote, as soon as it is committed. */
	onCommit: () => void = () => {};

	/** Kept longer than states are. */
	readonly revisions: RevisionLog;

	readonly tablets = new Tablets();

	constructor(
		private readonly state: ConvexTestState,
		private readonly tableOfId: TableOfId,
	) {
		this.databases = Object.values(state.components).map(({ db }) => db);
		// A deployment has a timestamp before its first mutation, too.
		this.earliest = BigInt(Date.now()) * NANOSECONDS_PER_MS;
		this.revisions = new RevisionLog(this.earliest);
		state.transactionManager._lastCommitTs = this.earliest;
		for (const database of this.databases) this.record(database);
	}

	/** The latest timestamp that can be read, in nanoseconds: that of the last mutation. */
	get latest(): bigint {
		return this.state.transactionManager._lastCommitTs;
	}

	/** A commit that changes no table of the app; its timestamp. */
	advance(): bigint {
		const now = BigInt(Date.now()) * NANOSECONDS_PER_MS;
		const ts = now > this.latest ? now : this.latest + 1n;
		this.state.transactionManager._lastCommitTs = ts;
		return ts;
	}

	/** Ends the retention of every state but the present one. */
	forget(): void {
		this.commits = [];
		this.views.clear();
		this.earliest = this.latest;
		this.revisions.forget(this.latest);
	}

	/** Runs something, in which `read` reads as of a timestamp. */
	async asOf<Result>(ts: bigint | undefined, run: () => Promise<Result>): Promise<Result> {
		if (ts === undefined) return await run();
		this.check(ts);
		return await this.wanted.run(ts, run);
	}

	/** The committed documents of a database, also while a query reads old ones. */
	presentDocuments(database: ConvexTestDatabase): Documents {
		return this.present?.get(database) ?? database._documents;
	}

	/** The documents of a component as of a timestamp, by id; undefined when it is out of retention. */
	documentsAt(componentPath: string, ts: bigint): Documents | undefined {
		const database = this.state.components[componentPath]?.db;
		if (database === undefined) return undefined;
		if (ts >= this.latest) return this.presentDocuments(database);
		this.dropOldCommits();
		return ts < this.earliest ? undefined : this.viewAt(ts).get(database);
	}

	/** Runs a query's handler. convex-test runs one at a time, and no mutation meanwhile. */
	async read<Result>(handler: () => Promise<Result>): Promise<Result> {
		const ts = this.wanted.getStore();
		if (ts === undefined || ts >= this.latest) return await handler();
		const view = this.viewAt(ts);
		const outer = this.present;
		const before: View = new Map(this.databases.map((database) => [database, database._documents]));
		this.present ??= before;
		for (const database of this.databases) {
			database._documents = view.get(database) ?? database._documents;
		}
		try {
			return await handler();
		} finally {
			this.present = outer;
			for (const [database, documents] of before) database._documents = documents;
		}
	}

	/**
	 * @throws PlatformFailure of the backend: 503 for a timestamp out of retention, 500 for one to come
	 * (crates/database/src/snapshot_manager.rs, `snapshot`)
	 */
	private check(ts: bigint): void {
		this.dropOldCommits();
		if (ts < this.earliest) throw internalServerError(503);
		if (ts > this.latest) throw internalServerError(500);
	}

	private viewAt(ts: bigint): View {
		const known = this.views.get(ts);
		if (known !== undefined) return known;
		const view: View = new Map(
			this.databases.map((database) => [database, { ...this.presentDocuments(database) }]),
		);
		for (const commit of this.commits.toReversed()) {
			if (commit.ts <= ts) break;
			for (const [database, replaced] of commit.replaced) undo(view.get(database), replaced);
		}
		const [oldest] = this.views.keys();
		if (oldest !== undefined && this.views.size >= MAX_VIEWS) this.views.delete(oldest);
		this.views.set(ts, view);
		return view;
	}

	private record(database: ConvexTestDatabase): void {
		const commit = database.commit.bind(database);
		database.commit = (commitTs) => {
			const written = Object.keys(database._writes.at(-1) ?? {});
			const replaced: Replaced = written.map((id) => [id, database._documents[id] ?? null]);
			commit(commitTs);
			if (commitTs !== null && replaced.length > 0) this.add(commitTs, database, replaced);
		};
	}

	private add(ts: bigint, database: ConvexTestDatabase, replaced: Replaced): void {
		const last = this.commits.at(-1);
		if (last?.ts === ts) last.replaced.set(database, replaced);
		else this.commits.push({ ts, replaced: new Map([[database, replaced]]) });
		this.logRevisions(ts, database, replaced);
		this.dropOldCommits();
		this.onCommit();
	}

	private logRevisions(ts: bigint, database: ConvexTestDatabase, replaced: Replaced): void {
		const { componentPath } = database;
		for (const [id] of replaced) {
			const table = this.tableOfId(id);
			if (table === undefined || table.startsWith('_')) continue;
			const document = database._documents[id] ?? null;
			const { generation } = this.tablets.of({ component: componentPath, table });
			this.revisions.add({ ts, componentPath, table, generation, id, document });
		}
	}

	private dropOldCommits(): void {
		const limit = BigInt(Date.now() - RETENTION_MS) * NANOSECONDS_PER_MS;
		while (this.commits[0] !== undefined && this.commits[0].ts < limit) {
			this.earliest = this.commits[0].ts;
			this.commits.shift();
		}
	}
}

function undo(documents: Documents | undefined, replaced: Replaced): void {
	if (documents === undefined) return;
	for (const [id, before] of replaced) {
		if (before === null) delete documents[id];
		else documents[id] = before;
	}
}
