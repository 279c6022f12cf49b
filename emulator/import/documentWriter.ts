import type { Value } from 'convex/values';
import type { App } from '../app';
import type { ConvexTestDatabase, Document } from '../convexTestDatabases';
import { PlatformFailure } from '../platformFailure';

/** What convex-test can do with a component, beside its documented methods. */
interface ComponentTransactions {
	runInComponent: (componentPath: string, run: () => Promise<null>) => Promise<unknown>;
}

/** Writes documents of one component in one transaction, as imports do, past the functions of the app. */
export class DocumentWriter {
	private constructor(
		private readonly app: App,
		private readonly database: ConvexTestDatabase,
	) {}

	/** Runs what writes; what it throws rolls all of it back. */
	static async transaction(
		app: App,
		componentPath: string,
		write: (writer: DocumentWriter) => void,
	): Promise<void> {
		const { runInComponent } = app.backend as unknown as ComponentTransactions;
		await runInComponent(componentPath, async () => {
			write(new DocumentWriter(app, app.databaseOf(componentPath)));
			return null;
		});
	}

	/** The documents of a table, as the transaction sees them. */
	documents(table: string): Document[] {
		const { _documents: stored, _writes: layers } = this.database;
		const written: Record<string, Document | null> = Object.assign({}, ...layers);
		const ids = [...Object.keys(stored), ...Object.keys(written).filter((id) => !(id in stored))];
		return ids.flatMap((id) => {
			const document = id in written ? written[id] : stored[id];
			return document && this.app.tableOfId(id) === table ? [document] : [];
		});
	}

	/** A document with an `_id` or a `_creationTime` keeps it: `ImportFacingModel::insert`. */
	insert(table: string, document: Document): string {
		const { _id: wantedId, _creationTime, ...fields } = document;
		if (wantedId !== undefined) {
			const isOfTable = typeof wantedId === 'string' && this.app.tableOfId(wantedId) === table;
			if (!isOfTable) throw invalidId(table, wantedId);
		}
		const id = checked(() => this.database.insert(table, fields));
		const writes = this.database._writes.at(-1) ?? {};
		const written = writes[id] ?? {};
		const kept = typeof wantedId === 'string' ? wantedId : id;
		delete writes[id];
		writes[kept] = { ...written, _id: kept, ...(_creationTime !== undefined && { _creationTime }) };
		return kept;
	}

	/** Puts a document into the place of another, of which nothing stays but id and time. */
	replace(table: string, { _id }: Document, fields: Document): void {
		checked(() => this.database.replace(table, String(_id), { ...fields }));
	}

	/** Takes back what this transaction inserted: it was written to be checked. */
	discard(ids: readonly string[]): void {
		const writes = this.database._writes.at(-1) ?? {};
		for (const id of ids) delete writes[id];
	}

	delete(table: string, { _id }: Document): void {
		this.database.delete(table, String(_id));
	}
}

/** @throws PlatformFailure for what is no document of the table */
function checked<Result>(write: () => Result): Result {
	let failure: PlatformFailure;
	try {
		return write();
	} catch (thrown) {
		const message = thrown instanceof Error ? thrown.message : String(thrown);
		failure = new PlatformFailure(400, codeOf(message), message);
	}
	throw failure;
}

/** crates/common/src/{document.rs,schemas/mod.rs}. */
function codeOf(message: string): string {
	if (/^Failed to insert or update/.test(message)) return 'SchemaEnforcementError';
	return /^Value is too large/.test(message) ? 'ValueTooLargeError' : 'InvalidDocumentError';
}

function invalidId(table: string, id: Value): PlatformFailure {
	return new PlatformFailure(
		400,
		'ImportConflict',
		`_id ${String(id)} cannot be imported into '${table}' because it came from a different deployment and conflict with preexisting tables in this deployment. Try deleting preexisting tables or importing into an empty deployment.`,
	);
}
