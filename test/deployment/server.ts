/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSONValue } from 'convex/values';
import { loadApp } from './app';
import { FaultQueue, type Fault } from './faults';
import { FunctionRunner, renderOutcome, type Requested } from './functionRunner';
import { allowedOperations, Authenticator } from './identity';
import { PlatformFailure } from './platformFailure';
import { checkClientVersion, pathOf, readJsonBody, textField, badBody, type Body } from './request';
import { controlSync } from './sync/socketControl';
import { SyncServer } from './sync/syncServer';
import { exporterFor } from './valueFormat';

const NANOSECONDS_PER_MS = 1_000_000n;

interface Answer {
	status: number;
	/** Text is sent as it is, anything else as JSON. */
	body: string | JSONValue;
	headers?: Record<string, string>;
}

type Route = (request: IncomingMessage, body: () => Promise<Body>) => Promise<Answer>;

/**
 * The HTTP side of a Convex deployment over convex-test: endpoints, statuses and bodies of
 * crates/local_backend/src/public_api.rs. Under `/_test/` stands what only tests need.
 */
export class DeploymentServer {
	private readonly faults = new FaultQueue();

	private readonly routes: Array<[method: string, path: RegExp, route: Route]>;

	private readonly http: Server;

	private readonly sync: SyncServer;

	private runner = new FunctionRunner(loadApp());

	private constructor(private readonly authenticator: Authenticator) {
		this.routes = this.makeRoutes();
		this.http = createServer((request, response) => void this.serve(request, response));
		this.sync = new SyncServer({
			http: this.http,
			authenticator,
			runner: () => this.runner,
			takeFault: (path) => this.faults.take(path),
		});
	}

	static async start(options: { port: number; deployKey: string }): Promise<DeploymentServer> {
		const server = new DeploymentServer(await Authenticator.create(options.deployKey));
		await new Promise<void>((resolve, reject) => {
			server.http.once('error', reject);
			server.http.listen(options.port, '127.0.0.1', resolve);
		});
		return server;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
	}

	async signToken(claims: Record<string, unknown>): Promise<string> {
		return await this.authenticator.signToken(claims);
	}

	async stop(): Promise<void> {
		this.sync.disconnect();
		this.http.closeAllConnections();
		await new Promise((resolve) => this.http.close(resolve));
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const path = pathOf(request);
		const fault = path.startsWith('/_test/') ? undefined : this.faults.take(path);
		if (fault?.kind === 'dropBefore') {
			request.socket.destroy();
			return;
		}
		const answer = fault?.kind === 'answer' ? faultAnswer(fault) : await this.answer(request);
		if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
		if (fault?.kind === 'dropAfter') request.socket.destroy();
		else send(response, answer, fault?.kind === 'truncate');
	}

	private async answer(request: IncomingMessage): Promise<Answer> {
		const path = pathOf(request);
		for (const [method, pattern, route] of this.routes) {
			if (request.method !== method || !pattern.test(path)) continue;
			try {
				checkClientVersion(request);
				return await route(request, async () => await readJsonBody(request));
			} catch (error) {
				const failure = error instanceof PlatformFailure ? error : unexpectedFailure(error);
				const { httpStatus, code, message } = failure;
				return { status: httpStatus, body: { code, message } };
			}
		}
		return { status: 404, body: '' };
	}

	private makeRoutes(): Array<[string, RegExp, Route]> {
		return [
			[
				'POST',
				/^\/api\/query$/,
				async (request, body) => await this.call(request, await body(), 'query'),
			],
			[
				'POST',
				/^\/api\/mutation$/,
				async (request, body) => await this.call(request, await body(), 'mutation'),
			],
			[
				'POST',
				/^\/api\/action$/,
				async (request, body) => await this.call(request, await body(), 'action'),
			],
			[
				'POST',
				/^\/api\/function$/,
				async (request, body) => await this.callAny(request, await body()),
			],
			[
				'POST',
				/^\/api\/run\//,
				async (request, body) => await this.runByPath(request, await body()),
			],
			['POST', /^\/api\/query_ts$/, async () => ({ status: 200, body: { ts: timestampNow() } })],
			[
				'POST',
				/^\/api\/query_at_ts$/,
				async (request, body) => await this.call(request, await body(), 'query'),
			],
			['GET', /^\/api\/check_admin_key$/, async (request) => await this.checkAdminKey(request)],
			[
				'POST',
				/^\/api\/v1\/(un)?pause_deployment$/,
				async (request) => await this.setPaused(request),
			],
			['GET', /^\/version$/, async () => ({ status: 200, body: 'unknown' })],
			['GET', /^\/instance_name$/, async () => ({ status: 200, body: 'local-deployment' })],
			[
				'GET',
				/^\/$/,
				async () => ({
					status: 200,
					body: 'This Convex deployment is running. See https://docs.convex.dev/.',
				}),
			],
			['GET', /^\/_test\/sync$/, async () => ({ status: 200, body: { ...this.sync.stats } })],
			[
				'POST',
				/^\/_test\/sync\//,
				async (request, body) => controlSync(this.sync, pathOf(request), await body()),
			],
			['POST', /^\/_test\/fault$/, async (_request, body) => this.addFault(await body())],
			['POST', /^\/_test\/reset$/, async () => this.reset()],
			['POST', /^\/_test\/redact$/, async () => this.redact()],
			['POST', /^\/_test\/key$/, async (_request, body) => this.createKey(await body())],
			[
				'POST',
				/^\/_test\/token$/,
				async (_request, body) => ({
					status: 200,
					body: { token: await this.signToken(await body()) },
				}),
			],
			[
				'GET',
				/^\/_test\/executions$/,
				async () => ({ status: 200, body: Object.fromEntries(this.runner.executions) }),
			],
		];
	}

	private async call(request: IncomingMessage, body: Body, requested: Requested): Promise<Answer> {
		return await this.runFunction(request, body, requested, textField(body, 'path'));
	}

	private async callAny(request: IncomingMessage, body: Body): Promise<Answer> {
		await this.authenticator.identifyAdminOnly(request.headers.authorization);
		const { componentPath } = body;
		const component = typeof componentPath === 'string' ? componentPath : '';
		return await this.runFunction(request, body, 'any', textField(body, 'path'), component);
	}

	private async runByPath(request: IncomingMessage, body: Body): Promise<Answer> {
		const segments = pathOf(request).replace('/api/run/', '').split('/').map(decodeURIComponent);
		const name = segments.pop();
		if (segments.length === 0) {
			throw new PlatformFailure(
				400,
				'MissingIdentifier',
				'Path or function name not provided in path, e.g. /api/run/messages/list',
			);
		}
		return await this.runFunction(request, body, 'any', `${segments.join('/')}:${name}`);
	}

	/** As the backend: path and identity are checked before, the format only after the function ran. */
	private async runFunction(
		request: IncomingMessage,
		body: Body,
		requested: Requested,
		path: string,
		componentPath = '',
	): Promise<Answer> {
		const { args, format } = body;
		if (args === undefined) throw badBody('missing field `args`');
		const caller = await this.authenticator.identify(request.headers.authorization);
		const outcome = await this.runner.run({ requested, componentPath, path, args, caller });
		return { status: 200, body: renderOutcome(outcome, exporterFor(format)) };
	}

	private async checkAdminKey(request: IncomingMessage): Promise<Answer> {
		const caller = await this.authenticator.identifyAdminOnly(request.headers.authorization);
		const allowedOps = 'allowedActions' in caller ? allowedOperations(caller.allowedActions) : [];
		return { status: 200, body: { success: true, allowedOps, isReadOnly: false } };
	}

	private async setPaused(request: IncomingMessage): Promise<Answer> {
		await this.authenticator.identifyAdminOnly(request.headers.authorization);
		this.runner.paused = !pathOf(request).includes('/unpause');
		this.sync.invalidate();
		return { status: 200, body: '' };
	}

	private addFault(body: Body): Answer {
		this.faults.add(body as unknown as Fault);
		return { status: 200, body: '' };
	}

	private createKey({ allowedActions }: Body): Answer {
		const actions = Array.isArray(allowedActions) ? allowedActions.map(String) : [];
		return { status: 200, body: { key: this.authenticator.createKey(actions) } };
	}

	/** An empty deployment again, without faults. */
	private reset(): Answer {
		this.faults.clear();
		this.runner = new FunctionRunner(loadApp());
		this.sync.reset();
		return { status: 200, body: '' };
	}

	private redact(): Answer {
		this.runner.redacted = true;
		this.sync.invalidate();
		return { status: 200, body: '' };
	}
}

function faultAnswer(fault: Fault & { kind: 'answer' }): Answer {
	const { status, headers } = fault;
	return { status, body: (fault.body ?? '') as JSONValue, ...(headers && { headers }) };
}

function send(response: ServerResponse, answer: Answer, truncated: boolean): void {
	const isText = typeof answer.body === 'string';
	const text = isText ? String(answer.body) : JSON.stringify(answer.body);
	response.writeHead(answer.status, {
		'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
		...answer.headers,
	});
	response.end(truncated ? text.slice(0, text.length / 2) : text);
}

function unexpectedFailure(error: unknown): PlatformFailure {
	console.error(error);
	return new PlatformFailure(
		500,
		'InternalServerError',
		"Your request couldn't be completed. Try again later.",
	);
}

/** A timestamp on the wire: nanoseconds, 8 bytes little-endian, base64. */
function timestampNow(): string {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(Date.now()) * NANOSECONDS_PER_MS);
	return bytes.toString('base64');
}
