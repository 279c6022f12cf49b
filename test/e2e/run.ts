/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import { handOver } from './environment';
import { N8nApi } from './n8nApi';
import { withStack } from './stack';

/** `npm run test:e2e`: runs the tests of this folder in a whole n8n. Arguments go to jest. */
async function main(): Promise<void> {
	await withStack(async (stack) => {
		await N8nApi.setUp(stack.n8n.url);
		const facts = await handOver(stack);
		const jest = [require.resolve('jest/bin/jest'), '--config', 'jest.e2e.config.js'];
		const child = spawn(process.execPath, [...jest, ...process.argv.slice(2)], {
			stdio: 'inherit',
			env: { ...process.env, ...facts },
		});
		stack.stopToo(async () => void child.kill());
		const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
		process.exitCode = code ?? 1;
	});
}

void main();
