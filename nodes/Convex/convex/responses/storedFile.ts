import type { JSONValue } from 'convex/values';
import { isPlainObject } from '../values/plainObject';

/** What Convex knows of a file: its document in `_storage`, and where it is served. */
export interface StoredFile {
	_id: string;
	_creationTime: number;
	/** null where the upload named none. */
	contentType: string | null;
	/** In bytes. */
	size: number;
	/** In hexadecimal digits. */
	sha256: string;
	url: string;
}

/**
 * Reads a file as the system functions give it, encoded.
 *
 * @returns undefined for anything else
 */
export function parseStoredFile(value: JSONValue): StoredFile | undefined {
	if (!isPlainObject(value)) return undefined;
	const { _id, _creationTime, contentType = null, size, url } = value;
	const sha256 = typeof value.sha256 === 'string' ? toHexSha256(value.sha256) : undefined;
	if (typeof _id !== 'string' || typeof _creationTime !== 'number') return undefined;
	if (typeof url !== 'string' || !isSize(size) || sha256 === undefined) return undefined;
	if (contentType !== null && typeof contentType !== 'string') return undefined;
	return { _id, _creationTime, contentType, size, sha256, url };
}

function isSize(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Convex writes a checksum in base64 or, for functions deployed long ago, in hexadecimal digits
 * (convex-backend crates/model/src/file_storage/virtual_table.rs).
 */
export function toHexSha256(text: string): string | undefined {
	if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
	return /^[A-Za-z0-9+/]{43}=$/.test(text)
		? Buffer.from(text, 'base64').toString('hex')
		: undefined;
}

/** The checksum that comes with a whole file: `Digest: sha-256=<base64>` (crates/common/src/sha256.rs). */
export function sha256OfDigest(header: unknown): string | undefined {
	const [, encoded] = (typeof header === 'string' && /^sha-256=(\S+)$/i.exec(header)) || [];
	return encoded === undefined ? undefined : toHexSha256(encoded);
}

/** The same header for an upload. @param sha256 in hexadecimal digits */
export function digestOf(sha256: string): string {
	return `sha-256=${Buffer.from(sha256, 'hex').toString('base64')}`;
}
