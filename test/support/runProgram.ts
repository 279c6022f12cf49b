/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { EmbeddedDeployment } from '../../emulator/client';
import { PROJECT } from './packPackage';

/**
 * A program of `test/programs`, as JavaScript. It is bundled: a loader of TypeScript would look at each of
 * the thousands of files of n8n.
 *
 * @param name its file, without extension
 */
export async function bundledProgram(name: string): Promise<string> {
	const { outputFiles } = await build({
		entryPoints: [join(__dirname, '..', 'programs', `${name}.ts`)],
		bundle: true,
		write: false,
		format: 'cjs',
		platform: 'node',
		packages: 'external',
	});
	return outputFiles[0]?.text ?? '';
}

/**
 * Runs a program of `test/programs` with the built package, in a process of its own.
 *
 * @param more arguments behind the package, and the deployment's URL and key
 * @returns the JSON of its last line
 */
export async function runProgram(
	name: string,
	{ url, deployKey }: EmbeddedDeployment,
	...more: string[]
) {
	const program = await bundledProgram(name);
	const args = ['-', PROJECT, url, deployKey, ...more];
	const running = promisify(execFile)(process.execPath, args, { cwd: PROJECT });
	running.child.stdin?.end(program);
	const { stdout } = await running;
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
