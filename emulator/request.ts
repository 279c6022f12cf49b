/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { JSONValue } from 'convex/values';
import { PlatformFailure } from './platformFailure';

/** The backend's limit: 16 MiB of arguments and what stands around them. */
const MAX_BODY_BYTES = 2 ** 24 + 2000;

/** A request as faults see it, or what a client sends on a socket. */
export interface RequestContent {
	method: string;
	/** Without the query string. */
	path: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

/** A request that has arrived with its whole body. */
export interface ReceivedRequest extends RequestContent {
	/** As it stands in the request: path and query string. */
	target: string;
	query: URLSearchParams;
	/** As they came, also those that come several times. */
	headerPairs: Array<[name: string, value: string]>;
}

export type Body = Record<string, JSONValue | undefined>;

/** The path of a request, as the URL standard normalizes it; `//` is no host. */
export function pathOf(request: IncomingMessage): string {
	return urlOf(request).pathname;
}

function urlOf({ url = '/' }: IncomingMessage): URL {
	const base = 'http://deployment';
	return url.startsWith('/') ? new URL(`${base}${url}`) : new URL(url, base);
}

/**
 * @param basePath - stands before the path that the client sent
 * @throws when the client goes away before it has sent everything
 */
export async function receive(
	request: IncomingMessage,
	basePath: string,
): Promise<ReceivedRequest> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const { pathname, search, searchParams } = urlOf(request);
	return {
		method: request.method ?? 'GET',
		path: `${basePath}${pathname}`,
		target: `${basePath}${pathname}${search}`,
		query: searchParams,
		headers: request.headers,
		headerPairs: pairsOf(request.rawHeaders),
		body: Buffer.concat(chunks),
	};
}

function pairsOf(rawHeaders: string[]): ReceivedRequest['headerPairs'] {
	return rawHeaders.flatMap((name, index) =>
		index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
	);
}

/**
 * Reads a body as the backend does: crates/common/src/http/extract.rs.
 *
 * @param maxBytes - the endpoint's own limit
 */
export function jsonBody(
	{ headers, body: bytes }: ReceivedRequest,
	maxBytes = MAX_BODY_BYTES,
): Body {
	if (!/^application\/(?:[\w.+-]*\+)?json\b/i.test(headers['content-type'] ?? '')) {
		throw badBody('Expected request with `Content-Type: application/json`');
	}
	if (bytes.length > maxBytes) {
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
