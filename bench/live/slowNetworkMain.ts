/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { SlowNetworkSettings } from './slowNetwork';

/** So many connections may wait to be accepted: the flood of a contender must not be dropped. */
const BACKLOG = 65_535;

/**
 * Two stages: what a client sends waits, handshakes too, then gets through TLS, and on to the target.
 * What comes back waits as long.
 */
async function main(): Promise<void> {
	const settings: SlowNetworkSettings = JSON.parse(process.argv[2] ?? '');
	process.once('disconnect', () => process.exit());
	const { key, certificate } = settings.tls;
	const secured = createTlsServer(
		{ key: readFileSync(key), cert: readFileSync(certificate), noDelay: true },
		(client) => join(client, settings.targetPort, 0),
	);
	const securedPort = await listening(secured);
	const slow = createServer({ noDelay: true }, (client) =>
		join(client, securedPort, settings.oneWayMs),
	);
	const port = await listening(slow);
	process.send?.({ url: `https://127.0.0.1:${port}` });
}

function join(client: Socket, port: number, delayMs: number): void {
	const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
	forward(client, upstream, delayMs);
	forward(upstream, client, delayMs);
}

/** Timers of one duration fire in the order in which they were set, so nothing is overtaken. */
function forward(from: Socket, to: Socket, delayMs: number): void {
	const later = (then: () => void) => (delayMs === 0 ? then() : setTimeout(then, delayMs));
	from.on('data', (chunk) => later(() => to.write(chunk)));
	from.on('end', () => later(() => to.end()));
	from.on('error', () => to.destroy());
	from.on('close', () => later(() => to.destroySoon()));
}

async function listening(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', BACKLOG, resolve));
	return (server.address() as AddressInfo).port;
}

void main();
