/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer, request as sendRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

const MAX_MESSAGE_LENGTH = 1_000_000;

export interface MalformedMessageServer {
	url: string;
	/** Sockets that it answered itself so far. */
	answeredSockets: () => number;
	stop: () => Promise<void>;
}

/**
 * Stands before a deployment and passes everything on, but answers the first sockets itself, with
 * messages that no deployment should send.
 */
export async function startMalformedMessageServer(
	deploymentUrl: string,
	messages: string[],
): Promise<MalformedMessageServer> {
	const upstream = new URL(deploymentUrl);
	const { port, hostname } = upstream;
	const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_LENGTH });
	let answered = 0;
	const server = createServer((incoming, outgoing) => {
		const { method, headers, url: path } = incoming;
		const passedOn = sendRequest({ port, hostname, method, headers, path }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(outgoing);
		});
		incoming.pipe(passedOn);
	});
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		const message = messages[answered];
		if (message === undefined) {
			passOn(request, socket);
			return;
		}
		answered += 1;
		sockets.handleUpgrade(request, socket, head, (client) => {
			client.on('message', () => client.send(message, () => {}));
		});
	});
	const passOn = ({ url, rawHeaders }: IncomingMessage, socket: Duplex) => {
		const target = connect(Number(port), hostname, () => {
			const headers = rawHeaders.map((part, index) => part + (index % 2 === 0 ? ': ' : '\r\n'));
			target.write(`GET ${url} HTTP/1.1\r\n${headers.join('')}\r\n`);
			target.pipe(socket).pipe(target);
		});
		for (const end of [target, socket]) end.on('error', () => end.destroy());
		socket.on('close', () => target.destroy());
	};
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		answeredSockets: () => answered,
		stop: async () => {
			for (const client of sockets.clients) client.terminate();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
