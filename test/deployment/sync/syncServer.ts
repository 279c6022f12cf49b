/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Fault } from '../faults';
import type { FunctionRunner } from '../functionRunner';
import type { Authenticator } from '../identity';
import { PlatformFailure } from '../platformFailure';
import { pathOf } from '../request';
import { clientVersionOf, readsTransitionChunks } from './clientVersion';
import { onDatabaseWrite } from './databaseCalls';
import { internalFailure } from './ending';
import { LiveQueries } from './liveQueries';
import { SessionRequests } from './sessionRequests';
import { SyncConnection } from './syncConnection';
import { SyncAuthenticator } from './syncIdentity';
import { BACKEND_LIMITS, SyncSocket, type SyncLimits } from './syncSocket';
import { CommitClock } from './timestamp';
import { UpdateLoop } from './updateLoop';

/** The backend's default of its WebSocket library. */
const MAX_MESSAGE_BYTES = 64 * 2 ** 20;

export interface SyncStats {
	/** Open sockets. */
	sockets: number;
	/** Queries that clients watch, each client's counted. */
	subscriptions: number;
	/** Queries that run after a write: those that are alike run once. */
	distinctQueries: number;
}

export interface SyncServerOptions {
	http: Server;
	authenticator: Authenticator;
	/** What runs functions now. */
	runner: () => FunctionRunner;
	/** The fault that hits this request, if any. */
	takeFault: (path: string) => Fault | undefined;
}

/** The WebSocket side of a deployment: `/api/<version>/sync`. */
export class SyncServer {
	readonly limits: SyncLimits = { ...BACKEND_LIMITS };

	private readonly webSockets = new WebSocketServer({
		noServer: true,
		maxPayload: MAX_MESSAGE_BYTES,
	});
	private readonly connections = new Set<SyncConnection>();
	private readonly clock = new CommitClock();
	private readonly sessionRequests = new SessionRequests();
	private readonly authenticator: SyncAuthenticator;
	private readonly live = new LiveQueries();
	private readonly updates: UpdateLoop;

	constructor(private readonly options: SyncServerOptions) {
		const { http, authenticator, runner } = options;
		this.authenticator = new SyncAuthenticator(authenticator);
		this.updates = new UpdateLoop(this.connections, this.live, this.clock, runner);
		onDatabaseWrite(() => {
			this.clock.tick();
			this.updates.schedule();
		});
		http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
	}

	get stats(): SyncStats {
		const connections = [...this.connections];
		return {
			sockets: this.webSockets.clients.size,
			subscriptions: connections.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
			distinctQueries: this.live.size,
		};
	}

	/** Something else than the database changed what queries give. */
	invalidate(): void {
		this.updates.invalidate();
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

	/** As new. */
	reset(): void {
		this.disconnect();
		this.sessionRequests.forget();
		this.authenticator.forget();
		Object.assign(this.limits, BACKEND_LIMITS);
		this.updates.invalidate();
	}

	private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on('error', () => socket.destroy());
		try {
			const version = clientVersionOf(request);
			const fault = this.options.takeFault(`${pathOf(request)}/handshake`);
			if (fault?.kind === 'dropBefore') return void socket.destroy();
			if (fault?.kind === 'answer') throw new PlatformFailure(fault.status, 'Fault', '');
			this.webSockets.handleUpgrade(request, socket, head, (webSocket) =>
				this.open(webSocket, pathOf(request), readsTransitionChunks(version)),
			);
		} catch (error) {
			refuse(socket, error instanceof PlatformFailure ? error : internalFailure(String(error)));
		}
	}

	private open(webSocket: WebSocket, path: string, readsChunks: boolean): void {
		const takeFault = (what: string) => this.options.takeFault(`${path}/${what}`);
		const scheduleUpdate = () => this.updates.schedule();
		const socket = new SyncSocket(webSocket, {
			limits: this.limits,
			readsChunks,
			takeFault,
			onDrained: scheduleUpdate,
			onTimeout: () => connection.fail(new PlatformFailure(408, 'ClientDisconnected', '')),
		});
		const { authenticator, sessionRequests, live, clock } = this;
		const { runner } = this.options;
		const connection = new SyncConnection(socket, {
			runner,
			authenticator,
			sessionRequests,
			live,
			clock,
			takeFault,
			scheduleUpdate,
		});
		this.connections.add(connection);
		webSocket.on('message', (data, isBinary) => {
			if (isBinary) connection.fail(internalFailure('Unexpected message type'));
			else connection.receive(data.toString('utf8'));
		});
		webSocket.on('error', () => connection.kill());
		webSocket.on('close', () => {
			connection.closed();
			this.connections.delete(connection);
		});
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
