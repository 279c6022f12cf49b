/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import {
	createServer,
	request as sendRequest,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ForwardProxy {
	url: string;
	/** What it was asked for so far, e.g. `CONNECT deployment.test:3210`. */
	requests: string[];
	stop: () => Promise<void>;
}

/**
 * An HTTP proxy as companies have them. It takes every host name for this machine.
 *
 * @param port on which it listens at 127.0.0.2; any port of 127.0.0.1 unless given
 */
export async function startForwardProxy(port?: number): Promise<ForwardProxy> {
	const host = port === undefined ? '127.0.0.1' : '127.0.0.2';
	const requests: string[] = [];
	const server = createServer((request, response) => {
		requests.push(`${request.method} ${request.url}`);
		forward(request, response);
	});
	server.on('connect', ({ url = '' }: IncomingMessage, client: Duplex) => {
		requests.push(`CONNECT ${url}`);
		tunnel(Number(url.split(':')[1]), client);
	});
	await new Promise<void>((resolve) => server.listen(port ?? 0, host, resolve));
	server.unref();
	return {
		url: `http://${host}:${(server.address() as AddressInfo).port}`,
		requests,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function forward(request: IncomingMessage, response: ServerResponse): void {
	const { method, headers } = request;
	const { port, pathname, search } = new URL(request.url ?? '');
	const options = { host: '127.0.0.1', port, path: `${pathname}${search}`, method, headers };
	const upstream = sendRequest(options, (answer) => {
		response.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(response);
	});
	upstream.on('error', () => response.destroy());
	request.pipe(upstream);
}

function tunnel(port: number, client: Duplex): void {
	const upstream = connect(port, '127.0.0.1', () => {
		client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		upstream.pipe(client);
		client.pipe(upstream);
	});
	for (const [socket, other] of [
		[upstream, client],
		[client, upstream],
	] as const) {
		socket.on('error', () => {});
		socket.on('close', () => other.destroy());
	}
}
