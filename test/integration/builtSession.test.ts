/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { PROJECT } from '../support/packPackage';
import { keys } from '../support/sessions';

/** Session delivery as it is shipped: bundled, with its own timers and without a console. */
const convex = useEmbeddedDeployment('deployKey');

const runBuilt = async () => {
	const { stdout } = await promisify(execFile)(process.execPath, [
		'--import',
		'tsx',
		join(__dirname, '..', 'support', 'sessionLifetime.ts'),
		PROJECT,
		convex.deployment.url,
		convex.deployment.deployKey,
	]);
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
};

const wanted = keys(600).map(({ key }) => key);

it('runs each mutation once, in order, and lets the process end', async () => {
	const { values, left } = await runBuilt();
	expect(values).toEqual(wanted);
	expect(left).not.toContain('Timeout');
	const counts = (await convex.deployment.executionsByKey())['counters:add'];
	expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
});

it('does so also when the connection breaks', async () => {
	await convex.deployment.addFault({ kind: 'dropAfter', path: '/sync/Mutation', skip: 300 });
	const { values } = await runBuilt();
	expect(values).toEqual(wanted);
	const counts = (await convex.deployment.executionsByKey())['counters:add'];
	expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
});
