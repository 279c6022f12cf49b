const BYTES = 8;

/**
 * The digits of a time as `/api/query_ts` gives it: nanoseconds in 8 bytes, little-endian, in base64
 * (convex-backend crates/convex/sync_types/src/types/json.rs). The feed writes times as numbers.
 *
 * @returns undefined for what is none
 */
export function timestampDigits(base64: string): string | undefined {
	const bytes = Buffer.from(base64, 'base64');
	if (bytes.length !== BYTES) return undefined;
	const time = bytes.readBigInt64LE();
	return time < 0n ? undefined : String(time);
}
