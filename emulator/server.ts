/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JSONValue } from 'convex/values';
import { send, type Answer } from './answer';
import { Api } from './api';
import { startApp, type App } from './app';
import { loadAppSource, type AppSource } from './appSource';
import { canonicalUrlRoutes } from './canonicalUrls';
import { Clock } from './clock';
import { commandsFor, type ControlledDeployment, type DeploymentAddresses } from './commands';
import { ControlServer } from './control';
import { shapeRoutes } from './data/tableShapes';
import { BACKEND_PAGE_SIZES, exportRoutes } from './export/exportApi';
import { FaultPlan, type FaultEffect } from './faults';
import { applyFault, Gathering } from './faultyExchange';
import { FunctionRunner } from './functionRunner';
import { importRoutes } from './import/importApi';
import { ImportPace } from './import/importPace';
import { HttpActionApi } from './httpActions/httpActionApi';
import { Authenticator, type Caller } from './identity';
import { PortListener } from './portListener';
import { PublicApi } from './publicApi';
import { pathOf, receive, type ReceivedRequest, type RequestContent } from './request';
import { RequestCounter } from './requestStats';
import { storageRoutes } from './storage/storageApi';
import { UploadTokens } from './storage/uploadTokens';
import { SyncServer } from './sync/syncServer';
import { TestKeys } from './testKeys';

/** Where the deployment's own port has the site, as crates/local_backend/src/router.rs. */
const SITE_PATH = '/http';

/** A Convex deployment over convex-test, which can be made to fail. */
export class DeploymentServer implements ControlledDeployment {
	readonly faults = new FaultPlan();

	readonly requests = new RequestCounter();

	readonly exportPageSizes = { ...BACKEND_PAGE_SIZES };

	hasStreamingExport = true;

	readonly importPace = new ImportPace();

	private readonly deployment = new PortListener(
		(request, response) => void this.serve(request, response, ''),
		() => this.requests.connected(),
	);

	/** What `CONVEX_SITE_URL` names: it has nothing but the HTTP actions. */
	private readonly site = new PortListener(
		(request, response) => void this.serve(request, response, SITE_PATH),
	);

	private readonly api: Api;

	private readonly httpActions: HttpActionApi;

	private readonly uploadTokens: UploadTokens;

	runner: FunctionRunner;

	readonly sync: SyncServer;

	private control: ControlServer | undefined;

	private gathering = new Gathering();

	private constructor(
		private readonly app: AppSource,
		readonly authenticator: Authenticator,
		readonly clock: Clock,
	) {
		const runner = () => this.runner;
		this.uploadTokens = new UploadTokens(clock);
		this.runner = new FunctionRunner(this.startApp());
		this.httpActions = new HttpActionApi(authenticator, runner);
		const publicApi = new PublicApi(authenticator, runner, (size) => this.requests.batch(size));
		const storage = storageRoutes({
			files: () => this.runner.app.files,
			componentPaths: app.components.map(({ path }) => path),
			tokens: this.uploadTokens,
		});
		const exports = exportRoutes({
			authenticator,
			app: () => this.runner.app,
			pageSizes: this.exportPageSizes,
			isOnPlan: () => this.hasStreamingExport,
		});
		const shapes = shapeRoutes(authenticator, () => this.runner.app);
		const imports = importRoutes(authenticator, () => this.runner.app);
		const urls = canonicalUrlRoutes(authenticator, () => this);
		this.api = new Api([
			...publicApi.routes,
			...storage,
			...exports,
			...shapes,
			...imports,
			...urls,
		]);
		this.sync = new SyncServer({
			http: this.deployment.http,
			authenticator,
			runner,
			takeFault: (request) => this.takeFault(request),
			runFunction: async (path, args) => await this.runMeanwhile(path, args),
			restart: async (downMs) => await this.restart(downMs),
		});
	}

	/**
	 * Serves the app in a folder, its HTTP actions on the next port; both on any free port when that is 0.
	 */
	static async start(options: {
		port: number;
		deployKey: string;
		folder: string;
	}): Promise<DeploymentServer> {
		const keys = await TestKeys.create();
		const clock = new Clock();
		const app = await loadAppSource(options.folder);
		const authenticator = new Authenticator(options.deployKey, keys, app.providers, clock);
		const server = new DeploymentServer(app, authenticator, clock);
		server.control = await ControlServer.start(commandsFor(server));
		await server.deployment.start(options.port);
		await server.site.start(options.port === 0 ? 0 : options.port + 1);
		server.tellFunctions();
		return server;
	}

	get url(): string {
		return this.deployment.url;
	}

	/** Where the HTTP actions are. */
	get siteUrl(): string {
		return this.site.url;
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
		this.sync.disconnect();
		await Promise.all([this.deployment.goDown(), this.site.goDown()]);
	}

	/** Listens on the same ports again, with the same data. */
	async comeBack(): Promise<void> {
		await Promise.all([this.deployment.comeBack(), this.site.comeBack()]);
	}

	async restart(downMs: number): Promise<void> {
		await this.goDown();
		await sleep(downMs);
		await this.comeBack();
	}

	/** @param basePath - where the deployment has what is asked for */
	private async serve(
		incoming: IncomingMessage,
		response: ServerResponse,
		basePath: string,
	): Promise<void> {
		try {
			if (incoming.url === '/_test/control' && basePath === '') {
				await send(response, { status: 200, body: { url: this.controlUrl } });
				return;
			}
			this.requests.started(`${basePath}${pathOf(incoming)}`, response);
			const request = await receive(incoming, basePath);
			await this.serveRequest(request, incoming.socket, response);
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
		const answer = async () => await this.answer(request, response);
		const fault = this.takeFault(request);
		if (fault === undefined) {
			await send(response, await answer());
			return;
		}
		await applyFault(fault, {
			socket,
			response,
			answer,
			gathering: this.gathering,
			restart: async (downMs) => await this.restart(downMs),
			runFunction: async (path, args) => await this.runMeanwhile(path, args),
		});
	}

	private async answer(request: ReceivedRequest, response: ServerResponse): Promise<Answer> {
		const { path, target } = request;
		if (!path.startsWith(`${SITE_PATH}/`)) return await this.api.answer(request);
		const aborter = new AbortController();
		response.once('close', () => {
			if (!response.writableFinished) aborter.abort();
		});
		const onSite = { ...request, target: target.slice(SITE_PATH.length) };
		return await this.httpActions.answer(onSite, aborter.signal);
	}

	private takeFault(request: RequestContent): FaultEffect | undefined {
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

	/** The same at other addresses: for clients, another deployment. */
	async renew(): Promise<DeploymentAddresses> {
		this.sync.disconnect();
		await Promise.all([this.deployment.move(), this.site.move()]);
		this.tellFunctions();
		this.reset();
		return { url: this.url, siteUrl: this.siteUrl };
	}

	/** An empty deployment again, without faults. */
	reset(): void {
		this.faults.clear();
		this.gathering = new Gathering();
		this.requests.reset();
		this.clock.reset();
		Object.assign(this.exportPageSizes, BACKEND_PAGE_SIZES);
		this.hasStreamingExport = true;
		this.importPace.reset();
		this.runner = new FunctionRunner(this.startApp());
		this.sync.reset();
	}

	/** As Convex has its own addresses in the environment of functions. */
	private tellFunctions(): void {
		process.env.CONVEX_CLOUD_URL = this.url;
		process.env.CONVEX_SITE_URL = this.siteUrl;
	}

	private startApp(): App {
		const { uploadTokens, importPace } = this;
		return startApp(this.app, { origin: () => this.url, uploadTokens, importPace });
	}
}
