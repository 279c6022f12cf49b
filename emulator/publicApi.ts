/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JSONValue } from 'convex/values';
import type { Answer } from './answer';
import type { Route } from './api';
import { canonicalPath } from './canonicalPath';
import { renderOutcome } from './functionOutcome';
import type { Requested } from './functionRequest';
import type { FunctionRunner } from './functionRunner';
import {
	ACTIONS,
	allowedOperations,
	mayDo,
	notPermitted,
	type Authenticator,
	type Caller,
} from './identity';
import { internalServerError, PlatformFailure } from './platformFailure';
import { badBody, isBody, jsonBody, textField, type Body, type ReceivedRequest } from './request';
import { decodeTimestamp, encodeTimestamp } from './timestamp';
import { exporterFor } from './valueFormat';

/**
 * The HTTP side of a Convex deployment: endpoints, statuses and bodies of
 * crates/local_backend/src/public_api.rs.
 */
export class PublicApi {
	readonly routes: Route[] = [
		post(/^\/api\/query$/, async (request) => await this.call(request, 'query')),
		post(/^\/api\/mutation$/, async (request) => await this.call(request, 'mutation')),
		post(/^\/api\/action$/, async (request) => await this.call(request, 'action')),
		post(/^\/api\/function$/, async (request) => await this.callAny(request)),
		post(/^\/api\/run\//, async (request) => await this.runByPath(request)),
		post(/^\/api\/query_batch$/, async (request) => await this.queryBatch(request)),
		post(/^\/api\/query_ts$/, async () => this.latestTimestamp()),
		post(/^\/api\/query_at_ts$/, async (request) => await this.queryAtTimestamp(request)),
		get(/^\/api\/check_admin_key$/, async (request) => await this.checkAdminKey(request)),
		post(/^\/api\/v1\/(un)?pause_deployment$/, async (request) => await this.setPaused(request)),
		get(/^\/version$/, async () => ({ status: 200, body: 'unknown' })),
		get(/^\/instance_name$/, async () => ({ status: 200, body: 'local-deployment' })),
		get(/^\/$/, async () => ({ status: 200, body: RUNNING_TEXT })),
	];

	/**
	 * @param runner - gives the one to run functions with; a reset replaces it
	 * @param onBatch - called with the size of each query batch
	 */
	constructor(
		private readonly authenticator: Authenticator,
		private readonly runner: () => FunctionRunner,
		private readonly onBatch: (size: number) => void,
	) {}

	private async call(request: ReceivedRequest, requested: Requested): Promise<Answer> {
		const body = jsonBody(request);
		const path = textField(body, 'path');
		checkArgs(body);
		canonicalPath(path);
		return await this.runFunction(await this.identify(request), body, { requested, path });
	}

	private async callAny(request: ReceivedRequest): Promise<Answer> {
		const body = jsonBody(request);
		const path = textField(body, 'path');
		checkArgs(body);
		await this.authenticator.identifyAdminOnly(request.headers.authorization);
		const componentPath = typeof body.componentPath === 'string' ? body.componentPath : '';
		const caller = await this.identify(request);
		return await this.runFunction(caller, body, { requested: 'any', path, componentPath });
	}

	private async runByPath(request: ReceivedRequest): Promise<Answer> {
		const body = jsonBody(request);
		checkArgs(body);
		const segments = request.path.replace('/api/run/', '').split('/').map(decodeURIComponent);
		const name = segments.pop();
		if (segments.length === 0) {
			throw new PlatformFailure(
				400,
				'MissingIdentifier',
				'Path or function name not provided in path, e.g. /api/run/messages/list',
			);
		}
		const path = `${segments.join('/')}:${name}`;
		return await this.runFunction(await this.identify(request), body, { requested: 'any', path });
	}

	/** As the backend: the format is parsed only after the function ran. */
	private async runFunction(
		caller: Caller,
		body: Body,
		call: { requested: Requested; path: string; componentPath?: string; at?: bigint },
	): Promise<Answer> {
		const args = checkArgs(body);
		const outcome = await this.runner().run({ componentPath: '', ...call, args, caller });
		return { status: 200, body: renderOutcome(outcome, exporterFor(body.format)) };
	}

	/** One after another, all at one timestamp; what fails the platform at one of them fails them all. */
	private async queryBatch(request: ReceivedRequest): Promise<Answer> {
		const queries = queriesOf(jsonBody(request));
		this.onBatch(queries.length);
		const runner = this.runner();
		const at = runner.history.latest;
		const caller = await this.identify(request);
		const results: JSONValue[] = [];
		for (const { path, args, format } of queries) {
			// Other requests are served in between, as in the backend.
			await nextTurn();
			const toJson = exporterFor(format);
			const call = { requested: 'query', componentPath: '', path, args, caller, at } as const;
			results.push(renderOutcome(await runner.run(call), toJson));
		}
		return { status: 200, body: { results } };
	}

	private latestTimestamp(): Answer {
		return { status: 200, body: { ts: encodeTimestamp(this.runner().history.latest) } };
	}

	private async queryAtTimestamp(request: ReceivedRequest): Promise<Answer> {
		const body = jsonBody(request);
		const path = textField(body, 'path');
		const ts = textField(body, 'ts');
		checkArgs(body);
		canonicalPath(path);
		const caller = await this.identify(request);
		const at = decodeTimestamp(ts);
		if (at === undefined) throw internalServerError(500);
		return await this.runFunction(caller, body, { requested: 'query', path, at });
	}

	private async checkAdminKey({ headers }: ReceivedRequest): Promise<Answer> {
		const caller = await this.authenticator.identifyAdminOnly(headers.authorization);
		const allowedOps = 'allowedActions' in caller ? allowedOperations(caller.allowedActions) : [];
		return { status: 200, body: { success: true, allowedOps, isReadOnly: false } };
	}

	private async setPaused({ headers, path }: ReceivedRequest): Promise<Answer> {
		const caller = await this.authenticator.identifyAdminOnly(headers.authorization);
		const paused = !path.includes('/unpause');
		const action = paused ? ACTIONS.pauseDeployment : ACTIONS.unpauseDeployment;
		if (!mayDo(caller, action)) throw notPermitted(action);
		this.runner().paused = paused;
		return { status: 200, body: '' };
	}

	private async identify({ headers }: ReceivedRequest): Promise<Caller> {
		return await this.authenticator.identify(headers.authorization);
	}
}

const RUNNING_TEXT = 'This Convex deployment is running. See https://docs.convex.dev/.';

function get(path: RegExp, answer: Route['answer']): Route {
	return { method: 'GET', path, answer };
}

function post(path: RegExp, answer: Route['answer']): Route {
	return { method: 'POST', path, answer };
}

function checkArgs({ args }: Body): JSONValue {
	if (args === undefined) throw badBody('missing field `args`');
	return args;
}

interface QueryOfBatch {
	path: string;
	args: JSONValue;
	format: string | null | undefined;
}

/** The whole body is read before anything runs. */
function queriesOf({ queries }: Body): QueryOfBatch[] {
	if (!Array.isArray(queries)) throw badBody('missing field `queries`');
	return queries.map((query) => {
		if (!isBody(query)) throw badBody('invalid type in `queries`: expected struct UdfPostRequest');
		const { format } = query;
		if (format !== undefined && format !== null && typeof format !== 'string') {
			throw badBody('invalid type in `format`: expected a string');
		}
		return { path: textField(query, 'path'), args: checkArgs(query), format };
	});
}
