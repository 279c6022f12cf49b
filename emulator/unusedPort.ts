/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer } from 'node:net';

/**
 * Below the ports that a system gives to clients, and to servers that ask for any one; above those that
 * `fetch` refuses, the last of which is 10,080 (fetch.spec.whatwg.org, "bad port").
 */
const FIRST_PORT = 10_100;
const PORT_COUNT = 20_000;

/**
 * Of so many processes of tests side by side, each has ports of its own: a server that is away for a
 * while finds its port as it left it.
 */
const SHARES = 20;
const SHARE = Number(process.env.JEST_WORKER_ID ?? 0) % SHARES;

/** A port that hardly anybody takes while its server is away. It may be in use. */
export function randomPort(): number {
	return FIRST_PORT + SHARE + SHARES * Math.floor((Math.random() * PORT_COUNT) / SHARES);
}

/** One of these on which nothing listens. */
export async function unusedPort(): Promise<number> {
	for (;;) {
		const port = randomPort();
		if (await isUnused(port)) return port;
	}
}

async function isUnused(port: number): Promise<boolean> {
	const probe = createServer();
	return await new Promise((resolve) => {
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}
