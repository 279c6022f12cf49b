/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import axios from 'axios';
import type { DeploymentAddresses, DeploymentCommands } from './commands';
import type { ExecutionsByKey } from './executionCounts';
import type { ExportPageSizes } from './export/exportApi';
import type { Fault, RandomFaults } from './faults';
import type { PaceSettings } from './import/importPace';
import type { ReceivedCall } from './receivedCalls';
import type { RequestStats } from './requestStats';
import type { TokenHeader } from './testKeys';
import { syncControls, type SyncControls } from './sync/syncCommands';

const START_TIMEOUT_MS = 120_000;

/** A deployment to test against: the embedded one, in a process of its own, or a real one. */
export interface TestDeployment {
	url: string;
	deployKey: string;
	stop: () => Promise<void>;
}

/** The embedded deployment, with the controls that a real one lacks. */
export interface EmbeddedDeployment extends TestDeployment, SyncControls {
	/** Adds a fault for requests to come. */
	addFault: (fault: Fault) => Promise<void>;
	/** Hits requests with random faults until the next reset; without an argument, stops that. */
	setRandomFaults: (randomFaults?: RandomFaults) => Promise<void>;
	/** Empties the database, the counts and the faults. */
	reset: () => Promise<void>;
	redact: () => Promise<void>;
	setPaused: (paused: boolean) => Promise<void>;
	/** A user's token, without claims that are null; without a key id in its header if that is empty. */
	signToken: (claims?: Record<string, unknown>, header?: TokenHeader) => Promise<string>;
	/** Ends actions after this time, until the next reset. */
	setActionTimeout: (timeoutMs: number) => Promise<void>;
	/** Sets the time forward in which users' tokens and upload URLs expire, until the next reset. */
	advanceClock: (ms: number) => Promise<void>;
	/** Ends pages of streaming exports after so many rows, until the next reset. */
	setExportPageSizes: (sizes: Partial<ExportPageSizes>) => Promise<void>;
	/** Puts the deployment on a plan with or without streaming export, until the next reset. */
	setStreamingExport: (isOnPlan: boolean) => Promise<void>;
	/** Makes imports write more often, or wait, until the next reset. */
	setImportPace: (settings: PaceSettings) => Promise<void>;
	/** A deploy key that may do only these, e.g. `deployment:data:view`. */
	createKey: (allowedActions: string[]) => Promise<string>;
	/** How often each function was started, by its path. */
	executions: () => Promise<Record<string, number>>;
	/** The same by path and, of functions that take one, by their argument `key`. */
	executionsByKey: () => Promise<ExecutionsByKey>;
	/** The newest 20 calls since the start or the last reset, with their arguments. */
	receivedCalls: () => Promise<ReceivedCall[]>;
	/** What clients sent since the start or the last reset. */
	requestStats: () => Promise<RequestStats>;
	/** Ends the retention of every state of the database but the present one. */
	forgetHistory: () => Promise<void>;
	/** Deploys the same functions again: every watched query runs again. Connections stay open. */
	redeploy: () => Promise<void>;
	/** Cuts every connection and refuses new ones; the data stays. */
	goDown: () => Promise<void>;
	comeBack: () => Promise<void>;
	/** Goes down and comes back on the same port; done when it is back. */
	restart: (options: { downMs: number }) => Promise<void>;
}

/** One that was started from here. */
export interface StartedDeployment extends EmbeddedDeployment, DeploymentAddresses {
	/** Empties it and gives it other addresses: for clients it is another deployment. */
	renew: () => Promise<void>;
}

interface Address {
	url: string;
	deployKey: string;
	/** Read from the deployment when the first command is sent, unless given. */
	controlUrl?: string;
}

/**
 * Starts an embedded deployment with an empty database. convex-test replaces globals, hence the process.
 *
 * @param folder - the app to serve; the sample app unless given
 */
export async function startDeployment(folder?: string): Promise<StartedDeployment> {
	const args = folder === undefined ? [] : ['--app', folder];
	const child = fork(join(__dirname, 'main.ts'), args, { execArgv: ['--import', 'tsx'] });
	const { siteUrl, ...address } = await started(child);
	// Who forgets to stop it must not be kept from ending, which ends it too.
	child.unref();
	child.channel?.unref();
	const send = sender(address);
	const deployment = control(address, async () => await stopped(child));
	return Object.assign(deployment, {
		siteUrl,
		renew: async () => void Object.assign(deployment, await send('renew')),
	});
}

/** Takes control of an embedded deployment that runs already. */
export function connectDeployment(
	url: string,
	deployKey: string,
	stop: () => Promise<void>,
): EmbeddedDeployment {
	return control({ url, deployKey }, stop);
}

function control(address: Address, stop: () => Promise<void>): EmbeddedDeployment {
	const { url, deployKey } = address;
	const send = sender(address);
	const deployment: EmbeddedDeployment = {
		url,
		deployKey,
		stop,
		addFault: async (fault) => await send('addFault', fault),
		setRandomFaults: async (randomFaults) => await send('setRandomFaults', { randomFaults }),
		reset: async () => await send('reset'),
		redact: async () => await send('redact'),
		setPaused: async (paused) => await pause(deployment, paused),
		signToken: async (claims = {}, header) => await send('signToken', { claims, header }),
		setActionTimeout: async (timeoutMs) => await send('setActionTimeout', { timeoutMs }),
		setImportPace: async (settings) => await send('setImportPace', settings),
		advanceClock: async (ms) => await send('advanceClock', { ms }),
		setExportPageSizes: async (sizes) => await send('setExportPageSizes', sizes),
		setStreamingExport: async (isOnPlan) => await send('setStreamingExport', { isOnPlan }),
		createKey: async (allowedActions) => await send('createKey', allowedActions),
		executions: async () => await send('executions'),
		executionsByKey: async () => await send('executionsByKey'),
		receivedCalls: async () => await send('receivedCalls'),
		requestStats: async () => await send('requestStats'),
		forgetHistory: async () => await send('forgetHistory'),
		redeploy: async () => await send('redeploy'),
		goDown: async () => await send('goDown'),
		comeBack: async () => await send('comeBack'),
		restart: async (options) => await send('restart', options),
		...syncControls(send),
	};
	return deployment;
}

async function pause({ url, deployKey }: EmbeddedDeployment, paused: boolean): Promise<void> {
	await axios.post(
		`${url}/api/v1/${paused ? '' : 'un'}pause_deployment`,
		{},
		{ headers: { Authorization: `Convex ${deployKey}`, Connection: 'close' } },
	);
}

/** Sends commands to the port of their own that a deployment has for them. */
function sender({ url, controlUrl }: Address) {
	let address = controlUrl;
	return async <Name extends keyof DeploymentCommands>(
		name: Name,
		...input: Parameters<DeploymentCommands[Name]>
	): Promise<Awaited<ReturnType<DeploymentCommands[Name]>>> => {
		address ??= String((await axios.get(`${url}/_test/control`)).data.url);
		const { data } = await axios.post(`${address}/${name}`, input[0]);
		return data;
	};
}

type StartMessage = Required<Address> & Pick<StartedDeployment, 'siteUrl'>;

async function started(child: ChildProcess): Promise<StartMessage> {
	return await new Promise((resolve, reject) => {
		const timer = setTimeout(
			() => reject(new Error('the embedded deployment did not start')),
			START_TIMEOUT_MS,
		);
		child.once('message', (message) => {
			clearTimeout(timer);
			resolve(message as StartMessage);
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
	child.ref();
	child.disconnect();
	await exited;
}
