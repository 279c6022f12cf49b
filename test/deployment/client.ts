/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import axios from 'axios';
import type { Fault } from './faults';
import { syncControls, type SyncControls } from './sync/syncControls';

const START_TIMEOUT_MS = 30_000;

/** A deployment to test against: the embedded one, in a process of its own, or a real one. */
export interface TestDeployment {
	url: string;
	deployKey: string;
	stop: () => Promise<void>;
}

/** The embedded deployment, with the controls that a real one lacks. */
export interface EmbeddedDeployment extends TestDeployment, SyncControls {
	addFault: (fault: Fault) => Promise<void>;
	reset: () => Promise<void>;
	redact: () => Promise<void>;
	setPaused: (paused: boolean) => Promise<void>;
	signToken: (claims?: Record<string, unknown>) => Promise<string>;
	/** A deploy key that may do only these, e.g. `deployment:data:view`. */
	createKey: (allowedActions: string[]) => Promise<string>;
	/** How often each function was started, by its path. */
	executions: () => Promise<Record<string, number>>;
}

/** Starts an embedded deployment with an empty database. convex-test replaces globals, hence the process. */
export async function startDeployment(): Promise<EmbeddedDeployment> {
	const child = fork(join(__dirname, 'main.ts'), { execArgv: ['--import', 'tsx'] });
	const { url, deployKey } = await started(child);
	return connectDeployment(url, deployKey, async () => await stopped(child));
}

/** Takes control of an embedded deployment that runs already. */
export function connectDeployment(
	url: string,
	deployKey: string,
	stop: () => Promise<void>,
): EmbeddedDeployment {
	const control = axios.create({ baseURL: url });
	const asAdmin = { headers: { Authorization: `Convex ${deployKey}` } };
	return {
		url,
		deployKey,
		stop,
		addFault: async (fault) => void (await control.post('/_test/fault', fault)),
		reset: async () => void (await control.post('/_test/reset')),
		redact: async () => void (await control.post('/_test/redact')),
		setPaused: async (paused) =>
			void (await control.post(`/api/v1/${paused ? '' : 'un'}pause_deployment`, {}, asAdmin)),
		signToken: async (claims = {}) => (await control.post('/_test/token', claims)).data.token,
		createKey: async (allowedActions) =>
			(await control.post('/_test/key', { allowedActions })).data.key,
		executions: async () => (await control.get('/_test/executions')).data,
		...syncControls(control),
	};
}

async function started(child: ChildProcess): Promise<{ url: string; deployKey: string }> {
	return await new Promise((resolve, reject) => {
		const timer = setTimeout(
			() => reject(new Error('the embedded deployment did not start')),
			START_TIMEOUT_MS,
		);
		child.once('message', (message) => {
			clearTimeout(timer);
			resolve(message as { url: string; deployKey: string });
		});
		child.once('exit', (code) => {
			clearTimeout(timer);
			reject(new Error(`the embedded deployment ended with code ${code}`));
		});
	});
}

async function stopped(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null) return;
	const exited = new Promise((resolve) => child.once('exit', resolve));
	child.disconnect();
	await exited;
}
