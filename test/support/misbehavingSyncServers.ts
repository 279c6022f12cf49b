/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import { sleep } from 'n8n-workflow';
import type { WebSocket } from 'ws';
import { isCall, startLiveServer, type LiveServer } from './liveServer';
import { passRequestOn, passUpgradeOn } from './passOn';
import { until } from './waiting';

type Stoppable = Pick<LiveServer, 'url' | 'stop'>;

export interface SilentSyncServer extends Stoppable {
	/** Calls of functions that arrived so far. */
	calls: () => number;
	/** The same when all live connections have closed, so that none is on its way. */
	callsOfClosed: () => Promise<number>;
	/** Live connections that were made so far. */
	connections: () => number;
}

/** A deployment that takes calls over a live connection, and never answers any. */
export async function startSilentSyncServer(): Promise<SilentSyncServer> {
	let calls = 0;
	let connections = 0;
	const { url, clients, stop } = await startLiveServer(({ accept }) =>
		accept((client) => {
			connections += 1;
			client.on('message', (data) => {
				if (isCall(data)) calls += 1;
			});
		}),
	);
	return {
		url,
		stop,
		calls: () => calls,
		callsOfClosed: async () => {
			await Promise.all([...clients].map(async (client) => await once(client, 'close')));
			return calls;
		},
		connections: () => connections,
	};
}

export interface StallingSyncServer extends Stoppable {
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
}

/** A server that leaves the first WebSockets waiting, neither opened nor refused. */
export async function startStallingSyncServer(): Promise<StallingSyncServer> {
	let stalls = true;
	let stalled: Array<() => void> = [];
	let connections = 0;
	const { url, server, clients, stop } = await startLiveServer(({ accept }) => {
		const open = () => accept(() => {});
		if (stalls) stalled.push(open);
		else open();
	});
	server.on('connection', (socket) => {
		connections += 1;
		socket.on('close', () => (connections -= 1));
	});
	return {
		url: url.replace('http', 'ws'),
		stop,
		recover: () => {
			stalls = false;
		},
		release: () => {
			for (const open of stalled) open();
			stalled = [];
		},
		untilConnections: async (count) => {
			await until(() => connections === count);
		},
		freeze: () => {
			for (const client of clients) client.pause();
		},
		send: (messages) => {
			for (const client of clients) for (const message of messages) client.send(message);
		},
	};
}

/**
 * A deployment that sends these messages when the first call arrives over a live connection, all in
 * one packet, and from then on leaves every further connection waiting.
 */
export async function startVanishingSyncServer(messages: object[]): Promise<Stoppable> {
	let hasVanished = false;
	return await startLiveServer(({ socket, accept }) => {
		if (hasVanished) return;
		accept((client) => {
			client.on('message', (data) => {
				if (hasVanished || !isCall(data)) return;
				hasVanished = true;
				socket.cork();
				for (const message of messages) client.send(JSON.stringify(message));
				socket.uncork();
			});
		});
	});
}

export interface FloodingSyncServer extends Stoppable {
	/** How long the messages were that were sent so far. */
	sentLength: () => number;
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
	const flood = async (client: WebSocket) => {
		for (let number = 0; client.readyState === client.OPEN; number++) {
			const message = JSON.stringify(messageAt(number));
			sentLength += message.length;
			await new Promise((resolve) => client.send(message, resolve));
			// Lets the closing of the connection arrive.
			await sleep(0);
		}
	};
	const { url, stop } = await startLiveServer(({ accept }) =>
		accept((client) => {
			client.on('error', () => {});
			const begin = (data: unknown) => {
				if (!isCall(data)) return;
				client.off('message', begin);
				void flood(client);
			};
			client.on('message', begin);
		}),
	);
	return { url, stop, sentLength: () => sentLength };
}

export interface MalformedMessageServer extends Stoppable {
	/** Sockets that it answered itself so far. */
	answeredSockets: () => number;
}

/**
 * Stands before a deployment and passes everything on, but answers the first sockets itself, with
 * messages that no deployment should send.
 */
export async function startMalformedMessageServer(
	deploymentUrl: string,
	messages: string[],
): Promise<MalformedMessageServer> {
	const deployment = new URL(deploymentUrl);
	let answered = 0;
	const { url, stop } = await startLiveServer(
		({ request, socket, accept }) => {
			const message = messages[answered];
			if (message === undefined) {
				passUpgradeOn(request, socket, deployment);
				return;
			}
			answered += 1;
			accept((client) => {
				client.on('message', () => client.send(message, () => {}));
			});
		},
		(incoming, outgoing) => passRequestOn(incoming, outgoing, deployment),
	);
	return { url, stop, answeredSockets: () => answered };
}
