/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
	createWriteStream,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { n8nProgram } from './n8nInstallation';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_INTERVAL_MS = 250;
const REQUEST_TIMEOUT_MS = 5000;
const LOG_EXCERPT_LENGTH = 3000;

export interface N8nServer {
	url: string;
	userFolder: string;
	logFile: string;
	environment: NodeJS.ProcessEnv;
	stop: () => Promise<void>;
}

/** Starts an n8n of its own, with the packed package installed, on a free port. */
export async function startN8n(installation: string, tarball: string): Promise<N8nServer> {
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-e2e-'));
	installCommunityPackage(userFolder, tarball);
	const port = await freePort();
	const environment: NodeJS.ProcessEnv = {
		PATH: process.env.PATH,
		HOME: process.env.HOME,
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: 'end-to-end tests',
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LOG_LEVEL: 'debug',
		GENERIC_TIMEZONE: 'UTC',
	};
	const logFile = join(userFolder, 'n8n.log');
	const child = spawn(process.execPath, [n8nProgram(installation), 'start'], {
		env: environment,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const log = createWriteStream(logFile);
	child.stdout.pipe(log, { end: false });
	child.stderr.pipe(log, { end: false });
	const kill = () => child.kill('SIGKILL');
	process.once('exit', kill);
	const server: N8nServer = {
		url: `http://127.0.0.1:${port}`,
		userFolder,
		logFile,
		environment,
		stop: async () => {
			await ended(child);
			process.removeListener('exit', kill);
			log.end();
			rmSync(userFolder, { recursive: true, force: true });
		},
	};
	const failure = await ready(server.url, child);
	if (failure === undefined) return server;
	const lastLines = readFileSync(logFile, 'utf8').slice(-LOG_EXCERPT_LENGTH);
	await server.stop();
	throw new Error(`${failure}\n${lastLines}`);
}

/**
 * Puts a package where n8n keeps community packages, as n8n does it: unpacked, without the
 * dependencies that are the host's.
 */
function installCommunityPackage(userFolder: string, tarball: string): void {
	const nodes = join(userFolder, '.n8n', 'nodes');
	const target = join(nodes, 'node_modules', 'n8n-nodes-convex');
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
 * Waits for n8n's routes; it answers on /healthz before they exist.
 *
 * @returns what went wrong, if anything
 */
async function ready(url: string, child: ChildProcess): Promise<string | undefined> {
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (Date.now() < deadline) {
		const end = child.exitCode ?? child.signalCode;
		if (end !== null) return `n8n ended with ${end}`;
		const settings = await axios
			.get(`${url}/rest/settings`, { timeout: REQUEST_TIMEOUT_MS })
			.catch(() => undefined);
		if (typeof settings?.data?.data === 'object') return undefined;
		await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
	}
	return `n8n was not ready after ${START_TIMEOUT_MS} ms`;
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exit = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
	await exit;
	clearTimeout(timer);
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
