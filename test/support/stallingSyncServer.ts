/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { sleep } from 'n8n-workflow';
import { WebSocketServer } from 'ws';

const POLL_INTERVAL_MS = 5;

export interface StallingSyncServer {
	url: string;
	/** From now on, sockets are opened at once, and not stalled any more. */
	recover: () => void;
	/** Opens those that are stalled. */
	release: () => void;
	/** Resolves when so many connections are there that are not closed. */
	untilConnections: (count: number) => Promise<void>;
	/** Reads nothing more of what comes over those that are open, not even that they are to be closed. */
	freeze: () => void;
	/** Sends each of these over all connections that are open. */
	send: (messages: string[]) => void;
	stop: () => Promise<void>;
}

/** A server that leaves the first WebSockets waiting, neither opened nor refused. */
export async function startStallingSyncServer(): Promise<StallingSyncServer> {
	let stalls = true;
	let stalled: Array<() => void> = [];
	let connections = 0;
	const sockets = new WebSocketServer({ noServer: true });
	const server = createServer();
	server.on('connection', (socket) => {
		connections += 1;
		socket.on('close', () => (connections -= 1));
	});
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on('error', () => {});
		const open = () => {
			if (!socket.destroyed) sockets.handleUpgrade(request, socket, head, () => {});
		};
		if (stalls) stalled.push(open);
		else open();
	});
	// A test that fails before it stops its server must not keep the run from ending.
	server.unref();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
		recover: () => {
			stalls = false;
		},
		release: () => {
			for (const open of stalled) open();
			stalled = [];
		},
		untilConnections: async (count) => {
			while (connections !== count) await sleep(POLL_INTERVAL_MS);
		},
		freeze: () => {
			for (const client of sockets.clients) client.pause();
		},
		send: (messages) => {
			for (const client of sockets.clients) for (const message of messages) client.send(message);
		},
		stop: async () => {
			for (const client of sockets.clients) client.terminate();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
