/**
 * How a request reached its server: over a connection of its own, or through n8n's proxy. `unknown` is
 * that of an answer that does not tell, as one that was compressed.
 */
export type Route = 'direct' | 'proxied' | 'unknown';

/** An answer that is not compressed is the one that Node received, with its request and its socket. */
export const UNCOMPRESSED = { 'Accept-Encoding': 'identity' };

const DEFAULT_PORTS = new Map([
	['http:', 80],
	['https:', 443],
]);

/**
 * Tells how a request went by the answer to it: n8n does not say whether it uses a proxy, and its
 * environment is not for nodes. A proxy is asked for a whole URL, or tunnels, so that one socket is in
 * another; a socket of its own goes to the deployment's port.
 *
 * @param answer what n8n's request helper gave, before it is read: later its socket may be gone
 */
export function routeOf(answer: unknown, deploymentUrl: string): Route {
	const socket = property(answer, 'socket');
	const path = property(property(answer, 'req'), 'path');
	const remotePort = property(socket, 'remotePort');
	if (typeof path !== 'string' || typeof remotePort !== 'number') return 'unknown';
	const { port, protocol } = new URL(deploymentUrl);
	const deploymentPort = port === '' ? DEFAULT_PORTS.get(protocol) : Number(port);
	// Node's own name for the socket in which a tunnelled one is (lib/internal/tls/wrap.js).
	const outerSocket = property(socket, '_parent');
	const isDirect =
		path.startsWith('/') && (outerSocket ?? null) === null && remotePort === deploymentPort;
	return isDirect ? 'direct' : 'proxied';
}

function property(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
