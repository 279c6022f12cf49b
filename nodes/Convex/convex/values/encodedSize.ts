import type { JSONValue } from 'convex/values';

export const MEBIBYTE = 2 ** 20;

/** What a number or an int64 takes: a byte for its type, and eight for itself. */
const NUMBER_BYTES = 9;

/** What a text, bytes, an array or an object takes besides what is in it. */
const DELIMITER_BYTES = 2;

/**
 * The size of an encoded value as Convex counts it (convex-backend crates/value/src/size.rs), in bytes.
 * `getConvexSize` of convex/values gives the same, but for a decoded value, and to decode a file takes
 * seconds.
 */
export function encodedSize(value: JSONValue): number {
	if (typeof value === 'string') return DELIMITER_BYTES + Buffer.byteLength(value);
	if (typeof value === 'number') return NUMBER_BYTES;
	if (typeof value !== 'object' || value === null) return 1;
	let bytes = DELIMITER_BYTES;
	if (Array.isArray(value)) {
		for (const element of value) bytes += encodedSize(element);
		return bytes;
	}
	const { $bytes, $integer, $float } = value;
	if (typeof $bytes === 'string') return bytes + Buffer.byteLength($bytes, 'base64');
	if ($integer !== undefined || $float !== undefined) return NUMBER_BYTES;
	for (const [name, field] of Object.entries(value)) {
		if (field !== undefined) bytes += Buffer.byteLength(name) + 1 + encodedSize(field);
	}
	return bytes;
}

/** A size in a sentence, e.g. `16.1 MiB`. */
export function inMebibytes(bytes: number): string {
	return `${Math.ceil((10 * bytes) / MEBIBYTE) / 10} MiB`;
}
