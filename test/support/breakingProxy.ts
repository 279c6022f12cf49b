/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { text } from 'node:stream/consumers';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer } from './awkwardServers';

/** What a proxy dislikes, so that it breaks the connection: a request, by its path and body, or an answer. */
export interface Dislikes {
	request?: (path: string, body: string) => boolean;
	answer?: (body: string) => boolean;
}

export interface BreakingProxy {
	url: string;
	/** The paths of all requests so far. */
	paths: string[];
	stop: () => Promise<void>;
}

/** Stands in front of a deployment, and breaks the connections on which it sees what it dislikes. */
export async function startBreakingProxy(
	deploymentUrl: string,
	{ request, answer }: Dislikes,
): Promise<BreakingProxy> {
	const paths: string[] = [];
	const passOn = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
		const { url = '', method = 'POST' } = incoming;
		paths.push(url);
		const body = await text(incoming);
		if (request?.(url, body) === true) {
			incoming.socket.resetAndDestroy();
			return;
		}
		const headers = { 'content-type': 'application/json' };
		const answered = await fetch(`${deploymentUrl}${url}`, { method, headers, body });
		const answerBody = await answered.text();
		outgoing.writeHead(answered.status, {
			...headers,
			'content-length': Buffer.byteLength(answerBody),
		});
		if (answer?.(answerBody) !== true) outgoing.end(answerBody);
		else outgoing.write(answerBody.slice(0, 100), () => outgoing.destroy());
	};
	const { url, stop } = await startHttpServer((incoming, outgoing) => {
		void passOn(incoming, outgoing);
	});
	return { url, paths, stop };
}
