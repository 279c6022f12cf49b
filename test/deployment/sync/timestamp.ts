const NANOSECONDS_PER_MS = 1_000_000n;
const TIMESTAMP_BYTES = 8;

/** The time of the database: nanoseconds, and later after every write. */
export class CommitClock {
	private latestWrite = nanosecondsNow();

	/** Nothing that was written by now is later. */
	get latest(): bigint {
		return this.latestWrite;
	}

	/** Something was written. */
	tick(): void {
		const now = nanosecondsNow();
		this.latestWrite = now > this.latestWrite ? now : this.latestWrite + 1n;
	}
}

export function nanosecondsNow(): bigint {
	return BigInt(Date.now()) * NANOSECONDS_PER_MS;
}

/** On the wire: 8 bytes little-endian, base64 (crates/convex/sync_types/src/types/json.rs). */
export function encodeTimestamp(timestamp: bigint): string {
	const bytes = Buffer.alloc(TIMESTAMP_BYTES);
	bytes.writeBigUInt64LE(timestamp);
	return bytes.toString('base64');
}

/** @returns undefined for what is no timestamp */
export function decodeTimestamp(text: string): bigint | undefined {
	const bytes = Buffer.from(text, 'base64');
	return bytes.length === TIMESTAMP_BYTES ? bytes.readBigUInt64LE() : undefined;
}
