/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomPort } from './unusedPort';

/** A port just left may be in use for a moment. */
const LISTEN_RETRY_MS = 50;
const LISTEN_ATTEMPTS = 100;

/** So many connections may wait to be accepted, where the machine allows it: Node's own limit is 511. */
const BACKLOG = 65_535;

const IDLE_CONNECTION_TIMEOUT_MS = 120_000;

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on a port that it keeps: it can go away, and come back with the same address, or move. */
export class PortListener {
	readonly http: Server;

	/** Every connection, also those that are no longer HTTP. */
	private readonly sockets = new Set<Socket>();

	private port = 0;

	private comingBack: Promise<void> | undefined;

	/** @param onConnection - called for each connection that a client opens */
	constructor(serve: Serve, onConnection: () => void = () => {}) {
		this.http = createServer(serve);
		// Node would close an idle connection after five seconds, often just as a client uses it again.
		this.http.keepAliveTimeout = IDLE_CONNECTION_TIMEOUT_MS;
		this.http.on('connection', (socket) => {
			onConnection();
			this.sockets.add(socket);
			socket.once('close', () => this.sockets.delete(socket));
		});
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/**
	 * @param port - any free one when it is 0
	 * @throws what Node says when it cannot listen there
	 */
	async start(port: number): Promise<void> {
		for (;;) {
			const chosen = port === 0 ? randomPort() : port;
			const failure = await this.tryToListen(chosen);
			if (failure === undefined) {
				this.port = chosen;
				return;
			}
			if (port !== 0 || failure.code !== 'EADDRINUSE') throw failure;
		}
	}

	/** Cuts every connection and takes no more. */
	async goDown(): Promise<void> {
		if (!this.http.listening) return;
		const closed = new Promise((resolve) => this.http.close(resolve));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	/** Listens on the same port again. */
	async comeBack(): Promise<void> {
		if (this.http.listening) return;
		this.comingBack ??= this.listenAgain().finally(() => (this.comingBack = undefined));
		await this.comingBack;
	}

	/** Cuts every connection, and listens on any free port from now on. */
	async move(): Promise<void> {
		await this.comingBack;
		await this.goDown();
		await this.start(0);
	}

	private async listenAgain(): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			const failure = await this.tryToListen(this.port);
			if (failure === undefined) return;
			if (attempt === LISTEN_ATTEMPTS) throw failure;
			await sleep(LISTEN_RETRY_MS);
		}
	}

	private async tryToListen(port: number): Promise<NodeJS.ErrnoException | undefined> {
		return await new Promise((resolve) => {
			this.http.once('error', resolve);
			this.http.listen(port, '127.0.0.1', BACKLOG, () => {
				this.http.removeListener('error', resolve);
				resolve(undefined);
			});
		});
	}
}
