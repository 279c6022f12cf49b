import { randomBytes } from 'node:crypto';
import { makeFunctionReference } from 'convex/server';
import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import { withinTime } from './actionTimeout';
import type { App } from './app';
import { canonicalPath, type CanonicalPath } from './canonicalPath';
import type { DocumentHistory } from './documentHistory';
import { ExecutionCounts } from './executionCounts';
import { ACTIONS, mayDo, notPermitted, notPermittedText, type Caller } from './identity';
import { collectLogLines } from './logLines';
import { asOuterCall, failureOf } from './nestedCalls';
import { ReceivedCalls } from './receivedCalls';
import type { AppFunction } from './registeredFunction';
import { systemQuery } from './systemQueries';
import { displayValue, isObject, validationError } from './validation';
import type { Exporter } from './valueFormat';
import { valueError } from './valueLimits';

/** What an endpoint runs: one type of function, or any. */
export type Requested = 'query' | 'mutation' | 'action' | 'any';

export interface FunctionRequest {
	requested: Requested;
	/** `''` for the app itself. */
	componentPath: string;
	path: string;
	args: JSONValue;
	caller: Caller;
	/** A query's: the timestamp, in nanoseconds, as of which it reads; the latest unless given. */
	at?: bigint;
}

export type Outcome =
	| { status: 'success'; value: Value; logLines: string[] }
	| { status: 'error'; errorMessage: string; errorData?: Value; logLines: string[] };

const TYPE_NAMES = { query: 'Query', mutation: 'Mutation', action: 'Action' } as const;
/** What a key needs for internal functions: crates/udf/src/validation.rs. */
const INTERNAL_ACTIONS = {
	query: ACTIONS.runInternalQueries,
	mutation: ACTIONS.runInternalMutations,
	action: ACTIONS.runInternalActions,
} as const;

interface ComponentBackend {
	fun: (
		path: { componentPath: string; udfPath: string },
		args: unknown,
	) => Promise<Value | undefined>;
}

const PAUSED_TEXT =
	'Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.';

/** Runs functions of the app and words what goes wrong as the backend does (crates/udf/src/validation.rs). */
export class FunctionRunner {
	private isPaused = false;

	private isRedacted = false;

	/** Called when the results of queries may have changed. */
	onChange: () => void = () => {};

	readonly executions = new ExecutionCounts();

	/** Actions end after this time; after the backend's unless given. */
	actionTimeoutMs: number | undefined;

	readonly received = new ReceivedCalls();

	constructor(private readonly app: App) {
		this.history.onCommit = () => this.onChange();
	}

	get paused(): boolean {
		return this.isPaused;
	}

	set paused(paused: boolean) {
		this.isPaused = paused;
		this.onChange();
	}

	/** Production deployments send clients neither texts nor log lines: crates/application/src/redaction.rs. */
	get redacted(): boolean {
		return this.isRedacted;
	}

	set redacted(redacted: boolean) {
		this.isRedacted = redacted;
		this.onChange();
	}

	/** A push of the same functions: every watched query runs again. */
	redeploy(): void {
		this.onChange();
	}

	get history(): DocumentHistory {
		return this.app.history;
	}

	/** @throws PlatformFailure when the platform fails, not the function */
	async run(request: FunctionRequest): Promise<Outcome> {
		const path = canonicalPath(request.path);
		return await this.history.asOf(request.at, async () => await this.runAt(request, path));
	}

	private async runAt(request: FunctionRequest, path: CanonicalPath): Promise<Outcome> {
		const logLines: string[] = [];
		if (path.module.startsWith('_system/')) return await this.runSystemQuery(request, path);
		const { componentPath } = request;
		this.received.add(path.stripped, request.args);
		const appFunction = this.app.find(componentPath, path.module, path.name);
		const refusal = this.refusal(request, path, appFunction);
		if (refusal !== undefined || appFunction === undefined) return this.failed(refusal ?? '', []);

		const { args, error } = decodeArguments(request.args, path);
		if (args === undefined) return this.failed(error, []);
		const invalid = this.argumentsError(appFunction, args);
		if (invalid !== undefined) return this.failed(`ArgumentValidationError: ${invalid}`, []);

		this.executions.add(path.stripped, args[0]);
		try {
			const value = await collectLogLines(
				logLines,
				async () =>
					await asOuterCall(async () =>
						this.execute(appFunction, componentPath, path, args[0] ?? {}, request.caller),
					),
			);
			return { status: 'success', value: value ?? null, logLines: this.redacted ? [] : logLines };
		} catch (thrown) {
			const { text, data } = failureOf(thrown);
			return this.failed(text, logLines, data);
		}
	}

	/** The system functions that clients of the HTTP API use: npm-packages/system-udfs/convex/_system. */
	private async runSystemQuery(
		{ requested, args, caller }: FunctionRequest,
		path: CanonicalPath,
	): Promise<Outcome> {
		const query = systemQuery(path.stripped);
		const isAdmin = caller.kind === 'admin' || caller.kind === 'actingUser';
		if (query === undefined || requested !== 'query' || !isAdmin) {
			return this.failed(`Could not find public function for '${path.stripped}'.`, []);
		}
		if (!mayDo(caller, ACTIONS.viewData))
			return this.failed(notPermittedText(ACTIONS.viewData), []);
		return { status: 'success', value: await query(this.app, args), logLines: [] };
	}

	private refusal(
		{ requested, caller, componentPath }: FunctionRequest,
		path: CanonicalPath,
		appFunction: AppFunction | undefined,
	): string | undefined {
		if (this.paused) return PAUSED_TEXT;
		if (caller.kind === 'actingUser' && !mayDo(caller, ACTIONS.actAsUser)) {
			return notPermittedText(ACTIONS.actAsUser);
		}
		const mayRunInternal =
			caller.kind === 'admin' || (caller.kind === 'actingUser' && requested !== 'any');
		if (appFunction === undefined || (!appFunction.isPublic && !mayRunInternal)) {
			return requested === 'any'
				? `Could not find function for '${path.stripped}'${componentPath === '' ? '' : ` in '${componentPath}'`}. Did you forget to run \`npx convex dev\`?`
				: `Could not find public function for '${path.stripped}'.`;
		}
		const action = INTERNAL_ACTIONS[appFunction.type];
		if (!appFunction.isPublic && !mayDo(caller, action)) {
			if (appFunction.type !== 'action') return notPermittedText(action);
			throw notPermitted(action);
		}
		return requested === 'any' || requested === appFunction.type
			? undefined
			: `Trying to execute ${path.full} as ${TYPE_NAMES[requested]}, but it is defined as ${TYPE_NAMES[appFunction.type]}.`;
	}

	private argumentsError({ args: validator }: AppFunction, args: Value[]): string | undefined {
		if (validator.type !== 'object') return undefined;
		const [single] = args;
		if (args.length !== 1 || single === undefined) {
			return `Expected to receive a single object as the function's argument. Instead received ${args.length} arguments: ${displayValue(args)}`;
		}
		return isObject(single)
			? validationError(validator, single, this.app.tableOfId)
			: `Expected to receive an object as the function's argument. Instead received: ${displayValue(single)}`;
	}

	private async execute(
		appFunction: AppFunction,
		componentPath: string,
		path: CanonicalPath,
		args: Value,
		caller: Caller,
	): Promise<Value | undefined> {
		const run = async () =>
			await this.executeUntimed(appFunction, componentPath, path, args, caller);
		if (appFunction.type !== 'action') return await run();
		const { runsInNode } = appFunction;
		return await withinTime({ name: path.name, runsInNode, timeoutMs: this.actionTimeoutMs }, run);
	}

	private async executeUntimed(
		{ type }: AppFunction,
		componentPath: string,
		path: CanonicalPath,
		args: Value,
		caller: Caller,
	): Promise<Value | undefined> {
		const { backend } = this.app;
		if (componentPath !== '') {
			const { fun } = backend as unknown as ComponentBackend;
			return await fun({ componentPath, udfPath: `${path.module}:${path.name}` }, args);
		}
		const as = 'identity' in caller ? backend.withIdentity(caller.identity) : backend;
		const reference = makeFunctionReference<'query' | 'mutation' | 'action'>(
			`${path.module}:${path.name}`,
		);
		const run = as[type] as (reference: unknown, args: unknown) => Promise<Value | undefined>;
		return await run(reference, args);
	}

	private failed(text: string, logLines: string[], errorData?: Value): Outcome {
		const prefix = `[Request ID: ${randomBytes(8).toString('hex')}] Server Error`;
		return {
			status: 'error',
			errorMessage: this.redacted ? prefix : `${prefix}\n${text}\n`,
			...(errorData !== undefined && { errorData }),
			logLines: this.redacted ? [] : logLines,
		};
	}
}

/** The body of an answer; log lines are left out when there are none. */
export function renderOutcome(outcome: Outcome, toJson: Exporter): Record<string, JSONValue> {
	const logLines: Record<string, JSONValue> =
		outcome.logLines.length > 0 ? { logLines: outcome.logLines } : {};
	if (outcome.status === 'success') {
		return { status: 'success', value: toJson(outcome.value), ...logLines };
	}
	const { errorMessage, errorData } = outcome;
	return {
		status: 'error',
		errorMessage,
		...(errorData !== undefined && { errorData: toJson(errorData) }),
		...logLines,
	};
}

function decodeArguments(
	encoded: JSONValue,
	path: CanonicalPath,
): { args: Value[]; error: '' } | { args?: undefined; error: string } {
	const list = Array.isArray(encoded) ? encoded : [encoded];
	try {
		const problem = list.map(valueError).find((error) => error !== undefined);
		if (problem !== undefined) throw new Error(problem);
		return { args: list.map((arg) => jsonToConvex(arg)), error: '' };
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return { error: `Invalid arguments for ${path.full}: ${why}` };
	}
}
