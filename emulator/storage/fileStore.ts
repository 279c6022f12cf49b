import { createHash, randomUUID } from 'node:crypto';
import type { convexTest } from 'convex-test';
import type { ConvexTestDatabase, ConvexTestState, Document } from '../convexTestDatabases';
import type { DocumentHistory } from '../documentHistory';
import { PlatformFailure } from '../platformFailure';
import type { StorageId } from './storageId';

/** A file as the backend keeps it: crates/model/src/file_storage/types.rs. */
export interface StoredFile {
	/** It stands in the file's URL. */
	uuid: string;
	/** The component that it belongs to. */
	componentPath: string;
	/** Of its document in `_storage`. */
	id: string;
	content: Buffer;
	sha256: Buffer;
	contentType: string | null;
}

export interface NewFile {
	content: Buffer;
	contentType: string | null;
	/** What its sha-256 has to be, if that is known. */
	expectedSha256?: Buffer;
}

/** What convex-test can do with a component, beside its documented methods. */
interface ComponentTransactions {
	runInComponent: (componentPath: string, run: () => Promise<null>) => Promise<unknown>;
}

/** The files of an app and its components, in memory: crates/file_storage/src/core.rs. */
export class FileStore {
	private readonly byUuid = new Map<string, StoredFile>();

	private readonly byId = new Map<string, StoredFile>();

	constructor(
		private readonly state: ConvexTestState,
		private readonly backend: ReturnType<typeof convexTest>,
		private readonly history: DocumentHistory,
	) {}

	/**
	 * Stores a file, and its document in a transaction of its own.
	 *
	 * @throws PlatformFailure when its sha-256 is not what it has to be
	 */
	async store(componentPath: string, file: NewFile): Promise<StoredFile> {
		const { content, contentType, expectedSha256 } = file;
		const sha256 = createHash('sha256').update(content).digest();
		if (expectedSha256 !== undefined && !expectedSha256.equals(sha256)) {
			throw new PlatformFailure(
				400,
				'Sha256Mismatch',
				`Sha256 mismatch. Expected: ${expectedSha256.toString('base64')} Actual: ${sha256.toString('base64')}`,
			);
		}
		const document = { size: content.length, sha256: sha256.toString('base64'), contentType };
		const id = await this.inTransaction(componentPath, (database) => {
			this.dropDeleted();
			return database.insert('_storage', document);
		});
		const stored = { uuid: randomUUID(), componentPath, id, content, sha256, contentType };
		this.byUuid.set(stored.uuid, stored);
		this.byId.set(id, stored);
		return stored;
	}

	/**
	 * The file that a function sees by this id: one of its own component that is not deleted.
	 *
	 * @param isInTransaction - whether it sees what its own transaction deleted
	 */
	find(componentPath: string, id: StorageId, isInTransaction: boolean): StoredFile | undefined {
		const file = id.kind === 'uuid' ? this.byUuid.get(id.uuid) : this.byId.get(id.id);
		if (file === undefined) return undefined;
		// No other component's database has its document.
		const database = this.databaseOf(componentPath);
		const document: Document | null | undefined = isInTransaction
			? database.get('_storage', file.id)
			: this.history.presentDocuments(database)[file.id];
		return document ? file : undefined;
	}

	/** The file behind a URL. */
	served(componentPath: string, uuid: string): StoredFile | undefined {
		return this.find(componentPath, { kind: 'uuid', uuid: uuid.toLowerCase() }, false);
	}

	/** Deletes a file within the transaction of the function that runs. */
	deleteInTransaction({ componentPath, id }: StoredFile): void {
		this.databaseOf(componentPath).delete('_storage', id);
	}

	/** Deletes a file in a transaction of its own; false when it was deleted meanwhile. */
	async delete(file: StoredFile): Promise<boolean> {
		return await this.inTransaction(file.componentPath, (database) => {
			if (database.get('_storage', file.id) === null) return false;
			this.deleteInTransaction(file);
			return true;
		});
	}

	private async inTransaction<Result>(
		componentPath: string,
		run: (database: ConvexTestDatabase) => Result,
	): Promise<Result> {
		const { runInComponent } = this.backend as unknown as ComponentTransactions;
		const results: Result[] = [];
		await runInComponent(componentPath, async () => {
			results.push(run(this.databaseOf(componentPath)));
			return null;
		});
		const [result] = results;
		if (results.length === 0) throw new Error('convex-test ran no transaction');
		return result as Result;
	}

	private databaseOf(componentPath: string): ConvexTestDatabase {
		const component = this.state.components[componentPath];
		if (component === undefined) throw new Error(`there is no component ${componentPath}`);
		return component.db;
	}

	/** Frees the contents of files whose deletion is committed. */
	private dropDeleted(): void {
		for (const { uuid, id, componentPath } of this.byUuid.values()) {
			if (this.databaseOf(componentPath)._documents[id] !== undefined) continue;
			this.byUuid.delete(uuid);
			this.byId.delete(id);
		}
	}
}
