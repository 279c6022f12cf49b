/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import { packPackage } from '../support/packPackage';
import { withCleanup, type StopToo } from './cleanup';
import { ensureN8n } from './n8nInstallation';
import { N8nServer } from './n8nServer';

/** A whole n8n with the built package, and a Convex deployment for it. */
export interface Stack {
	installation: string;
	/** The packed package. */
	tarball: string;
	n8n: N8nServer;
	deployment: EmbeddedDeployment;
	stopToo: StopToo;
}

/** Starts a stack, does something with it, and stops it, whatever happens: also on Ctrl-C. */
export async function withStack(use: (stack: Stack) => Promise<void>): Promise<void> {
	const installation = await ensureN8n();
	await withCleanup(async (stopToo) => await use(await startStack(installation, stopToo)));
}

/**
 * @param installation the folder of n8n's installation
 * @param settings of n8n's environment
 */
export async function startStack(
	installation: string,
	stopToo: StopToo,
	settings: NodeJS.ProcessEnv = {},
): Promise<Stack> {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-package-'));
	stopToo(async () => rmSync(folder, { recursive: true, force: true }));
	const tarball = packPackage(folder);
	const deployment = await startDeployment();
	stopToo(deployment.stop);
	const n8n = await N8nServer.start(installation, tarball, { settings });
	stopToo(async () => await n8n.stop());
	console.log(`n8n: ${n8n.url}, Convex: ${deployment.url}`);
	return { installation, tarball, n8n, deployment, stopToo };
}
