/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const PROJECT = join(__dirname, '..', '..');

/**
 * Packs what would be published.
 *
 * @returns the tarball, in the folder given
 */
export function packPackage(folder: string): string {
	const output = execFileSync(
		'npm',
		['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
		{ cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
	);
	const [{ filename }]: [{ filename: string }] = JSON.parse(output);
	return join(folder, filename);
}
