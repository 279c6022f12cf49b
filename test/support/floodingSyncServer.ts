/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sleep } from 'n8n-workflow';
import { WebSocketServer, type WebSocket } from 'ws';

export interface FloodingSyncServer {
	url: string;
	/** How long the messages were that were sent so far. */
	sentLength: () => number;
	stop: () => Promise<void>;
}

/**
 * A deployment that answers the first call over each live connection with messages without end, as fast
 * as they are read.
 *
 * @param messageAt gives the message with this number
 */
export async function startFloodingSyncServer(
	messageAt: (number: number) => object,
): Promise<FloodingSyncServer> {
	let sentLength = 0;
	const server = createServer((_request, response) => response.writeHead(503).end());
	const sockets = new WebSocketServer({ server });
	const flood = async (client: WebSocket) => {
		for (let number = 0; client.readyState === client.OPEN; number++) {
			const message = JSON.stringify(messageAt(number));
			sentLength += message.length;
			await new Promise((resolve) => client.send(message, resolve));
			// Lets the closing of the connection arrive.
			await sleep(0);
		}
	};
	sockets.on('connection', (client) => {
		client.on('error', () => {});
		const begin = (data: unknown) => {
			if (!/"type":"(?:Mutation|Action)"/.test(String(data))) return;
			client.off('message', begin);
			void flood(client);
		};
		client.on('message', begin);
	});
	// A test that fails before it stops its server must not keep the run from ending.
	server.unref();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		sentLength: () => sentLength,
		stop: async () => {
			for (const client of sockets.clients) client.terminate();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
