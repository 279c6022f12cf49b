/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import {
	isCall,
	MAX_MESSAGE_LENGTH,
	startLiveServer,
	type LiveServer,
	type Upgrade,
} from './liveServer';
import { passRequestOn } from './passOn';

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

const ANSWER = /"type":"(?:Mutation|Action)Response"/;

/** Stands before a deployment, as proxies and firewalls do: requests pass, live connections as it is told. */
export class SyncGate {
	/** Live connections that were asked for. */
	upgrades = 0;

	/** Calls that came over them. */
	calls = 0;

	/** Requests by method and path. */
	readonly requests: string[] = [];

	/** Live connections that were neither opened nor refused. */
	private readonly swallowed = new Set<Duplex>();

	private server: LiveServer | undefined;

	private constructor(
		private readonly target: URL,
		public behaviour: GateBehaviour,
	) {}

	static async inFrontOf(url: string, behaviour: GateBehaviour): Promise<SyncGate> {
		const gate = new SyncGate(new URL(url), behaviour);
		gate.server = await startLiveServer(
			(upgrade) => gate.upgrade(upgrade),
			(incoming, outgoing) => gate.answer(incoming, outgoing),
		);
		return gate;
	}

	get url(): string {
		return this.server?.url ?? '';
	}

	/** Live connections that the client has not closed, also those that were never opened. */
	get open(): number {
		return this.clients.size + this.swallowed.size;
	}

	/** Cuts all live connections, and treats further ones like this. */
	cut(behaviour: GateBehaviour): void {
		this.behaviour = behaviour;
		for (const client of this.clients) client.terminate();
		for (const socket of this.swallowed) socket.destroy();
	}

	async stop(): Promise<void> {
		this.cut('refuse');
		await this.server?.stop();
	}

	private get clients(): Set<WebSocket> {
		return this.server?.clients ?? new Set();
	}

	private answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
		const { method, url: path = '' } = incoming;
		this.requests.push(`${method} ${path}`);
		if (this.behaviour === 'swallowPath' && path.endsWith('/sync')) return;
		passRequestOn(incoming, outgoing, this.target);
	}

	private upgrade({ request, socket, accept }: Upgrade): void {
		this.upgrades += 1;
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
		accept((client) => {
			client.on('message', (data) => (this.calls += isCall(data) ? 1 : 0));
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
