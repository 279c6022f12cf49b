/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that an n8n has written into its folder so far: its log, and SQLite with all saved executions. */
export function everythingWritten(userFolder: string): string {
	return readdirSync(userFolder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
		.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
		.join('\n');
}

/** A secret as it may be written down: as it is, URL-encoded, and in base64 at each of its three offsets. */
export function spellings(secret: string): string[] {
	const inBase64 = ['', 'x', 'xx'].map((before) =>
		Buffer.from(before + secret)
			.toString('base64')
			.slice(4, -4),
	);
	return [secret, encodeURIComponent(secret), ...inBase64];
}
