/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { JSONValue } from 'convex/values';
import { PlatformFailure } from './platformFailure';

/** The backend's limit: 16 MiB of arguments and what stands around them. */
const MAX_BODY_BYTES = 2 ** 24 + 2000;

/** A request that has arrived with its whole body. */
export interface ReceivedRequest {
	method: string;
	/** Without the query string. */
	path: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

export type Body = Record<string, JSONValue | undefined>;

export function pathOf(request: IncomingMessage): string {
	return new URL(request.url ?? '/', 'http://deployment').pathname;
}

/** @throws when the client goes away before it has sent everything */
export async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return {
		method: request.method ?? 'GET',
		path: pathOf(request),
		headers: request.headers,
		body: Buffer.concat(chunks),
	};
}

/** Reads a body as the backend does: crates/common/src/http/extract.rs. */
export function jsonBody({ headers, body: bytes }: ReceivedRequest): Body {
	if (!/^application\/(?:[\w.+-]*\+)?json\b/i.test(headers['content-type'] ?? '')) {
		throw badBody('Expected request with `Content-Type: application/json`');
	}
	if (bytes.length > MAX_BODY_BYTES) {
		throw badBody('Failed to buffer the request body: length limit exceeded');
	}
	let body: JSONValue;
	try {
		body = JSON.parse(bytes.toString('utf8'));
	} catch (error) {
		throw badBody(`Failed to parse the request body as JSON: ${String(error)}`);
	}
	if (!isBody(body)) throw badBody('Failed to deserialize the JSON body into the target type');
	return body;
}

export function isBody(json: JSONValue | undefined): json is Record<string, JSONValue> {
	return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export function textField(body: Body, field: string): string {
	const value = body[field];
	if (typeof value !== 'string') throw badBody(`missing field \`${field}\``);
	return value;
}

export function badBody(message: string): PlatformFailure {
	return new PlatformFailure(400, 'BadJsonBody', message);
}

/** crates/common/src/version.rs: a client names itself and its version, joined by a dash. */
export function checkClientVersion({ headers }: Pick<ReceivedRequest, 'headers'>): void {
	const client = headers['convex-client'];
	if (client === undefined || String(client).includes('-')) return;
	throw new PlatformFailure(
		400,
		'InvalidClientVersion',
		`Failed to parse client version from header: ${String(client)}`,
	);
}
