/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { FaultEffect } from '../faults';
import type { FunctionRunner } from '../functionRunner';
import type { Authenticator } from '../identity';
import { internalServerError, PlatformFailure } from '../platformFailure';
import { pathOf, type RequestContent } from '../request';
import { clientVersionOf, readsTransitionChunks } from './clientVersion';
import { asPlatformFailure } from './ending';
import { applyFaultToSocket, type SocketExchange } from './faultySocket';
import { LiveQueries } from './liveQueries';
import { SessionRequests } from './sessionRequests';
import { SyncConnection } from './syncConnection';
import { SyncAuthenticator } from './syncIdentity';
import { BACKEND_LIMITS, SyncSocket, type ApplyFault, type SyncLimits } from './syncSocket';
import { UpdateLoop } from './updateLoop';

/**
 * The default of the backend's WebSocket library for a frame (docs.rs/axum
 * `WebSocketUpgrade::max_frame_size`), read and not tried. Clients send a message as one frame.
 */
const MAX_FRAME_BYTES = 16 * 2 ** 20;

export interface SyncStats {
	/** Open sockets. */
	sockets: number;
	/** Queries that clients watch, each client's counted. */
	subscriptions: number;
	/** Queries that run after a write: those that are alike run once. */
	distinctQueries: number;
	/** How many sockets ended with each close code since the start or the last reset; 1006: without a close frame. */
	closeCodes: Record<string, number>;
}

export interface SyncServerOptions {
	http: Server;
	authenticator: Authenticator;
	/** The present runner of functions. */
	runner: () => FunctionRunner;
	/** The fault that hits this request, if any. */
	takeFault: (request: RequestContent) => FaultEffect | undefined;
	/** Runs another function. */
	runFunction: SocketExchange['runFunction'];
	restart: SocketExchange['restart'];
}

/** The WebSocket side of a deployment: `/api/<version>/sync`. */
export class SyncServer {
	readonly limits: SyncLimits = { ...BACKEND_LIMITS };

	private readonly webSockets = new WebSocketServer({
		noServer: true,
		maxPayload: MAX_FRAME_BYTES,
	});
	private readonly connections = new Set<SyncConnection>();
	private readonly sessionRequests = new SessionRequests();
	private readonly authenticator: SyncAuthenticator;
	private readonly live = new LiveQueries();
	private readonly updates: UpdateLoop;
	private closeCodes: Record<string, number> = {};

	constructor(private readonly options: SyncServerOptions) {
		const { http, authenticator, runner } = options;
		this.authenticator = new SyncAuthenticator(authenticator);
		this.updates = new UpdateLoop(this.connections, this.live, runner);
		this.watch();
		http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
	}

	get stats(): SyncStats {
		const connections = [...this.connections];
		return {
			sockets: this.webSockets.clients.size,
			subscriptions: connections.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
			distinctQueries: this.live.size,
			closeCodes: this.closeCodes,
		};
	}

	/** @returns how many connections there were */
	forEachConnection(step: (connection: SyncConnection) => void): number {
		const open = [...this.connections];
		for (const connection of open) step(connection);
		return open.length;
	}

	/** Cuts all sockets. What sessions asked for is remembered. */
	disconnect(): number {
		return this.forEachConnection((connection) => connection.kill());
	}

	/** Starts again empty, with the present runner. */
	reset(): void {
		this.disconnect();
		this.closeCodes = {};
		this.sessionRequests.forget();
		this.authenticator.forget();
		Object.assign(this.limits, BACKEND_LIMITS);
		this.watch();
	}

	/** The runner is another one after a reset. */
	private watch(): void {
		this.options.runner().onChange = () => this.updates.invalidate();
	}

	private upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
		connection.on('error', () => connection.destroy());
		const applyFault = this.faultsFor(request);
		const kill = () => void connection.destroy();
		const run = async () => {
			const readsChunks = readsTransitionChunks(clientVersionOf(request));
			return () =>
				this.webSockets.handleUpgrade(request, connection, head, (webSocket) =>
					this.open(webSocket, connection, { applyFault, readsChunks }),
				);
		};
		applyFault('handshake', '', { run, kill, reset: kill, freeze: () => {} }).catch(
			(error: unknown) => refuse(connection, asPlatformFailure(error)),
		);
	}

	private open(
		webSocket: WebSocket,
		duplex: Duplex,
		{ applyFault, readsChunks }: { applyFault: ApplyFault; readsChunks: boolean },
	): void {
		const scheduleUpdate = () => this.updates.schedule();
		const socket = new SyncSocket(webSocket, duplex, {
			limits: this.limits,
			readsChunks,
			applyFault,
			onDrained: scheduleUpdate,
			onTimeout: () => connection.fail(new PlatformFailure(408, 'ClientDisconnected', '')),
			onFailure: (failure) => connection.fail(failure),
		});
		const { authenticator, sessionRequests, live } = this;
		const { runner } = this.options;
		const connection = new SyncConnection(socket, {
			runner,
			authenticator,
			sessionRequests,
			live,
			applyFault,
			scheduleUpdate,
		});
		this.connections.add(connection);
		webSocket.on('message', (data, isBinary) => {
			if (isBinary) connection.fail(internalServerError(500));
			else connection.receive(String(data));
		});
		webSocket.on('error', () => connection.kill());
		const { closeCodes } = this;
		webSocket.on('close', (code) => {
			closeCodes[code] = (closeCodes[code] ?? 0) + 1;
			connection.closed();
			this.connections.delete(connection);
		});
	}

	/** Faults hit what happens on a socket by the path of its handshake, and what it is. */
	private faultsFor(request: IncomingMessage): ApplyFault {
		const { headers, method = 'GET' } = request;
		const { takeFault, runFunction, restart } = this.options;
		return async (what, content, exchange) => {
			const path = `${pathOf(request)}/${what}`;
			const fault = takeFault({ method, path, headers, body: Buffer.from(content) });
			await applyFaultToSocket(fault, { ...exchange, runFunction, restart });
		};
	}
}

function refuse(socket: Duplex, { httpStatus, code, message }: PlatformFailure): void {
	const body = httpStatus === 404 ? '' : JSON.stringify({ code, message });
	socket.end(
		[
			`HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}`,
			'Connection: close',
			'Content-Type: application/json',
			`Content-Length: ${Buffer.byteLength(body)}`,
			'',
			body,
		].join('\r\n'),
	);
}
