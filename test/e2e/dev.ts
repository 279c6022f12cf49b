/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, no-console -- runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readExamples, withCredential } from '../support/examples';
import { PROJECT } from '../support/packPackage';
import { withCleanup } from './cleanup';
import { N8nApi, OWNER } from './n8nApi';
import { ensureN8n } from './n8nInstallation';
import { packageFolder } from './n8nServer';
import { startStack, type Stack } from './stack';

const SOURCES = ['nodes', 'credentials', 'icons'];
/** An editor that saves a file changes it more than once. */
const SETTLING_MS = 200;

/**
 * `npm run dev`: a whole n8n with the built package, an embedded deployment and the examples, to try
 * changes in. Each change of the source is built, and n8n loads it. N8N_PORT chooses n8n's port.
 *
 * It stands in for `n8n-node dev`, which compiles with tsc (this package is bundled) and loads the
 * nodes under other names than the examples have.
 */
async function main(): Promise<void> {
	const installation = await ensureN8n();
	await withCleanup(async (stopToo) => {
		const { N8N_PORT } = process.env;
		const stack = await startStack(installation, stopToo, {
			N8N_DEV_RELOAD: 'true',
			...(N8N_PORT !== undefined && { N8N_PORT }),
		});
		await setUp(stack);
		await buildChanges(packageFolder(stack.n8n.userFolder));
	});
}

/** Gives n8n an owner, a credential and the examples, and says how to sign in. */
async function setUp({ n8n, deployment }: Stack): Promise<void> {
	const api = await N8nApi.setUp(n8n.url);
	const data = {
		deploymentUrl: deployment.url,
		authentication: 'deployKey',
		token: deployment.deployKey,
	};
	const credentialId = await api.createCredential('Convex', 'convexApi', data);
	for (const { workflow } of readExamples()) {
		await api.importWorkflow(withCredential(workflow, credentialId, 'Convex'));
	}
	console.log(`Open        ${n8n.url}`);
	console.log(`Email       ${OWNER.email}`);
	console.log(`Password    ${OWNER.password}`);
	console.log(`Deploy key  ${deployment.deployKey}`);
	console.log(`n8n's log   ${n8n.logFile}`);
	console.log(
		'The examples are imported, with a credential. Ctrl-C stops all and deletes the data.',
	);
}

/** Builds the package after each change of its source, and puts it where n8n loads it. Never ends. */
async function buildChanges(target: string): Promise<never> {
	let change = nextChange();
	for (;;) {
		await change;
		await sleep(SETTLING_MS);
		change = nextChange();
		if (await build()) cpSync(join(PROJECT, 'dist'), join(target, 'dist'), { recursive: true });
	}
}

/**
 * Resolves at the first change below the source's folders. Each is watched by itself: a recursive
 * watch on Linux loses a file that is replaced, as many editors save it.
 */
async function nextChange(): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const watchers = SOURCES.map((name) => join(PROJECT, name))
		.flatMap((root) => [root, ...foldersBelow(root)])
		.map((folder) => watch(folder, () => resolve()));
	await promise;
	for (const watcher of watchers) watcher.close();
}

function foldersBelow(root: string): string[] {
	return readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ parentPath, name }) => join(parentPath, name));
}

/** @returns whether it could be built; what is wrong stands on the terminal */
async function build(): Promise<boolean> {
	const npm = spawn('npm', ['run', 'build'], { cwd: PROJECT, stdio: 'inherit' });
	const [code] = await once(npm, 'exit');
	return code === 0;
}

void main();
