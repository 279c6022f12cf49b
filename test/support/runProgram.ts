/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EmbeddedDeployment } from '../../emulator/client';
import { PROJECT } from './packPackage';

/**
 * Runs a program of `test/programs` with the built package, in a process of its own.
 *
 * @param name its file, without extension
 * @returns the JSON of its last line
 */
export async function runProgram(name: string, { url, deployKey }: EmbeddedDeployment) {
	const file = join(__dirname, '..', 'programs', `${name}.ts`);
	const { stdout } = await promisify(execFile)(process.execPath, [
		'--import',
		'tsx',
		file,
		PROJECT,
		url,
		deployKey,
	]);
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
