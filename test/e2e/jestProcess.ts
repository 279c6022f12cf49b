/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import type { StopToo } from './cleanup';

/**
 * Runs jest with the arguments of this process, whose exit code becomes jest's.
 *
 * @param config the name of jest's configuration
 * @param facts what the tests find in their environment
 */
export async function runJest(
	config: string,
	facts: NodeJS.ProcessEnv,
	stopToo: StopToo,
): Promise<void> {
	const jest = [require.resolve('jest/bin/jest'), '--config', config];
	const child = spawn(process.execPath, [...jest, ...process.argv.slice(2)], {
		stdio: 'inherit',
		env: { ...process.env, ...facts },
	});
	stopToo(async () => void child.kill());
	const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
	process.exitCode = code ?? 1;
}
