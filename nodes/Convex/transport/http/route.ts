import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { endpointUrl } from '../../convex/deployment/deploymentUrl';
import { Remembered } from '../remembered';
import { CLIENT_HEADERS } from './post';
import { RequestTimeout } from './requestTimeout';

/**
 * How n8n reaches a server: by a connection of its own, or through its proxy. `silent` is one that did not
 * answer in time.
 */
export type Route = 'direct' | 'proxied' | 'silent' | 'unknown';

/** Where live connections are made: anything else is refused, and n8n shows a request only with its error. */
const REFUSED_PATH = '/api/sync';

const TIMEOUT_MS = 5_000;

const DEFAULT_PORTS = new Map([
	['http:', 80],
	['https:', 443],
]);

const MAX_KNOWN = 100;

/** n8n's proxy settings are those of its process. */
const knownRoutes = new Remembered<Route>(MAX_KNOWN, Number.POSITIVE_INFINITY);

/** How n8n reaches a deployment, if it was found out before. */
export function knownRoute(deploymentUrl: string): Route | undefined {
	return knownRoutes.get(deploymentUrl);
}

/**
 * Finds out whether n8n's requests to a deployment go through a proxy: by one that carries no credential.
 * A WebSocket would not heed the proxy (unless Node.js does), and n8n's environment is not for nodes to read. Found out
 * once for each deployment. Never throws.
 */
export async function findRoute(context: IExecuteFunctions, deploymentUrl: string): Promise<Route> {
	const known = knownRoutes.get(deploymentUrl);
	if (known !== undefined) return known;
	const route = await askForRoute(context, deploymentUrl);
	if (route === 'direct' || route === 'proxied') knownRoutes.set(deploymentUrl, route);
	return route;
}

async function askForRoute(context: IExecuteFunctions, deploymentUrl: string): Promise<Route> {
	const limit = new RequestTimeout(context, TIMEOUT_MS);
	const request: IHttpRequestOptions = {
		method: 'GET',
		url: endpointUrl(deploymentUrl, REFUSED_PATH),
		headers: CLIENT_HEADERS,
		encoding: 'stream',
		disableFollowRedirect: true,
		abortSignal: limit.signal,
	};
	try {
		discard(await context.helpers.httpRequest(request));
		return 'unknown';
	} catch (error) {
		// Before the answer is discarded, and its socket with it.
		const route = routeOf(property(error, 'request'), deploymentUrl);
		discard(property(property(error, 'response'), 'data'));
		return limit.isPassed ? 'silent' : route;
	} finally {
		limit.end();
	}
}

/**
 * A proxy is asked for a whole URL, or tunnels, so that one socket is in another; a connection of its
 * own goes to the deployment's port.
 *
 * @param request Node's `ClientRequest`, behind its answer
 */
function routeOf(request: unknown, deploymentUrl: string): Route {
	const path = property(request, 'path');
	const socket = property(request, 'socket');
	const remotePort = property(socket, 'remotePort');
	if (typeof path !== 'string' || typeof remotePort !== 'number') return 'unknown';
	const { port, protocol } = new URL(deploymentUrl);
	const deploymentPort = port === '' ? DEFAULT_PORTS.get(protocol) : Number(port);
	// Node's own name for the socket in which a tunnelled one is (lib/internal/tls/wrap.js).
	const isTunnelled = (property(socket, '_parent') ?? null) !== null;
	return path.startsWith('/') && !isTunnelled && remotePort === deploymentPort
		? 'direct'
		: 'proxied';
}

/** Unread, an answer would hold its socket open. */
function discard(answer: unknown): void {
	const destroy = property(answer, 'destroy');
	if (typeof destroy === 'function') destroy.call(answer);
}

function property(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
