/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import axios from 'axios';
import type { ServerCounts } from '../measurement';
import type { ServerKind } from '../plan';
import type { Certificate } from './certificate';

/** The fixed-answer server, in a process of its own. */
export interface RunningServer {
	kind: ServerKind;
	url: string;
	resetCounts: () => Promise<void>;
	counts: () => Promise<ServerCounts>;
	stop: () => void;
}

export async function startServer(
	kind: ServerKind,
	certificate: Certificate,
	msPerCall: number,
): Promise<RunningServer> {
	const settings = {
		latencyMs: kind.latencyMs,
		msPerCall,
		...(kind.tls && { tls: certificate }),
	};
	const child = fork(join(__dirname, 'main.ts'), [JSON.stringify(settings)], {
		execArgv: ['--import', 'tsx'],
	});
	const { url, controlUrl } = await new Promise<{ url: string; controlUrl: string }>(
		(resolve, reject) => {
			child.once('message', (message) => resolve(message as { url: string; controlUrl: string }));
			child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
		},
	);
	return {
		kind,
		url,
		resetCounts: async () => void (await axios.delete(controlUrl)),
		counts: async () => (await axios.get<ServerCounts>(controlUrl)).data,
		stop: () => child.disconnect(),
	};
}
