/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer, request as sendRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

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
	const { hostname, port } = new URL(deploymentUrl);
	const strayRequests: string[] = [];
	let upgrades = 0;
	/** @returns the path that the deployment sees */
	const pathOf = ({ method, url = '' }: IncomingMessage) => {
		if (url.startsWith(`${basePath}/`)) return url.slice(basePath.length);
		strayRequests.push(`${method} ${url}`);
		return undefined;
	};
	const server = createServer((incoming, outgoing) => {
		const path = pathOf(incoming);
		if (path === undefined) {
			outgoing.writeHead(404).end('another program');
			return;
		}
		const { method, headers } = incoming;
		const passedOn = sendRequest({ hostname, port, method, headers, path }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
		});
		passedOn.on('error', () => outgoing.destroy());
		incoming.pipe(passedOn);
	});
	server.on('upgrade', (request: IncomingMessage, client: Duplex) => {
		const path = pathOf(request);
		if (path === undefined) {
			client.end('HTTP/1.1 404 Not Found\r\n\r\n');
			return;
		}
		upgrades += 1;
		const upstream = connect(Number(port), hostname, () => {
			const { rawHeaders } = request;
			const headers = rawHeaders.map((part, index) => part + (index % 2 === 0 ? ': ' : '\r\n'));
			upstream.write(`GET ${path} HTTP/1.1\r\n${headers.join('')}\r\n`);
			upstream.pipe(client).pipe(upstream);
		});
		for (const end of [upstream, client]) end.on('error', () => end.destroy());
		client.on('close', () => upstream.destroy());
		upstream.on('close', () => client.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	server.unref();
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`,
		strayRequests,
		upgrades: () => upgrades,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
