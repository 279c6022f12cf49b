/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IncomingMessage } from 'node:http';
import { startLiveServer } from './liveServer';
import { passRequestOn, passUpgradeOn } from './passOn';

export interface ReverseProxy {
	/** Of the deployment behind it, with its path. */
	url: string;
	/** What else asked the host for: it would go to another program. */
	strayRequests: string[];
	/** Connections for live queries and sessions that came below the path. */
	upgrades: () => number;
	stop: () => Promise<void>;
}

/** Serves a deployment below a path, as companies put several programs behind one host name. */
export async function startReverseProxy(
	deploymentUrl: string,
	basePath: string,
): Promise<ReverseProxy> {
	const deployment = new URL(deploymentUrl);
	const strayRequests: string[] = [];
	let upgrades = 0;
	/** @returns the path that the deployment sees */
	const pathOf = ({ method, url = '' }: IncomingMessage) => {
		if (url.startsWith(`${basePath}/`)) return url.slice(basePath.length);
		strayRequests.push(`${method} ${url}`);
		return undefined;
	};
	const { url, stop } = await startLiveServer(
		({ request, socket }) => {
			const path = pathOf(request);
			if (path === undefined) {
				socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
				return;
			}
			upgrades += 1;
			passUpgradeOn(request, socket, deployment, path);
		},
		(incoming, outgoing) => {
			const path = pathOf(incoming);
			if (path === undefined) outgoing.writeHead(404).end('another program');
			else passRequestOn(incoming, outgoing, deployment, path);
		},
	);
	return { url: `${url}${basePath}`, strayRequests, upgrades: () => upgrades, stop };
}
