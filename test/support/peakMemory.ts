/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync, writeFileSync } from 'node:fs';

/** Linux keeps the highest resident memory of a process, and forgets it on request. */
export function forgetPeak(): void {
	writeFileSync('/proc/self/clear_refs', '5');
}

/** The highest resident memory since it was forgotten, in bytes. */
export function peakBytes(): number {
	const [, kibibytes] =
		/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
	if (kibibytes === undefined) throw new Error('this system does not say what memory was used');
	return Number(kibibytes) * 1024;
}
