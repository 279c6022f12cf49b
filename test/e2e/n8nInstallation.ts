/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const N8N_VERSION = '2.41.1';

const PROGRESS_INTERVAL_MS = 15_000;

/**
 * Installs n8n once per machine, outside the checkout, and gives its folder. The folder moves with
 * N8N_CACHE. It takes 3 GB and some minutes; later runs find it complete.
 */
export async function ensureN8n(): Promise<string> {
	const cache = process.env.N8N_CACHE ?? join(homedir(), '.cache', 'n8n-nodes-convex');
	const folder = join(cache, `n8n-${N8N_VERSION}`);
	const complete = join(folder, '.complete');
	if (existsSync(complete)) return folder;
	console.log(`Installing n8n ${N8N_VERSION} into ${folder}: 3 GB, once per machine.`);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
	// The install script of one add-on that n8n does not need here (Kafka) fails on many machines.
	await npm(folder, [
		'install',
		'--ignore-scripts',
		'--no-audit',
		'--no-fund',
		`n8n@${N8N_VERSION}`,
	]);
	await npm(folder, ['rebuild', 'sqlite3']);
	writeFileSync(complete, '');
	return folder;
}

/** The command-line program of an installed n8n. */
export function n8nProgram(folder: string): string {
	return join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
}

async function npm(folder: string, args: string[]): Promise<void> {
	const startedAt = Date.now();
	const seconds = () => Math.round((Date.now() - startedAt) / 1000);
	const progress = setInterval(
		() => console.log(`  npm ${args[0]}: ${seconds()} s`),
		PROGRESS_INTERVAL_MS,
	);
	const output: string[] = [];
	try {
		const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
		child.stdout.on('data', (chunk) => output.push(String(chunk)));
		child.stderr.on('data', (chunk) => output.push(String(chunk)));
		const code = await new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', resolve);
		});
		if (code !== 0) throw new Error(`npm ${args[0]} failed:\n${output.join('').slice(-4000)}`);
		console.log(`  npm ${args[0]}: done after ${seconds()} s`);
	} finally {
		clearInterval(progress);
	}
}
