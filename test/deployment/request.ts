/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IncomingMessage } from 'node:http';
import type { JSONValue } from 'convex/values';
import { PlatformFailure } from './platformFailure';

/** The backend's limit: 16 MiB of arguments and what stands around them. */
const MAX_BODY_BYTES = 2 ** 24 + 2000;

export type Body = Record<string, JSONValue | undefined>;

export function pathOf(request: IncomingMessage): string {
	return new URL(request.url ?? '/', 'http://deployment').pathname;
}

/** Reads a body as the backend does: crates/common/src/http/extract.rs. */
export async function readJsonBody(request: IncomingMessage): Promise<Body> {
	if (!/^application\/(?:[\w.+-]*\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
		throw badBody('Expected request with `Content-Type: application/json`');
	}
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const bytes = Buffer.concat(chunks);
	if (bytes.length > MAX_BODY_BYTES) {
		throw badBody('Failed to buffer the request body: length limit exceeded');
	}
	let body: JSONValue;
	try {
		body = JSON.parse(bytes.toString('utf8'));
	} catch (error) {
		throw badBody(`Failed to parse the request body as JSON: ${String(error)}`);
	}
	if (typeof body !== 'object' || body === null || Array.isArray(body)) {
		throw badBody('Failed to deserialize the JSON body into the target type');
	}
	return body;
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
export function checkClientVersion(request: IncomingMessage): void {
	const client = request.headers['convex-client'];
	if (client === undefined || String(client).includes('-')) return;
	throw new PlatformFailure(
		400,
		'InvalidClientVersion',
		`Failed to parse client version from header: ${String(client)}`,
	);
}
