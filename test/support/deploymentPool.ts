/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { startDeployment, type StartedDeployment } from '../../emulator/client';

interface IdleDeployment {
	/** The app that it serves. */
	folder: string | undefined;
	deployment: StartedDeployment;
}

const KEY = Symbol.for('n8n-nodes-convex: deployments that no file uses');

/**
 * Gives a file an embedded deployment that no other uses, of those that files before it in this worker
 * are done with: to start one costs more than many a file. All end with the worker.
 *
 * @param folder - the app that it serves; the sample app unless given
 */
export async function takeDeployment(folder?: string): Promise<StartedDeployment> {
	const deployments = idle();
	const index = deployments.findIndex((candidate) => candidate.folder === folder);
	const [found] = index < 0 ? [] : deployments.splice(index, 1);
	if (found === undefined) return await startDeployment(folder);
	await found.deployment.renew();
	return found.deployment;
}

/** The file is done with it. */
export function giveBack(deployment: StartedDeployment, folder?: string): void {
	idle().push({ folder, deployment });
}

/** Modules of the project are loaded anew for each file, and can keep nothing from one to the next. */
function idle(): IdleDeployment[] {
	const worker: typeof globalThis & { [KEY]?: IdleDeployment[] } = globalThis;
	worker[KEY] ??= [];
	return worker[KEY];
}
