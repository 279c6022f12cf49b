import type { ReceivedRequest } from '../request';
import { internalServerError } from '../platformFailure';

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The request as an HTTP action gets it: all its headers, and the URL that the client asked for, which
 * a proxy in between names (`ExtractHttpRequestMetadata` of crates/local_backend/src/http_actions.rs).
 *
 * @param signal - aborted when the client goes away
 */
export function incomingRequest(request: ReceivedRequest, signal: AbortSignal): Request {
	const { method, headerPairs, body } = request;
	return new Request(urlOf(request), {
		method,
		headers: headerPairs,
		...(!WITHOUT_BODY.has(method) && { body: Uint8Array.from(body) }),
		signal,
	});
}

/** @throws PlatformFailure when the headers make no URL */
export function urlOf({ headers, target }: ReceivedRequest): URL {
	const forwarded = (name: string) => forwardedParameter(headers.forwarded, name);
	const scheme = firstOf(headers['x-forwarded-proto']) ?? forwarded('proto') ?? 'http';
	const host = forwarded('host') ?? firstOf(headers['x-forwarded-host']) ?? headers.host ?? '';
	try {
		return new URL(`${scheme}://${host}${target}`);
	} catch {
		throw internalServerError(500);
	}
}

function firstOf(header: string | string[] | undefined): string | undefined {
	return Array.isArray(header) ? header[0] : header;
}

/** A parameter of the first element of a `Forwarded` header, e.g. `proto=https;host=example.com`. */
function forwardedParameter(header: string | undefined, name: string): string | undefined {
	const pairs = header?.split(',')[0]?.split(';') ?? [];
	const pair = pairs.find((one) => one.trim().toLowerCase().startsWith(`${name}=`));
	return pair
		?.slice(pair.indexOf('=') + 1)
		.trim()
		.replaceAll('"', '');
}
