/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDeployment, type EmbeddedDeployment } from '../deployment/client';
import { packPackage } from '../support/packPackage';
import { ensureN8n } from './n8nInstallation';
import { N8nServer } from './n8nServer';

/** A whole n8n with the built package, and a Convex deployment for it. */
export interface Stack {
	installation: string;
	n8n: N8nServer;
	deployment: EmbeddedDeployment;
	/** Has something else stopped with the stack, before it. */
	stopToo: (stop: () => Promise<void>) => void;
}

/** Starts a stack, does something with it, and stops it, whatever happens: also on Ctrl-C. */
export async function withStack(use: (stack: Stack) => Promise<void>): Promise<void> {
	const installation = await ensureN8n();
	const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-package-'));
	const stops: Array<() => Promise<void>> = [
		async () => rmSync(folder, { recursive: true, force: true }),
	];
	const stopAll = async () => {
		for (const stop of stops.splice(0).reverse()) await stop();
	};
	// The terminal and npm both hand on a Ctrl-C, so it comes more than once: what follows must not
	// end this process while it stops the others.
	let interrupted = false;
	const interrupt = () => {
		if (interrupted) return;
		interrupted = true;
		void stopAll().finally(() => process.exit(130));
	};
	process.on('SIGINT', interrupt);
	process.on('SIGTERM', interrupt);
	try {
		const deployment = await startDeployment();
		stops.push(deployment.stop);
		const n8n = await N8nServer.start(installation, packPackage(folder));
		stops.push(async () => await n8n.stop());
		console.log(`n8n: ${n8n.url}, Convex: ${deployment.url}`);
		await use({ installation, n8n, deployment, stopToo: (stop) => void stops.push(stop) });
	} finally {
		await stopAll();
		process.removeListener('SIGINT', interrupt);
		process.removeListener('SIGTERM', interrupt);
	}
}
