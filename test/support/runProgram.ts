/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { EmbeddedDeployment } from '../../emulator/client';
import { PROJECT } from './packPackage';

/**
 * Runs a program of `test/programs` with the built package, in a process of its own. It is bundled first:
 * a loader of TypeScript would look at each of the thousands of files of n8n.
 *
 * @param name its file, without extension
 * @param more arguments behind the package, and the deployment's URL and key
 * @returns the JSON of its last line
 */
export async function runProgram(
	name: string,
	{ url, deployKey }: EmbeddedDeployment,
	...more: string[]
) {
	const { outputFiles } = await build({
		entryPoints: [join(__dirname, '..', 'programs', `${name}.ts`)],
		bundle: true,
		write: false,
		format: 'cjs',
		platform: 'node',
		packages: 'external',
	});
	const args = ['-', PROJECT, url, deployKey, ...more];
	const running = promisify(execFile)(process.execPath, args, { cwd: PROJECT });
	running.child.stdin?.end(outputFiles[0]?.text);
	const { stdout } = await running;
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
