/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
	createWriteStream,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
	type WriteStream,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios, { type AxiosResponse } from 'axios';
import { n8nProgram } from './n8nInstallation';

const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_INTERVAL_MS = 250;
const REQUEST_TIMEOUT_MS = 5000;
const LOG_EXCERPT_LENGTH = 3000;

export interface N8nServerOptions {
	/** The main process unless given. A worker needs the settings of the main process that it belongs to. */
	command?: 'start' | 'worker';
	/** Of its environment, beside those that every n8n of the tests has. */
	settings?: NodeJS.ProcessEnv;
}

/** A process of n8n with a folder of its own, the packed package installed in it, on a free port. */
export class N8nServer {
	readonly url: string;

	private readonly log: WriteStream;

	private child: ChildProcess | undefined;

	private readonly kill = () => void this.child?.kill('SIGKILL');

	private constructor(
		private readonly program: string,
		private readonly command: 'start' | 'worker',
		readonly userFolder: string,
		readonly environment: NodeJS.ProcessEnv,
	) {
		this.url = `http://127.0.0.1:${environment.N8N_PORT}`;
		this.log = createWriteStream(this.logFile);
		process.once('exit', this.kill);
	}

	/** @param installation the folder of n8n's installation */
	static async start(
		installation: string,
		tarball: string,
		{ command = 'start', settings = {} }: N8nServerOptions = {},
	): Promise<N8nServer> {
		const userFolder = mkdtempSync(join(tmpdir(), 'n8n-e2e-'));
		installCommunityPackage(userFolder, tarball);
		const environment = {
			...environmentOf(userFolder, await freePort(), await freePort()),
			...settings,
		};
		const server = new N8nServer(n8nProgram(installation), command, userFolder, environment);
		const failure = await server.launch({});
		if (failure === undefined) return server;
		await server.stop();
		throw new Error(failure);
	}

	/**
	 * Starts it after a shutdown, with its data, at the same address. One that runs is left alone.
	 *
	 * @param settings of the environment, for this time
	 */
	async startAgain(settings: NodeJS.ProcessEnv = {}): Promise<void> {
		if (this.child !== undefined && !hasEnded(this.child)) return;
		const failure = await this.launch(settings);
		if (failure !== undefined) throw new Error(failure);
	}

	/** @returns what went wrong, if anything */
	private async launch(settings: NodeJS.ProcessEnv): Promise<string | undefined> {
		const child = spawn(process.execPath, [this.program, this.command], {
			env: { ...this.environment, ...settings },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		this.child = child;
		child.stdout.pipe(this.log, { end: false });
		child.stderr.pipe(this.log, { end: false });
		const failure = await ready(this.url, this.command, child);
		if (failure === undefined) return undefined;
		const lastLines = readFileSync(this.logFile, 'utf8').slice(-LOG_EXCERPT_LENGTH);
		return `${failure}\n${lastLines}`;
	}

	/**
	 * Ends the process; its data stays.
	 *
	 * @param signal what a service manager sends unless given
	 * @returns the exit code, or the signal that ended it
	 */
	async shutDown(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
		const { child } = this;
		if (child === undefined) return null;
		if (!hasEnded(child)) {
			const exit = new Promise((resolve) => child.once('exit', resolve));
			child.kill(signal);
			const timer = setTimeout(this.kill, STOP_TIMEOUT_MS);
			await exit;
			clearTimeout(timer);
		}
		return child.exitCode ?? child.signalCode;
	}

	/** Ends the process and deletes its data. */
	async stop(): Promise<void> {
		await this.shutDown();
		process.removeListener('exit', this.kill);
		this.log.end();
		rmSync(this.userFolder, { recursive: true, force: true });
	}

	get logFile(): string {
		return join(this.userFolder, 'n8n.log');
	}
}

function environmentOf(userFolder: string, port: number, brokerPort: number): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: process.env.HOME,
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: 'end-to-end tests',
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		// A worker has no routes but these, on this port.
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LOG_LEVEL: 'debug',
		GENERIC_TIMEZONE: 'UTC',
	};
}

/** Where the package is that an n8n loads. */
export function packageFolder(userFolder: string): string {
	return join(userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-convex');
}

/**
 * Puts a package where n8n keeps community packages, as n8n does it: unpacked, without the
 * dependencies that are the host's.
 */
function installCommunityPackage(userFolder: string, tarball: string): void {
	const nodes = join(userFolder, '.n8n', 'nodes');
	const target = packageFolder(userFolder);
	mkdirSync(target, { recursive: true });
	execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
	const manifestFile = join(target, 'package.json');
	const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
	for (const field of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
		delete manifest[field];
	}
	writeFileSync(manifestFile, JSON.stringify(manifest));
	const dependencies = { [manifest.name]: manifest.version };
	writeFileSync(
		join(nodes, 'package.json'),
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies }),
	);
}

/**
 * Waits until n8n serves, or works.
 *
 * @returns what went wrong, if anything
 */
async function ready(
	url: string,
	command: 'start' | 'worker',
	child: ChildProcess,
): Promise<string | undefined> {
	const isReady = command === 'worker' ? workerIsReady : mainIsReady;
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (Date.now() < deadline) {
		if (hasEnded(child)) return `n8n ended with ${child.exitCode ?? child.signalCode}`;
		if (await isReady(url)) return undefined;
		await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
	}
	return `n8n was not ready after ${START_TIMEOUT_MS} ms`;
}

/** Whether the routes are there; a main process answers on /healthz before. */
async function mainIsReady(url: string): Promise<boolean> {
	const settings = await answerOf(`${url}/rest/settings`);
	return typeof settings?.data?.data === 'object';
}

async function workerIsReady(url: string): Promise<boolean> {
	return (await answerOf(`${url}/healthz/readiness`)) !== undefined;
}

/** The answer, if it is there and good. */
async function answerOf(url: string): Promise<AxiosResponse | undefined> {
	return await axios.get(url, { timeout: REQUEST_TIMEOUT_MS }).catch(() => undefined);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
	return exitCode !== null || signalCode !== null;
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
