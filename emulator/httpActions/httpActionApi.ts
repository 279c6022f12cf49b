/* eslint-disable @n8n/community-nodes/require-node-api-error -- runs in Node, not in n8n */
import { convexToJson, type JSONValue } from 'convex/values';
import { withinTime } from '../actionTimeout';
import type { Answer } from '../answer';
import { orFailure } from '../api';
import { PAUSED_TEXT } from '../callPermission';
import { asCaller, type ComponentBackend } from '../functionExecution';
import { requestPrefix } from '../functionOutcome';
import type { FunctionRunner } from '../functionRunner';
import type { Authenticator, Caller } from '../identity';
import { collectLogLines } from '../logLines';
import { asOuterCall, failureOf, runHandler, type FunctionFailure } from '../nestedCalls';
import { PlatformFailure } from '../platformFailure';
import type { ReceivedRequest } from '../request';
import { answerOf } from './functionResponse';
import { runInHostAction, type ActionContext } from './hostAction';
import type { HttpAction } from './httpRouter';
import { routedPath, type RoutedPath } from './httpSite';
import { incomingRequest, urlOf } from './incomingRequest';

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'PATCH', 'PUT', 'OPTIONS'];

/** An HTTP action that a request is for. */
interface HttpCall {
	routed: RoutedPath;
	action: HttpAction;
	/** The method and path of the route, e.g. `GET /files/*`. */
	route: string;
	request: Request;
	caller: Caller | UnknownCaller;
}

/** Who sent an Authorization header that is not Convex's, which is the app's own business. */
interface UnknownCaller {
	kind: 'unknown';
	/** What `ctx.auth` fails with. */
	message: string;
}

/** Runs the app's HTTP actions: crates/local_backend/src/http_actions.rs. */
export class HttpActionApi {
	constructor(
		private readonly authenticator: Authenticator,
		private readonly runner: () => FunctionRunner,
	) {}

	/**
	 * @param request - its target is the path on the site
	 * @param signal - aborted when the client goes away
	 */
	async answer(request: ReceivedRequest, signal: AbortSignal): Promise<Answer> {
		const { method } = request;
		if (!METHODS.includes(method)) {
			return { status: 405, bytes: Buffer.alloc(0), headers: { allow: METHODS.join(',') } };
		}
		return await orFailure(async () => await this.route(request, signal));
	}

	private async route(received: ReceivedRequest, signal: AbortSignal): Promise<Answer> {
		const caller = await this.identify(received);
		const { pathname } = urlOf(received);
		const routableMethod = received.method === 'HEAD' ? 'GET' : received.method;
		const routed = routedPath(this.runner().app.httpSites, routableMethod, pathname);
		if (routed === undefined) {
			return {
				status: 404,
				body: 'This Convex deployment does not have HTTP actions enabled.',
			};
		}
		const { paused } = this.runner();
		if (paused) return this.failed({ message: PAUSED_TEXT, text: PAUSED_TEXT });
		const found = routed.router.lookup(routed.path, received.method);
		if (found === null) return { status: 404, body: 'No matching routes found' };
		const [action, method, path] = found;
		const request = incomingRequest(received, signal);
		return await this.run({ routed, action, route: `${method} ${path}`, request, caller });
	}

	/** crates/application/src/lib.rs `http_action_udf`. */
	private async run(call: HttpCall): Promise<Answer> {
		const runner = this.runner();
		runner.executions.add(call.route, undefined);
		const run = async () => await asOuterCall(async () => await this.runTimed(call));
		try {
			return await collectLogLines([], run);
		} catch (thrown) {
			return this.failed(failureOf(thrown));
		}
	}

	private async runTimed(call: HttpCall): Promise<Answer> {
		const { app, actionTimeoutMs: timeoutMs } = this.runner();
		const { routed, caller } = call;
		const as = caller.kind === 'unknown' ? app.backend : asCaller(app.backend, caller);
		const answers: Answer[] = [];
		const job = async (ctx: ActionContext) => void answers.push(await runHttpAction(call, ctx));
		await withinTime({ name: 'default', runsInNode: false, timeoutMs }, async () => {
			await runInHostAction(as as unknown as ComponentBackend, routed.componentPath, job);
		});
		const [answer] = answers;
		if (answer === undefined) throw new Error('convex-test did not run the HTTP action');
		return answer;
	}

	/** crates/application/src/redaction.rs `to_http_response_parts`. */
	private failed({ message, text, data }: FunctionFailure): Answer {
		const { redacted } = this.runner();
		const body: Record<string, JSONValue> = {
			code: redacted ? requestPrefix() : `${requestPrefix()}: ${message}`,
			...(!redacted && { trace: `${text}\n` }),
			...(data !== undefined && { data: convexToJson(data) }),
		};
		return { status: 500, body };
	}

	private async identify({ headers }: ReceivedRequest): Promise<HttpCall['caller']> {
		try {
			return await this.authenticator.identify(headers.authorization);
		} catch (error) {
			if (error instanceof PlatformFailure) return { kind: 'unknown', message: error.message };
			throw error;
		}
	}
}

async function runHttpAction(call: HttpCall, ctx: ActionContext): Promise<Answer> {
	const { action, routed, request, caller } = call;
	const { componentPath, shownPath } = routed;
	const { name } = action._handler;
	const place = {
		type: 'httpAction',
		componentPath,
		file: shownPath,
		name,
		runsInNode: false,
	} as const;
	return await runHandler(place, async () => {
		const response = await action._handler(contextFor(caller, ctx), request);
		if (!(response instanceof Response)) throw new Error('HTTP actions must return a Response');
		return await answerOf(response);
	});
}

function contextFor(caller: HttpCall['caller'], ctx: ActionContext): ActionContext {
	if (caller.kind !== 'unknown') return ctx;
	const getUserIdentity = async () => {
		throw new Error(caller.message);
	};
	return { ...ctx, auth: { getUserIdentity } };
}
