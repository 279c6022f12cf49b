/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Certificate } from '../server/certificate';

export interface SlowNetworkSettings {
	/** On loopback, without TLS. */
	targetPort: number;
	tls: Certificate;
	/** How long every byte is in flight, in either direction. */
	oneWayMs: number;
}

/** TLS and a distance in front of a server, in a process of its own. */
export class SlowNetwork {
	private constructor(
		private readonly child: ChildProcess,
		readonly url: string,
	) {}

	static async inFrontOf(url: string, tls: Certificate, oneWayMs: number): Promise<SlowNetwork> {
		const settings: SlowNetworkSettings = { targetPort: Number(new URL(url).port), tls, oneWayMs };
		const child = fork(join(__dirname, 'slowNetworkMain.ts'), [JSON.stringify(settings)], {
			execArgv: ['--import', 'tsx'],
		});
		const address = await new Promise<string>((resolve, reject) => {
			child.once('message', (message) => resolve((message as { url: string }).url));
			child.once('exit', (code) => reject(new Error(`the proxy ended with code ${code}`)));
		});
		return new SlowNetwork(child, address);
	}

	stop(): void {
		this.child.kill('SIGKILL');
	}
}
