/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export interface VanishingSyncServer {
	url: string;
	stop: () => Promise<void>;
}

/**
 * A deployment that sends these messages when the first call arrives over a live connection, all in
 * one packet, and from then on leaves every further connection waiting.
 */
export async function startVanishingSyncServer(messages: object[]): Promise<VanishingSyncServer> {
	let hasVanished = false;
	const server = createServer((_request, response) => response.writeHead(503).end());
	const sockets = new WebSocketServer({ noServer: true });
	server.on('upgrade', (request, socket, head) => {
		socket.on('error', () => {});
		if (hasVanished) return;
		sockets.handleUpgrade(request, socket, head, (client) => {
			client.on('message', (data) => {
				if (hasVanished || !/"type":"(?:Mutation|Action)"/.test(String(data))) return;
				hasVanished = true;
				socket.cork();
				for (const message of messages) client.send(JSON.stringify(message));
				socket.uncork();
			});
		});
	});
	// A test that fails before it stops its server must not keep the run from ending.
	server.unref();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: async () => {
			for (const client of sockets.clients) client.terminate();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
