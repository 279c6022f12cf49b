/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JSONValue } from 'convex/values';
import { send } from './answer';
import { startApp } from './app';
import { loadAppSource, type AppSource } from './appSource';
import { commandsFor, type ControlledDeployment } from './commands';
import { ControlServer } from './control';
import { FaultPlan, type FaultEffect } from './faults';
import { applyFault } from './faultyExchange';
import { FunctionRunner } from './functionRunner';
import { Authenticator, type Caller } from './identity';
import { PublicApi } from './publicApi';
import { pathOf, receive, type ReceivedRequest } from './request';
import { RequestCounter } from './requestStats';
import { SyncServer } from './sync/syncServer';
import { TestKeys } from './testKeys';

/** A port just left may be in use for a moment. */
const LISTEN_RETRY_MS = 50;
const LISTEN_ATTEMPTS = 100;

const IDLE_CONNECTION_TIMEOUT_MS = 120_000;

/** A Convex deployment over convex-test, which can be made to fail. */
export class DeploymentServer implements ControlledDeployment {
	readonly faults = new FaultPlan();

	readonly requests = new RequestCounter();

	private readonly http: Server;

	/** Every connection, also those that are no longer HTTP. */
	private readonly sockets = new Set<Socket>();

	private readonly api: PublicApi;

	runner: FunctionRunner;

	readonly sync: SyncServer;

	private port = 0;

	private control: ControlServer | undefined;

	private comingBack: Promise<void> | undefined;

	private constructor(
		private readonly app: AppSource,
		readonly authenticator: Authenticator,
	) {
		this.runner = new FunctionRunner(startApp(app));
		this.api = new PublicApi(
			authenticator,
			() => this.runner,
			(size) => this.requests.batch(size),
		);
		this.http = createServer((request, response) => void this.serve(request, response));
		// Node would close an idle connection after five seconds, often just as a client uses it again.
		this.http.keepAliveTimeout = IDLE_CONNECTION_TIMEOUT_MS;
		this.http.on('connection', (socket) => {
			this.requests.connected();
			this.sockets.add(socket);
			socket.once('close', () => this.sockets.delete(socket));
		});
		this.sync = new SyncServer({
			http: this.http,
			authenticator,
			runner: () => this.runner,
			takeFault: (request) => this.takeFault(request),
			runFunction: async (path, args) => await this.runMeanwhile(path, args),
			restart: async (downMs) => await this.restart(downMs),
		});
	}

	/** Serves the app in a folder. */
	static async start(options: {
		port: number;
		deployKey: string;
		folder: string;
	}): Promise<DeploymentServer> {
		const keys = await TestKeys.create();
		const app = await loadAppSource(options.folder);
		const authenticator = new Authenticator(options.deployKey, keys, app.providers);
		const server = new DeploymentServer(app, authenticator);
		server.control = await ControlServer.start(commandsFor(server));
		await server.listen(options.port);
		server.port = (server.http.address() as AddressInfo).port;
		process.env.CONVEX_CLOUD_URL = server.url;
		return server;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Where the commands of `client.ts` go. */
	get controlUrl(): string {
		return this.control?.url ?? '';
	}

	async stop(): Promise<void> {
		await this.goDown();
		await this.control?.stop();
	}

	/** Cuts every connection and takes no more; functions that run go on, as their effects may. */
	async goDown(): Promise<void> {
		if (!this.http.listening) return;
		const closed = new Promise((resolve) => this.http.close(resolve));
		this.sync.disconnect();
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	/** Listens on the same port again, with the same data. */
	async comeBack(): Promise<void> {
		if (this.http.listening) return;
		this.comingBack ??= this.listen(this.port).finally(() => (this.comingBack = undefined));
		await this.comingBack;
	}

	async restart(downMs: number): Promise<void> {
		await this.goDown();
		await sleep(downMs);
		await this.comeBack();
	}

	private async listen(port: number): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			const failure = await this.tryToListen(port);
			if (failure === undefined) return;
			if (this.port === 0 || attempt === LISTEN_ATTEMPTS) throw failure;
			await sleep(LISTEN_RETRY_MS);
		}
	}

	private async tryToListen(port: number): Promise<Error | undefined> {
		return await new Promise((resolve) => {
			this.http.once('error', resolve);
			this.http.listen(port, '127.0.0.1', () => {
				this.http.removeListener('error', resolve);
				resolve(undefined);
			});
		});
	}

	private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		if (incoming.url === '/_test/control') {
			send(response, { status: 200, body: { url: this.controlUrl } });
			return;
		}
		this.requests.started(pathOf(incoming), response);
		try {
			await this.serveRequest(await receive(incoming), incoming.socket, response);
		} catch (error) {
			// A client that goes away is no failure.
			if (incoming.complete) console.error(error);
			response.destroy();
		}
	}

	private async serveRequest(
		request: ReceivedRequest,
		socket: Socket,
		response: ServerResponse,
	): Promise<void> {
		const answer = async () => await this.api.answer(request);
		const fault = this.takeFault(request);
		if (fault === undefined) {
			send(response, await answer());
			return;
		}
		await applyFault(fault, {
			socket,
			response,
			answer,
			restart: async (downMs) => await this.restart(downMs),
			runFunction: async (path, args) => await this.runMeanwhile(path, args),
		});
	}

	private takeFault(request: ReceivedRequest): FaultEffect | undefined {
		const fault = this.faults.take(request);
		if (fault !== undefined) this.requests.faulted(fault.kind);
		return fault;
	}

	private async runMeanwhile(path: string, args: JSONValue): Promise<void> {
		const caller: Caller = { kind: 'admin', allowedActions: [] };
		const call = { requested: 'any', componentPath: '', path, args, caller } as const;
		const outcome = await this.runner.run(call);
		if (outcome.status === 'error') throw new Error(outcome.errorMessage);
	}

	/** An empty deployment again, without faults. */
	reset(): void {
		this.faults.clear();
		this.requests.reset();
		this.runner = new FunctionRunner(startApp(this.app));
		this.sync.reset();
	}
}
