/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import axios from 'axios';
import type { ServerCounts } from '../measurement';
import type { ServerKind } from '../plan';
import type { Certificate } from './certificate';

interface Addresses {
	url: string;
	controlUrl: string;
}

/** The fixed-answer server, in a process of its own. */
export class RunningServer {
	private constructor(
		readonly kind: ServerKind,
		private readonly settings: string,
		private process: ChildProcess,
		private addresses: Addresses,
	) {}

	static async start(
		kind: ServerKind,
		certificate: Certificate,
		msPerCall: number,
	): Promise<RunningServer> {
		const { latencyMs, tls } = kind;
		const settings = JSON.stringify({ latencyMs, msPerCall, ...(tls && { tls: certificate }) });
		const child = startProcess(settings);
		return new RunningServer(kind, settings, child, await addressesOf(child));
	}

	get url(): string {
		return this.addresses.url;
	}

	async resetCounts(): Promise<void> {
		await axios.delete(this.addresses.controlUrl);
	}

	async counts(): Promise<ServerCounts> {
		return (await axios.get<ServerCounts>(this.addresses.controlUrl)).data;
	}

	/** A new process, at a new address, that knows nothing of what a contender left behind. */
	async restart(): Promise<void> {
		this.stop();
		this.process = startProcess(this.settings);
		this.addresses = await addressesOf(this.process);
	}

	stop(): void {
		this.process.kill('SIGKILL');
	}
}

function startProcess(settings: string): ChildProcess {
	return fork(join(__dirname, 'main.ts'), [settings], { execArgv: ['--import', 'tsx'] });
}

async function addressesOf(child: ChildProcess): Promise<Addresses> {
	return await new Promise((resolve, reject) => {
		child.once('message', (message) => resolve(message as Addresses));
		child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
	});
}
