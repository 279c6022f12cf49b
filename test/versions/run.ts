/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { version as presentVersion } from 'n8n-core/package.json';
import { ensureInstalled } from '../support/npmInstallation';
import { OLDER_ENGINES } from './capabilities';

const PROJECT = join(__dirname, '..', '..');

/**
 * Runs the built package in older engines of n8n and in that of devDependencies, with the same tests.
 * N8N_CORE_VERSION chooses one of them. Arguments go to jest: `npm run test:versions -- errors`.
 */
async function main(): Promise<void> {
	const engines: Record<string, string> = {};
	for (const version of chosenEngines()) {
		engines[version] =
			version === presentVersion
				? PROJECT
				: await ensureInstalled({ name: 'n8n-core', version, size: '400 packages' });
	}
	const jest = spawn(
		process.execPath,
		[
			require.resolve('jest/bin/jest'),
			'--config',
			join(PROJECT, 'jest.versions.config.js'),
			// Older engines keep timers of their own for as long as the process lives.
			'--forceExit',
			...process.argv.slice(2),
		],
		{
			cwd: PROJECT,
			stdio: 'inherit',
			env: { ...process.env, N8N_ENGINES: JSON.stringify(engines) },
		},
	);
	process.exitCode = await new Promise<number>((resolve, reject) => {
		jest.once('error', reject);
		jest.once('close', (code) => resolve(code ?? 1));
	});
}

function chosenEngines(): string[] {
	const engines = [...OLDER_ENGINES, presentVersion];
	const chosen = process.env.N8N_CORE_VERSION;
	if (chosen === undefined) return engines;
	if (!engines.includes(chosen)) {
		throw new Error(`N8N_CORE_VERSION is one of ${engines.join(', ')}, not ${chosen}`);
	}
	return [chosen];
}

void main();
