/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { ServerResponse } from 'node:http';
import type { JSONValue } from 'convex/values';

export interface Answer {
	status: number;
	/** Text is sent as it is, anything else as JSON. */
	body: string | JSONValue;
	headers?: Record<string, string>;
}

export function textOf({ body }: Answer): string {
	return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Sends status and headers, which announce this many bytes. */
export function sendHead(response: ServerResponse, answer: Answer, contentLength: number): void {
	response.writeHead(answer.status, {
		'content-type':
			typeof answer.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
		'content-length': contentLength,
		...answer.headers,
	});
}

export function send(response: ServerResponse, answer: Answer): void {
	const bytes = Buffer.from(textOf(answer));
	sendHead(response, answer, bytes.length);
	response.end(bytes);
}
