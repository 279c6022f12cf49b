/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { join } from 'node:path';
import { ensureInstalled } from '../support/npmInstallation';

/** The n8n that the end-to-end tests run in; another one is chosen with N8N_VERSION. */
export const N8N_VERSION = process.env.N8N_VERSION ?? '2.41.1';

/** Older lines of n8n ask for a SheetJS package of its own server, which many machines do not reach. */
const OVERRIDES = { xlsx: '0.18.5' };

/** Installs that n8n once per machine and gives its folder; it takes some minutes. */
export async function ensureN8n(): Promise<string> {
	return await ensureInstalled({
		name: 'n8n',
		version: N8N_VERSION,
		overrides: OVERRIDES,
		rebuild: ['sqlite3'],
		size: '3 GB',
	});
}

/** The command-line program of an installed n8n. */
export function n8nProgram(folder: string): string {
	return join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
}
