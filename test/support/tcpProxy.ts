/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { sleep } from 'n8n-workflow';
import { unusedPort } from '../../emulator/unusedPort';

/** Stands between a client and a server, so that the server can be gone for a time and keep its address. */
export class TcpProxy {
	/** Connections that clients made so far. */
	connections = 0;

	/** How fast each connection that is made from now on carries what the server sends. */
	bytesPerSecond = Number.POSITIVE_INFINITY;

	private server: Server | undefined;

	private readonly sockets = new Set<Socket>();

	private readonly silent = new WeakSet<Socket>();

	private constructor(
		private readonly target: URL,
		private readonly port: number,
	) {}

	/** A proxy that is down until `up` is called. */
	static async inFrontOf(url: string): Promise<TcpProxy> {
		return new TcpProxy(new URL(url), await unusedPort());
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	async up(): Promise<void> {
		const server = createServer((client) => this.join(client));
		this.server = server;
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(this.port, '127.0.0.1', resolve);
		});
	}

	/** Cuts all connections and takes no more. */
	async down(): Promise<void> {
		const { server } = this;
		this.server = undefined;
		const closed = new Promise((resolve) =>
			server === undefined ? resolve(0) : server.close(resolve),
		);
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	/**
	 * Swallows what the present connections carry, in both directions, and does not tell either side
	 * that the other is gone.
	 *
	 * @returns what cuts them, as a system does when nothing was acknowledged for long
	 */
	silence(): () => void {
		const silenced = [...this.sockets];
		for (const socket of silenced) {
			this.silent.add(socket);
			socket.unpipe();
			socket.resume();
		}
		return () => {
			for (const socket of silenced) socket.destroy();
		};
	}

	private join(client: Socket): void {
		this.connections += 1;
		const upstream = connect(Number(this.target.port), this.target.hostname);
		const isSlow = Number.isFinite(this.bytesPerSecond);
		const pair = [client, upstream] as const;
		for (const [socket, other] of [pair, [upstream, client] as const]) {
			this.sockets.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => {
				this.sockets.delete(socket);
				// What a server sent before it closed is still in flight; the pipe ends behind it.
				if (isSlow && socket === upstream && socket.readableEnded) return;
				if (!this.silent.has(socket)) other.destroy();
			});
		}
		client.pipe(upstream);
		if (isSlow) {
			upstream.pipe(slowDown(this.bytesPerSecond)).pipe(client);
		} else {
			upstream.pipe(client);
		}
	}
}

function slowDown(bytesPerSecond: number): Transform {
	return new Transform({
		transform: (chunk: Buffer, _encoding, done) => {
			void sleep((chunk.length / bytesPerSecond) * 1_000).then(() => done(null, chunk));
		},
	});
}
