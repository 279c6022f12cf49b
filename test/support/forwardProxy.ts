/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { listen } from './listening';
import { joinTo, passRequestOn } from './passOn';

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
	const requests: string[] = [];
	const server = createServer((request, response) => {
		requests.push(`${request.method} ${request.url}`);
		const { port, pathname, search } = new URL(request.url ?? '');
		passRequestOn(request, response, onThisMachine(port), `${pathname}${search}`);
	});
	server.on('connect', ({ url = '' }: IncomingMessage, client: Duplex) => {
		requests.push(`CONNECT ${url}`);
		const [, port = ''] = url.split(':');
		joinTo(onThisMachine(port), client, () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		});
	});
	const { host, stop } = await listen(
		server,
		port === undefined ? {} : { port, hostname: '127.0.0.2' },
	);
	return { url: `http://${host}`, requests, stop };
}

function onThisMachine(port: string): URL {
	return new URL(`http://127.0.0.1:${port}`);
}
