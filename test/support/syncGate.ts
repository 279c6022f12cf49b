/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import { createServer, request as sendRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * What becomes of live connections:
 *
 * - `pass`: they reach the deployment.
 * - `hold`: so do calls, but no answer comes back.
 * - `mute`: they are opened, and nothing goes over them.
 * - `refuse`, `swallow`: they are refused, or neither opened nor refused.
 * - `swallowPath`: neither, and no request to where they are made is answered.
 */
export type GateBehaviour = 'pass' | 'hold' | 'mute' | 'refuse' | 'swallow' | 'swallowPath';

const MAX_MESSAGE_LENGTH = 2 ** 26;
const CALL = /"type":"(?:Mutation|Action)"/;
const ANSWER = /"type":"(?:Mutation|Action)Response"/;

/** Stands before a deployment, as proxies and firewalls do: requests pass, live connections as it is told. */
export class SyncGate {
	/** Live connections that were asked for. */
	upgrades = 0;

	/** Calls that came over them. */
	calls = 0;

	/** Requests by method and path. */
	readonly requests: string[] = [];

	private readonly sockets = new WebSocketServer({
		noServer: true,
		maxPayload: MAX_MESSAGE_LENGTH,
	});

	/** Live connections that were neither opened nor refused. */
	private readonly swallowed = new Set<Duplex>();

	private readonly server = createServer((incoming, outgoing) => {
		const { method, headers, url: path = '' } = incoming;
		this.requests.push(`${method} ${path}`);
		if (this.behaviour === 'swallowPath' && path.endsWith('/sync')) return;
		const { port, hostname } = this.target;
		const passedOn = sendRequest({ port, hostname, method, headers, path }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(outgoing);
		});
		passedOn.on('error', () => outgoing.destroy());
		incoming.pipe(passedOn);
	});

	private constructor(
		private readonly target: URL,
		public behaviour: GateBehaviour,
	) {}

	static async inFrontOf(url: string, behaviour: GateBehaviour): Promise<SyncGate> {
		const gate = new SyncGate(new URL(url), behaviour);
		const { server } = gate;
		server.on('upgrade', (request, socket, head) => gate.upgrade(request, socket, head));
		// A test that fails before it stops its gate must not keep the run from ending.
		server.unref();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return gate;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Live connections that the client has not closed, also those that were never opened. */
	get open(): number {
		return this.sockets.clients.size + this.swallowed.size;
	}

	/** Cuts all live connections, and treats further ones like this. */
	cut(behaviour: GateBehaviour): void {
		this.behaviour = behaviour;
		for (const client of this.sockets.clients) client.terminate();
		for (const socket of this.swallowed) socket.destroy();
	}

	async stop(): Promise<void> {
		this.cut('refuse');
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		this.upgrades += 1;
		socket.on('error', () => {});
		if (this.behaviour === 'swallow' || this.behaviour === 'swallowPath') {
			this.swallowed.add(socket);
			socket.on('end', () => socket.destroy());
			socket.on('close', () => this.swallowed.delete(socket));
			socket.resume();
			return;
		}
		if (this.behaviour === 'refuse') {
			socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
			return;
		}
		this.sockets.handleUpgrade(request, socket, head, (client) => {
			client.on('message', (data) => (this.calls += CALL.test(String(data)) ? 1 : 0));
			if (this.behaviour !== 'mute') this.relay(client, request.url ?? '');
		});
	}

	private relay(client: WebSocket, path: string): void {
		const upstream = new WebSocket(new URL(path, this.target), { maxPayload: MAX_MESSAGE_LENGTH });
		const opened = once(upstream, 'open').catch(() => client.terminate());
		client.on('message', (data) => {
			void opened.then(() => {
				if (upstream.readyState === WebSocket.OPEN) upstream.send(String(data));
			});
		});
		upstream.on('message', (data) => {
			const isHeld = this.behaviour === 'hold' && ANSWER.test(String(data));
			if (!isHeld) client.send(String(data));
		});
		upstream.on('error', () => client.terminate());
		upstream.on('close', (code, reason) => {
			if (code === 1006 || code === 1005) client.terminate();
			else client.close(code, reason);
		});
		client.on('close', () => upstream.terminate());
	}
}
