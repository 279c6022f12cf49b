/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PROGRESS_INTERVAL_MS = 15_000;

export interface Installable {
	/** A package of npm. */
	name: string;
	version: string;
	/** What npm installs in the place of what a dependency asks for. */
	overrides?: Record<string, string>;
	/** Dependencies whose add-on is built; install scripts do not run. */
	rebuild?: string[];
	/** How much it is, for the one who waits. */
	size: string;
}

/**
 * Installs a package once per machine, outside the checkout, and gives its folder. The folder moves
 * with N8N_CACHE. Later runs find it complete.
 */
export async function ensureInstalled(installable: Installable): Promise<string> {
	const { name, version, overrides, rebuild = [], size } = installable;
	const cache = process.env.N8N_CACHE ?? join(homedir(), '.cache', 'n8n-nodes-convex');
	const folder = join(cache, `${name}-${version}`);
	const complete = join(folder, '.complete');
	if (existsSync(complete)) return folder;
	console.log(`Installing ${name} ${version} into ${folder}: ${size}, once per machine.`);
	mkdirSync(folder, { recursive: true });
	const manifest = { private: true, ...(overrides !== undefined && { overrides }) };
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
	// The install script of one add-on that n8n does not need here (Kafka) fails on many machines.
	await npm(folder, [
		'install',
		'--ignore-scripts',
		'--no-audit',
		'--no-fund',
		`${name}@${version}`,
	]);
	if (rebuild.length > 0) await npm(folder, ['rebuild', ...rebuild]);
	writeFileSync(complete, '');
	return folder;
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
