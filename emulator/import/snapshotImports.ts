/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Value } from 'convex/values';
import type { App } from '../app';
import { PlatformFailure } from '../platformFailure';
import { DocumentWriter } from './documentWriter';
import { importError } from './importError';
import type { ImportPace } from './importPace';
import type { ImportMode, ImportRequest } from './importRequest';
import { parseImport, type TableRows } from './importRows';
import { documentOf, fail, setState, settled, type StoredImport } from './storedImport';
import { messageToConfirm, separated, type TableChange } from './tableChanges';

const TABLE = '_snapshot_imports';
const ID_LENGTH = 32;
const LISTED = 20;

/**
 * Bulk imports: crates/application/src/snapshot_import. An import is parsed, waits to be confirmed, and
 * is then carried out: table by table into hidden tables that replace the old ones at the end, or, to
 * append, transaction by transaction into the tables themselves.
 */
export class SnapshotImports {
	private readonly all: StoredImport[] = [];

	constructor(
		private readonly app: () => App,
		private readonly pace: ImportPace,
	) {}

	/** @returns the id of the import */
	start(request: ImportRequest, content: Buffer): string {
		const id = `${this.all.length + 1}`.padStart(ID_LENGTH - TABLE.length, '0') + TABLE;
		const stored: StoredImport = {
			id,
			creationTime: Date.now(),
			request,
			content,
			state: { state: 'uploaded' },
			tables: [],
			changes: [],
			written: [],
			changed: () => {},
		};
		this.all.push(stored);
		void this.parse(stored);
		return id;
	}

	/** Begins an import that waits for it; does nothing to any other. */
	perform(id: string): void {
		const stored = this.mustFind(id);
		if (stored.state.state !== 'waiting_for_confirmation') return;
		setState(stored, {
			state: 'in_progress',
			progress_message: 'Importing',
			checkpoint_messages: [],
		});
		void this.carryOut(stored);
	}

	cancel(id: string): void {
		const stored = this.mustFind(id);
		const { state } = stored.state;
		if (state === 'completed' || state === 'failed') {
			const ended = state === 'completed' ? 'completed' : 'failed';
			throw new PlatformFailure(
				400,
				'CannotCancelImport',
				`Cannot cancel an import that has ${ended}`,
			);
		}
		setState(stored, { state: 'failed', error_message: 'Import canceled' });
	}

	/** Waits for what a one-shot import waits for, and confirms by itself; the number of documents. */
	async performAtOnce(request: ImportRequest, content: Buffer): Promise<number> {
		const stored = this.mustFind(this.start(request, content));
		await settled(stored);
		this.perform(stored.id);
		await settled(stored);
		if (stored.state.state === 'completed') return Number(stored.state.num_rows_written);
		throw importError(
			'ImportFailed',
			stored.state.state === 'failed' ? stored.state.error_message : '',
		);
	}

	/** As the table has it; null for one that is not there. */
	document(id: string): Value {
		const stored = this.all.find((one) => one.id === id);
		return stored === undefined ? null : documentOf(stored);
	}

	/** The newest first. */
	list(): Value {
		return this.all.toReversed().slice(0, LISTED).map(documentOf);
	}

	private mustFind(id: string): StoredImport {
		const stored = this.all.find((one) => one.id === id);
		if (stored !== undefined) return stored;
		if (id.endsWith(TABLE)) {
			throw new PlatformFailure(404, 'ImportNotFound', `import ${id} not found`);
		}
		throw new PlatformFailure(400, 'InvalidImport', `invalid import id ${id}`);
	}

	private async parse(stored: StoredImport): Promise<void> {
		await nextTurn();
		await this.pace.pass('parsing');
		if (stored.state.state !== 'uploaded') return;
		const { format, table, componentPath, mode } = stored.request;
		try {
			const place = { componentPath, ...(table !== undefined && { table }) };
			stored.tables = parseImport(format, stored.content, place);
			stored.changes = stored.tables.map((rows) => changeOf(this.app(), rows, mode));
			stored.written = stored.tables.map(() => 0);
		} catch (thrown) {
			fail(stored, thrown);
			return;
		}
		setState(stored, {
			state: 'waiting_for_confirmation',
			message_to_confirm: messageToConfirm(stored.changes),
			require_manual_confirmation: stored.changes.some(({ deleted }) => deleted > 0),
		});
	}

	private async carryOut(stored: StoredImport): Promise<void> {
		await nextTurn();
		try {
			// The rows of hidden tables are older than when these take their place.
			const writtenAt = this.app().history.advance();
			for (const rows of stored.tables) this.checkTableNumber(rows);
			for (const index of stored.tables.keys()) await this.importTable(stored, index);
			// What was cancelled replaces nothing; what was appended meanwhile stays.
			if (stored.state.state !== 'in_progress') return;
			if (stored.request.mode !== 'append') {
				for (const rows of stored.tables) await this.replaceTable(rows, writtenAt);
			}
		} catch (thrown) {
			if (stored.state.state === 'in_progress') fail(stored, thrown);
			return;
		}
		const written = stored.tables.reduce((sum, { rows }) => sum + rows.length, 0);
		setState(stored, {
			state: 'completed',
			timestamp: this.app().history.latest,
			num_rows_written: BigInt(written),
		});
	}

	/** The first row says which number the table has: `assign_table_numbers`, `table_conflict_error`. */
	private checkTableNumber({ table, rows: [first] }: TableRows): void {
		const id = first?._id;
		const owner = typeof id === 'string' ? this.app().tableOfId(id) : undefined;
		if (owner === undefined || owner === table) return;
		throw new PlatformFailure(
			400,
			'TableConflict',
			`New table \`${table}\` has IDs that conflict with existing table \`${owner}\`. To delete all existing tables, import with \`npx convex import --replace-all\`.`,
		);
	}

	/** `import_single_table`, with its count that is one behind. */
	private async importTable(stored: StoredImport, index: number): Promise<void> {
		const rows = stored.tables[index];
		if (rows === undefined) return;
		const name = rows.table;
		this.report(stored, index, 0, `Importing "${name}"`);
		await this.pace.pass('importing');
		let waiting: TableRows['rows'] = [];
		for (const [row, document] of rows.rows.entries()) {
			waiting.push(document);
			if (waiting.length <= this.pace.rowsPerTransaction) continue;
			await this.write(stored, { ...rows, rows: waiting });
			waiting = [];
			this.report(stored, index, row, `Importing "${name}" (${separated(row)} documents)`);
			await this.pace.pass('importing');
		}
		await this.write(stored, { ...rows, rows: waiting });
		const count = rows.rows.length;
		this.report(stored, index, count, `Imported "${name}" (${separated(count)} documents)`, true);
	}

	/** Writes into the table itself, or checks what a hidden table would be given. */
	private async write({ request }: StoredImport, rows: TableRows): Promise<void> {
		checkIds(rows);
		const { componentPath, table } = rows;
		await DocumentWriter.transaction(this.app(), componentPath, (writer) => {
			const ids = rows.rows.map((document) => writer.insert(table, document));
			if (request.mode !== 'append') writer.discard(ids);
		});
	}

	private async replaceTable(
		{ componentPath, table, rows }: TableRows,
		writtenAt: bigint,
	): Promise<void> {
		const { history } = this.app();
		const name = { component: componentPath, table };
		await DocumentWriter.transaction(this.app(), componentPath, (writer) => {
			history.tablets.replace(name);
			for (const document of writer.documents(table)) writer.delete(table, document);
			for (const document of rows) writer.insert(table, document);
		});
		history.tablets.activated(name, { writtenAt, activatedAt: history.latest });
	}

	private report(
		stored: StoredImport,
		index: number,
		written: number,
		message: string,
		isEnd = false,
	): void {
		if (stored.state.state !== 'in_progress') return;
		stored.written[index] = written;
		const { checkpoint_messages: messages } = stored.state;
		setState(stored, {
			state: 'in_progress',
			progress_message: message,
			checkpoint_messages: isEnd ? [...messages, message] : messages,
		});
	}
}

/** @throws PlatformFailure for a table that is to be empty, and is not */
function changeOf(app: App, rows: TableRows, mode: ImportMode): TableChange {
	const { componentPath, table } = rows;
	const documents = Object.keys(app.databaseOf(componentPath)._documents);
	const existing = documents.filter((id) => app.tableOfId(id) === table).length;
	if (mode === 'requireEmpty' && existing > 0) {
		throw importError(
			'TableExists',
			`Table ${table} already exists. Please choose a new table name or use replace/append modes.`,
		);
	}
	return {
		componentPath,
		table,
		added: rows.rows.length,
		deleted: mode === 'replace' ? existing : 0,
		existing,
		isMissingId: rows.rows.some((document) => document._id === undefined),
	};
}

function checkIds({ table, rows }: TableRows): void {
	const ids = rows.flatMap(({ _id }) => (_id === undefined ? [] : [_id]));
	if (new Set(ids).size === ids.length) return;
	throw importError('DuplicateId', `Objects in table "${table}" have duplicate _id fields`);
}
