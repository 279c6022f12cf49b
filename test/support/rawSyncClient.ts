import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Arrivals } from './waiting';

const frame = z.object({ type: z.string() }).passthrough();

export type Frame = z.infer<typeof frame>;

/** A client that speaks the sync protocol word by word. */
export class RawSyncClient {
	readonly frames = new Arrivals<Frame>();
	readonly closed: Promise<{ code: number; reason: string }>;

	private constructor(private readonly socket: WebSocket) {
		socket.addEventListener('message', ({ data }) =>
			this.frames.add(frame.parse(JSON.parse(data))),
		);
		this.closed = new Promise((resolve) =>
			socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason })),
		);
	}

	/** Opens a socket and says hello. */
	static async open(
		deploymentUrl: string,
		{ version = '1.48.0', sessionId = randomUUID() } = {},
	): Promise<RawSyncClient> {
		const url = `${deploymentUrl.replace('http', 'ws')}/api/${version}/sync`;
		const socket = new WebSocket(url);
		await new Promise((resolve, reject) => {
			socket.addEventListener('open', resolve);
			socket.addEventListener('error', reject);
		});
		const client = new RawSyncClient(socket);
		client.send({ type: 'Connect', sessionId, connectionCount: 0, lastCloseReason: null });
		return client;
	}

	send(message: object | string): void {
		this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
	}

	close(): void {
		this.socket.close();
	}

	mutate(requestId: number, udfPath: string, args: object): void {
		this.send({ type: 'Mutation', requestId, udfPath, args: [args] });
	}

	/** Adds queries; the first one is the query set's first version. */
	add(
		baseVersion: number,
		queries: Array<{ udfPath: string; args: object; journal?: string }>,
	): void {
		this.send({
			type: 'ModifyQuerySet',
			baseVersion,
			newVersion: baseVersion + 1,
			modifications: queries.map(({ udfPath, args, journal }, index) => ({
				type: 'Add',
				queryId: baseVersion * 100 + index,
				udfPath,
				args: [args],
				...(journal !== undefined && { journal }),
			})),
		});
	}

	/** Resolves with the first frame of a type, which may have come already. */
	async first(type: string): Promise<Frame> {
		return await this.frames.until((arrived) => arrived.type === type);
	}

	/** Resolves with the answer to a request. */
	async answer(requestId: number): Promise<Frame> {
		return await this.frames.until((arrived) => arrived.requestId === requestId);
	}

	types(): string[] {
		return this.frames.all.map(({ type }) => type);
	}
}
