const BYTES = 8;
const MAX_TIMESTAMP = 2n ** 63n - 1n;

/** A timestamp on the wire: nanoseconds, 8 bytes little-endian, base64. */
export function encodeTimestamp(nanoseconds: bigint): string {
	const bytes = Buffer.alloc(BYTES);
	bytes.writeBigUInt64LE(nanoseconds);
	return bytes.toString('base64');
}

/** @returns undefined for what is none (`SerializedTs` of crates/local_backend/src/public_api.rs) */
export function decodeTimestamp(text: string): bigint | undefined {
	const bytes = Buffer.from(text, 'base64');
	if (bytes.length !== BYTES || bytes.toString('base64') !== text) return undefined;
	const nanoseconds = bytes.readBigUInt64LE();
	return nanoseconds > MAX_TIMESTAMP ? undefined : nanoseconds;
}
