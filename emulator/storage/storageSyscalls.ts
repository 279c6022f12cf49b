import type { JSONValue } from 'convex/values';
import { componentIdOf } from '../componentId';
import type { ConvexTestState } from '../convexTestDatabases';
import { currentPlace } from '../nestedCalls';
import { PlatformFailure } from '../platformFailure';
import type { TableOfId } from '../validation';
import type { FileStore, NewFile, StoredFile } from './fileStore';
import { parseStorageId } from './storageId';
import { sha256OfDigest } from './uploadHeaders';
import type { UploadTokens } from './uploadTokens';

export interface StorageOptions {
	files: FileStore;
	tokens: UploadTokens;
	/** The deployment's URL. */
	origin: () => string;
	tableOfId: TableOfId;
}

interface SyscallArguments {
	storageId?: unknown;
	blob?: unknown;
	options?: { sha256?: string };
}

/**
 * Gives functions `ctx.storage` as the backend does. Left to itself convex-test forgets the content
 * type, makes up URLs that lead nowhere, and has no `getMetadata`.
 */
export function installStorage(state: ConvexTestState, options: StorageOptions): void {
	const storage = new FunctionStorage(options);
	const { asyncSyscall, jsSyscall } = state;
	state.asyncSyscall = async (operation, jsonArgs) => {
		const run = storage.asyncOperations[operation];
		if (run === undefined) return await asyncSyscall(operation, jsonArgs);
		return JSON.stringify(await run(JSON.parse(jsonArgs)));
	};
	state.jsSyscall = async (operation, args) => {
		const run = storage.blobOperations[operation];
		return await (run === undefined ? jsSyscall(operation, args) : run(args));
	};
}

/** crates/isolate/src/environment/udf/async_syscall.rs, …/action/{async_syscall,storage}.rs. */
class FunctionStorage {
	readonly asyncOperations: Record<string, (args: SyscallArguments) => Promise<JSONValue>> = {
		'1.0/storageGenerateUploadUrl': async () => this.uploadUrl(),
		'1.0/storageGetUrl': async (args) => this.url(args),
		'1.0/storageGetMetadata': async (args) => this.metadata(args),
		'1.0/storageDelete': async (args) => await this.delete(args),
	};

	readonly blobOperations: Record<string, (args: SyscallArguments) => Promise<unknown>> = {
		'storage/storeBlob': async (args) => await this.store(args),
		'storage/getBlob': async (args) => this.blob(args),
	};

	constructor(private readonly options: StorageOptions) {}

	private uploadUrl(): string {
		const token = this.options.tokens.issue(currentPlace().componentPath);
		return `${this.options.origin()}/api/storage/upload?token=${token}`;
	}

	private url(args: SyscallArguments): string | null {
		const file = this.find(args, 'storage.getUrl');
		if (file === undefined) return null;
		const { componentPath, uuid } = file;
		const component = componentPath === '' ? '' : `?component=${componentIdOf(componentPath)}`;
		return `${this.options.origin()}/api/storage/${uuid}${component}`;
	}

	private metadata(args: SyscallArguments): JSONValue {
		const file = this.find(args, 'storage.getMetadata');
		if (file === undefined) return null;
		const { uuid, sha256, content, contentType } = file;
		return { storageId: uuid, sha256: sha256.toString('hex'), size: content.length, contentType };
	}

	private async delete(args: SyscallArguments): Promise<null> {
		const file = this.find(args, 'storage.delete');
		const { files } = this.options;
		const isDeleted = file !== undefined && (await this.deleteFile(file, files));
		if (!isDeleted) throw new Error(`storage id ${String(args.storageId)} not found`);
		return null;
	}

	private async deleteFile(file: StoredFile, files: FileStore): Promise<boolean> {
		if (!isInTransaction()) return await files.delete(file);
		files.deleteInTransaction(file);
		return true;
	}

	private async store({ blob, options }: SyscallArguments): Promise<string> {
		if (!(blob instanceof Blob)) {
			throw new Error(
				'store() expects a Blob. If you are trying to store a Request, `await request.blob()` will give you the correct input.',
			);
		}
		const expectedSha256 =
			options?.sha256 === undefined ? undefined : sha256OfDigest(`sha-256=${options.sha256}`);
		if (options?.sha256 !== undefined && expectedSha256 === undefined) {
			throw new Error('invalid HTTP header');
		}
		return await this.storeFile({
			content: Buffer.from(await blob.arrayBuffer()),
			contentType: blob.type === '' ? null : blob.type,
			...(expectedSha256 && { expectedSha256 }),
		});
	}

	/** @throws Error, of the function, where an upload is refused */
	private async storeFile(file: NewFile): Promise<string> {
		try {
			return (await this.options.files.store(currentPlace().componentPath, file)).id;
		} catch (error) {
			throw error instanceof PlatformFailure ? new Error(error.message) : error;
		}
	}

	private blob(args: SyscallArguments): Blob | null {
		const { storageId } = args;
		if (typeof storageId !== 'string') {
			throw new Error(`storage.get requires a string storageId but received ${String(storageId)}`);
		}
		// The backend names the wrong function here.
		const file = this.find(args, 'storage.getMetadata');
		return file === undefined
			? null
			: new Blob([Uint8Array.from(file.content)], { type: file.contentType ?? '' });
	}

	private find({ storageId }: SyscallArguments, operation: string): StoredFile | undefined {
		const { files, tableOfId } = this.options;
		const id = parseStorageId(storageId, operation, tableOfId);
		return files.find(currentPlace().componentPath, id, isInTransaction());
	}
}

/** Queries and mutations are transactions, actions are not. */
function isInTransaction(): boolean {
	const { type } = currentPlace();
	return type === 'query' || type === 'mutation';
}
