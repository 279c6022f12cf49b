import { randomUUID } from 'node:crypto';
import { internalServerError } from '../platformFailure';

/** Of each part but the last: LOCAL_DIR_MIN_PART_SIZE of crates/storage/src/lib.rs. */
const MIN_PART_BYTES = 5 * 2 ** 20;
const MAX_PARTS = 10_000;

/** Uploads of imports, part by part: `client_driven_upload` of crates/{storage,aws_s3}. */
export class ImportUploads {
	private readonly parts = new Map<string, Map<string, Buffer>>();

	/** @returns the token of a new upload */
	start(): string {
		const token = randomUUID();
		this.parts.set(token, new Map());
		return token;
	}

	/** @returns the token of the part, which names the part when the upload is finished */
	add(token: string, content: Buffer): string {
		const parts = this.parts.get(token);
		if (parts === undefined) throw internalServerError(500);
		const partToken = randomUUID();
		parts.set(partToken, content);
		return partToken;
	}

	/** The whole upload. It cannot be finished again. */
	finish(token: string, partTokens: readonly string[]): Buffer {
		const parts = this.parts.get(token);
		const contents = partTokens.flatMap((partToken) => parts?.get(partToken) ?? []);
		const isWhole = contents.length === partTokens.length && contents.length < MAX_PARTS;
		const isTooSmall = contents.slice(0, -1).some(({ length }) => length < MIN_PART_BYTES);
		if (parts === undefined || !isWhole || isTooSmall) throw internalServerError(500);
		this.parts.delete(token);
		return Buffer.concat(contents);
	}
}
