/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PROJECT } from '../test/support/packPackage';

/** A folder in which contenders run with the parts of an n8n installation, all of them the same copies. */
export interface Stage {
	folder: string;
	remove: () => void;
}

/** n8n's parts and undici, which n8n brings along, are its installation's; the rest is bundled. */
const FROM_INSTALLATION = ['n8n', 'n8n-core', 'n8n-workflow', 'n8n-nodes-base', '@n8n/*', 'undici'];

/**
 * @param installation the folder of an installed n8n
 * @param programs what to bundle: files of `bench` without `.ts`, by the names they get in the folder
 */
export async function buildStage(
	installation: string,
	programs: Record<string, string>,
): Promise<Stage> {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-nodes-convex-bench-'));
	const remove = () => rmSync(folder, { recursive: true, force: true });
	process.once('exit', remove);
	symlinkSync(join(installation, 'node_modules'), join(folder, 'node_modules'), 'junction');
	for (const part of ['package.json', 'index.js', 'dist']) {
		cpSync(join(PROJECT, part), join(folder, 'n8n-nodes-convex', part), { recursive: true });
	}
	await build({
		entryPoints: Object.fromEntries(
			Object.entries(programs).map(([name, file]) => [name, join(PROJECT, 'bench', `${file}.ts`)]),
		),
		outdir: folder,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		// jsonc-parser's `main` cannot be bundled.
		mainFields: ['module', 'main'],
		target: 'node24',
		external: [...FROM_INSTALLATION, 'reflect-metadata'],
		logLevel: 'warning',
	});
	return { folder, remove };
}
