/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { listen } from './listening';

/** In both directions. */
export const MAX_MESSAGE_LENGTH = 2 ** 26;

/** A call of a function, among the messages of the sync protocol. */
const CALL = /"type":"(?:Mutation|Action)"/;

/** Somebody who wants a live connection. */
export interface Upgrade {
	request: IncomingMessage;
	socket: Duplex;
	/** Opens the connection. */
	accept: (use: (client: WebSocket) => void) => void;
}

export interface LiveServer {
	url: string;
	server: Server;
	/** The live connections that are open. */
	clients: Set<WebSocket>;
	stop: () => Promise<void>;
}

/** Whether a message that a client sent calls a function. */
export function isCall(message: unknown): boolean {
	return CALL.test(String(message));
}

/**
 * A server whose live connections do what a test wants.
 *
 * @param listener answers requests; with 503 unless given
 */
export async function startLiveServer(
	onUpgrade: (upgrade: Upgrade) => void,
	listener: RequestListener = (_request, response) => response.writeHead(503).end(),
): Promise<LiveServer> {
	const server = createServer(listener);
	const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_LENGTH });
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on('error', () => {});
		const accept: Upgrade['accept'] = (use) => {
			if (!socket.destroyed) sockets.handleUpgrade(request, socket, head, use);
		};
		onUpgrade({ request, socket, accept });
	});
	const { host, stop } = await listen(server);
	return {
		url: `http://${host}`,
		server,
		clients: sockets.clients,
		stop: async () => {
			for (const client of sockets.clients) client.terminate();
			await stop();
		},
	};
}
