/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { clearInterval, setInterval } from 'node:timers';
import type { WebSocket } from 'ws';
import { PlatformFailure } from '../platformFailure';
import type { Ending } from './ending';
import type { SocketExchange } from './faultySocket';
import { transitionFrames, type ServerMessage, type Transition } from './serverMessage';

/** The backend's, unless a test sets others. */
export interface SyncLimits {
	/** Transitions whose JSON is longer are sent in chunks. */
	transitionChunkLength: number;
	/** A `Ping` follows when nothing else was sent for this long. */
	pingAfterMs: number;
	/** How often clients are pinged below the protocol. */
	heartbeatMs: number;
	/** A client that sends nothing for this long, not even the answer to a ping, is dropped. */
	clientTimeoutMs: number;
}

/** crates/local_backend/src/subs/mod.rs, crates/sync/src/worker.rs. */
export const BACKEND_LIMITS: SyncLimits = {
	transitionChunkLength: 5_000_000,
	pingAfterMs: 15_000,
	heartbeatMs: 5_000,
	clientTimeoutMs: 120_000,
};

/** crates/common/src/knobs.rs `SYNC_MAX_SEND_TRANSITION_COUNT`. */
const MAX_WAITING_TRANSITIONS = 2;

const NANOSECONDS_PER_MS = 1_000_000;

/**
 * Does something, with the fault that hits it, if any.
 *
 * @param what - e.g. `Mutation/tasks:create`
 * @param content - distinguishes it from others of the same kind
 */
export type ApplyFault = (
	what: string,
	content: string,
	exchange: Pick<SocketExchange, 'run' | 'kill' | 'reset' | 'freeze'>,
) => Promise<void>;

export interface SyncSocketOptions {
	limits: SyncLimits;
	/** Old clients get transitions whole. */
	readsChunks: boolean;
	applyFault: ApplyFault;
	/** A slow client can receive transitions again. */
	onDrained: () => void;
	onTimeout: () => void;
	/** Sending failed. */
	onFailure: (failure: PlatformFailure) => void;
}

/** The wire to one client: what is sent keeps its order, whatever goes wrong. */
export class SyncSocket {
	private outgoing: Promise<void> = Promise.resolve();
	private waitingTransitions = 0;
	private lastReceivedMs = Date.now();
	private isBroken = false;
	private thaw?: () => void;
	private readonly timers: NodeJS.Timeout[];

	constructor(
		private readonly webSocket: WebSocket,
		private readonly connection: Duplex,
		private readonly options: SyncSocketOptions,
	) {
		const { pingAfterMs, heartbeatMs } = options.limits;
		this.timers = [
			setInterval(() => this.send({ type: 'Ping' }), pingAfterMs).unref(),
			setInterval(() => this.heartbeat(), heartbeatMs).unref(),
		];
		webSocket.on('pong', () => this.noteReceived());
		webSocket.on('close', () => this.stopTimers());
	}

	/** Transitions are computed no faster than the client reads them. */
	get isSlow(): boolean {
		return this.waitingTransitions >= MAX_WAITING_TRANSITIONS;
	}

	noteReceived(): void {
		this.lastReceivedMs = Date.now();
	}

	send(message: ServerMessage): void {
		this.timers[0]?.refresh();
		if (message.type !== 'Transition') {
			this.enqueue(async () => await this.sendText(JSON.stringify(message)));
			return;
		}
		this.waitingTransitions++;
		this.enqueue(async () => {
			await this.sendTransition(message);
			const wasSlow = this.isSlow;
			this.waitingTransitions--;
			if (wasSlow) this.options.onDrained();
		});
	}

	/** Sends the reason, and closes. */
	end({ message, close }: Ending): void {
		this.stopTimers();
		this.outgoing = this.outgoing
			.then(async () => {
				if (message !== undefined) await this.sendText(JSON.stringify(message));
				this.webSocket.close(close?.code, close?.reason);
			})
			.catch(() => this.terminate());
	}

	/** Cuts the connection, as a network failure does. */
	terminate(): void {
		this.isBroken = true;
		this.webSocket.terminate();
	}

	/** The same with a reset (RST). */
	reset(): void {
		this.isBroken = true;
		if (this.connection instanceof Socket) this.connection.resetAndDestroy();
		else this.connection.destroy();
	}

	/** Swallows everything in both directions, as a network may, until `unfreeze`. */
	freeze(): void {
		if (this.thaw !== undefined) return;
		this.webSocket.pause();
		const thawed = new Promise<void>((resolve) => (this.thaw = resolve));
		this.enqueue(async () => await thawed);
	}

	unfreeze(): void {
		this.thaw?.();
		this.thaw = undefined;
		this.webSocket.resume();
	}

	private heartbeat(): void {
		const silentMs = Date.now() - this.lastReceivedMs;
		if (silentMs > this.options.limits.clientTimeoutMs) this.options.onTimeout();
		else if (this.thaw === undefined) this.webSocket.ping();
	}

	private stopTimers(): void {
		for (const timer of this.timers) clearInterval(timer);
	}

	private enqueue(step: () => Promise<void>): void {
		this.outgoing = this.outgoing
			.then(async () => {
				if (!this.isBroken) await step();
			})
			.catch((error: unknown) => {
				this.isBroken = true;
				// Otherwise the socket is closed already, and its client starts again.
				if (error instanceof PlatformFailure) this.options.onFailure(error);
				else this.terminate();
			});
	}

	private async sendTransition(transition: Transition): Promise<void> {
		const content = JSON.stringify(transition.modifications);
		await this.options.applyFault('Transition', content, {
			run: async () => async () => {
				for (const frame of this.framesOf(transition)) await this.sendText(frame);
			},
			kill: () => this.terminate(),
			reset: () => this.reset(),
			freeze: () => this.freeze(),
		});
	}

	private framesOf(transition: Transition): string[] {
		const { limits, readsChunks } = this.options;
		const serverTs = Date.now() * NANOSECONDS_PER_MS;
		const maxLength = readsChunks ? limits.transitionChunkLength : Number.POSITIVE_INFINITY;
		return transitionFrames(JSON.stringify({ ...transition, serverTs }), maxLength);
	}

	private async sendText(text: string): Promise<void> {
		await new Promise<void>((resolve, reject) =>
			this.webSocket.send(text, (error) => (error ? reject(error) : resolve())),
		);
	}
}
