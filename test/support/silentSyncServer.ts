/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const MAX_MESSAGE_LENGTH = 2 ** 26;

export interface SilentSyncServer {
	url: string;
	/** Calls of functions that arrived so far. */
	calls: () => number;
	/** The same when all live connections have closed, so that none is on its way. */
	callsOfClosed: () => Promise<number>;
	/** Live connections that were made so far. */
	connections: () => number;
	stop: () => Promise<void>;
}

/** A deployment that takes calls over a live connection, and never answers any. */
export async function startSilentSyncServer(): Promise<SilentSyncServer> {
	let calls = 0;
	let connections = 0;
	const server = createServer((_request, response) => response.writeHead(503).end());
	const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_LENGTH });
	server.on('upgrade', (request, socket, head) =>
		sockets.handleUpgrade(request, socket, head, (client) => {
			connections += 1;
			client.on('message', (data) => {
				if (/"type":"(?:Mutation|Action)"/.test(String(data))) calls += 1;
			});
		}),
	);
	// A test that fails before it stops its server must not keep the run from ending.
	server.unref();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		calls: () => calls,
		callsOfClosed: async () => {
			await Promise.all([...sockets.clients].map(async (client) => await once(client, 'close')));
			return calls;
		},
		connections: () => connections,
		stop: async () => {
			for (const client of sockets.clients) client.terminate();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
