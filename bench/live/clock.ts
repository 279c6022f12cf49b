/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */

const NANOSECONDS_PER_MS = 1e6;

/** Milliseconds on the machine's monotonic clock, which its processes share. */
export function machineTimeMs(): number {
	return Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS;
}
