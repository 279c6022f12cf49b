import { getConvexSize, type Value } from 'convex/values';
import type { App } from '../app';
import type { ConvexTestDatabase, Document } from '../convexTestDatabases';
import { PlatformFailure } from '../platformFailure';
import { isObject, validationError, type ValidatorJson } from '../validation';

/** crates/common/src/document.rs. */
const MAX_DOCUMENT_BYTES = 2 ** 20;
const MAX_NESTING = 16;

/** What convex-test can do with a component, beside its documented methods. */
interface ComponentTransactions {
	runInComponent: (componentPath: string, run: () => Promise<null>) => Promise<unknown>;
}

/** The table as `schema.export()` writes it. */
interface ExportedSchema {
	schemaValidation: boolean;
	tables: Array<{ tableName: string; documentType: ValidatorJson | null }>;
}

/** Writes documents of one component in one transaction, as imports do, past the functions of the app. */
export class DocumentWriter {
	private readonly validators: ReadonlyMap<string, ValidatorJson | null>;

	private constructor(
		private readonly app: App,
		private readonly database: ConvexTestDatabase,
	) {
		this.validators = validatorsOf(app, database.componentPath);
	}

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
		const known = new Map(Object.entries<Document | null>(this.database._documents));
		for (const layer of this.database._writes) {
			for (const [id, document] of Object.entries(layer)) known.set(id, document);
		}
		return [...known].flatMap(([id, document]) =>
			document !== null && this.app.tableOfId(id) === table ? [document] : [],
		);
	}

	/** A document with an `_id` or a `_creationTime` keeps it: `ImportFacingModel::insert`. */
	insert(table: string, document: Document): string {
		const { _id: wantedId, _creationTime, ...fields } = document;
		this.check(table, fields);
		if (wantedId !== undefined) {
			const isOfTable = typeof wantedId === 'string' && this.app.tableOfId(wantedId) === table;
			if (!isOfTable) throw invalidId(table, wantedId);
		}
		const id = this.database.insert(table, fields);
		const writes = this.database._writes.at(-1) ?? {};
		const written = writes[id] ?? {};
		const kept = typeof wantedId === 'string' ? wantedId : id;
		delete writes[id];
		writes[kept] = { ...written, _id: kept, ...(_creationTime !== undefined && { _creationTime }) };
		return kept;
	}

	/** Puts a document into the place of another, of which nothing stays but id and time. */
	replace(table: string, { _id, _creationTime }: Document, fields: Document): void {
		this.check(table, fields);
		const writes = this.database._writes.at(-1) ?? {};
		writes[String(_id)] = { ...fields, _id: _id ?? null, _creationTime: _creationTime ?? null };
	}

	/** Takes back what this transaction inserted: it was written to be checked. */
	discard(ids: readonly string[]): void {
		const writes = this.database._writes.at(-1) ?? {};
		for (const id of ids) delete writes[id];
	}

	delete(table: string, { _id }: Document): void {
		this.database.delete(table, String(_id));
	}

	/** @throws PlatformFailure for what is no document of the table */
	private check(table: string, fields: Document): void {
		const reserved = Object.keys(fields).find((name) => name.startsWith('_'));
		if (reserved !== undefined) {
			throw invalidDocument(
				`Field '${reserved}' starts with an underscore, which is only allowed for system fields like '_id'`,
			);
		}
		const nesting = nestingOf(fields);
		if (nesting > MAX_NESTING) {
			throw invalidDocument(
				`Document is too nested (nested ${nesting} levels deep > maximum nesting ${MAX_NESTING})`,
			);
		}
		const bytes = getConvexSize(fields);
		if (bytes > MAX_DOCUMENT_BYTES) {
			throw new PlatformFailure(
				400,
				'ValueTooLargeError',
				`Value is too large (${(bytes / 2 ** 20).toFixed(2)} MiB > maximum size 1 MiB)`,
			);
		}
		const validator = this.validators.get(table);
		const error = validator && validationError(validator, fields, this.app.tableOfId);
		if (error === undefined || error === null) return;
		throw new PlatformFailure(
			400,
			'SchemaEnforcementError',
			`Failed to insert or update a document in table "${table}" because it does not match the schema: ${error}`,
		);
	}
}

function validatorsOf(app: App, componentPath: string): ReadonlyMap<string, ValidatorJson | null> {
	const schema = app.schemaOf(componentPath);
	if (schema === null) return new Map();
	const { export: toText } = schema as unknown as { export: () => string };
	const { schemaValidation, tables }: ExportedSchema = JSON.parse(toText.call(schema));
	if (!schemaValidation) return new Map();
	return new Map(tables.map(({ tableName, documentType }) => [tableName, documentType]));
}

function nestingOf(value: Value): number {
	if (Array.isArray(value)) return 1 + Math.max(0, ...value.map(nestingOf));
	return isObject(value) ? 1 + Math.max(0, ...Object.values(value).map(nestingOf)) : 0;
}

function invalidDocument(violation: string): PlatformFailure {
	return new PlatformFailure(
		400,
		'InvalidDocumentError',
		`It isn't a valid document: ${violation}`,
	);
}

function invalidId(table: string, id: Value): PlatformFailure {
	return new PlatformFailure(
		400,
		'ImportConflict',
		`_id ${String(id)} cannot be imported into '${table}' because it came from a different deployment and conflict with preexisting tables in this deployment. Try deleting preexisting tables or importing into an empty deployment.`,
	);
}
