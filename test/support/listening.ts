/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
	/** Host name and port. */
	host: string;
	stop: () => Promise<void>;
}

/** Starts a server, on any free port of 127.0.0.1 unless given. */
export async function listen(
	server: Server,
	{ port = 0, hostname = '127.0.0.1' } = {},
): Promise<Listening> {
	// A test that fails before it stops its server must not keep the run from ending.
	server.unref();
	server.listen(port, hostname);
	await once(server, 'listening');
	return {
		host: `${hostname}:${(server.address() as AddressInfo).port}`,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
