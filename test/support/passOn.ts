/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Passes a request on to another server, and its answer back.
 *
 * @param path for which the other server is asked; the same unless given
 */
export function passRequestOn(
	incoming: IncomingMessage,
	outgoing: ServerResponse,
	server: URL,
	path = incoming.url,
): void {
	const { method, headers } = incoming;
	const { hostname, port } = server;
	const passedOn = sendRequest({ hostname, port, method, headers, path }, (answer) => {
		outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(outgoing);
	});
	passedOn.on('error', () => outgoing.destroy());
	incoming.pipe(passedOn);
}

/**
 * Passes the wish for a live connection on to another server, and then all that goes over it.
 *
 * @param path for which the other server is asked; the same unless given
 */
export function passUpgradeOn(
	{ rawHeaders, url }: IncomingMessage,
	client: Duplex,
	server: URL,
	path = url,
): void {
	const headers = rawHeaders.map((part, index) => part + (index % 2 === 0 ? ': ' : '\r\n'));
	joinTo(server, client, (upstream) => {
		upstream.write(`GET ${path} HTTP/1.1\r\n${headers.join('')}\r\n`);
	});
}

/** Connects to another server, and joins that connection with one that is there; either ends with the other. */
export function joinTo(server: URL, client: Duplex, onConnect: (upstream: Duplex) => void): void {
	const upstream = connect(Number(server.port), server.hostname, () => {
		onConnect(upstream);
		upstream.pipe(client).pipe(upstream);
	});
	for (const [end, other] of [
		[upstream, client],
		[client, upstream],
	] as const) {
		end.on('error', () => {});
		end.on('close', () => other.destroy());
	}
}
