import type { App } from './app';
import { argumentsError, decodeArguments } from './callArguments';
import { PAUSED_TEXT, refusalOf } from './callPermission';
import { canonicalPath, type CanonicalPath } from './canonicalPath';
import type { DocumentHistory } from './documentHistory';
import { ExecutionCounts } from './executionCounts';
import { execute, type Execution } from './functionExecution';
import { failedOutcome, type Outcome } from './functionOutcome';
import type { FunctionRequest } from './functionRequest';
import { mayDo, notPermittedText } from './identity';
import { collectLogLines } from './logLines';
import { asOuterCall, failureOf } from './nestedCalls';
import { ReceivedCalls } from './receivedCalls';
import { systemFunction } from './systemFunctions';

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

	constructor(readonly app: App) {
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
		if (path.module.startsWith('_system/')) return await this.runSystemFunction(request, path);
		const { componentPath, caller } = request;
		this.received.add(path.stripped, request.args);
		if (this.paused) return this.failed(PAUSED_TEXT);
		const appFunction = this.app.find(componentPath, path.module, path.name);
		const isComponent = this.app.components.some((component) => component.path === componentPath);
		const refusal = refusalOf(request, path, isComponent, appFunction);
		if (refusal !== undefined || appFunction === undefined) return this.failed(refusal ?? '');

		const { args, error } = decodeArguments(request.args, path);
		if (args === undefined) return this.failed(error);
		const invalid = argumentsError(appFunction, args, this.app.tableOfId);
		if (invalid !== undefined) return this.failed(`ArgumentValidationError: ${invalid}`);

		this.executions.add(path.stripped, args[0]);
		return await this.execute({ appFunction, componentPath, path, args: args[0] ?? {}, caller });
	}

	private async execute(execution: Execution): Promise<Outcome> {
		const logLines: string[] = [];
		const run = async () => await execute(this.app.backend, execution, this.actionTimeoutMs);
		try {
			const value = await collectLogLines(logLines, async () => await asOuterCall(run));
			return { status: 'success', value: value ?? null, logLines: this.redacted ? [] : logLines };
		} catch (thrown) {
			return failedOutcome({ ...failureOf(thrown), logLines }, this.redacted);
		}
	}

	/** The system functions that clients of the HTTP API use: npm-packages/system-udfs/convex/_system. */
	private async runSystemFunction(
		{ requested, args, caller }: FunctionRequest,
		path: CanonicalPath,
	): Promise<Outcome> {
		const known = systemFunction(path.stripped);
		const isAdmin = caller.kind === 'admin' || caller.kind === 'actingUser';
		if (known === undefined || requested !== known.type || !isAdmin) {
			return this.failed(`Could not find public function for '${path.stripped}'.`);
		}
		const logLines: string[] = [];
		try {
			// The function itself asks for it (`requireOperation` of system-udfs/convex/_system/server.ts).
			if (!mayDo(caller, known.action)) throw new Error(notPermittedText(known.action));
			const value = await known.run(this.app, args);
			return { status: 'success', value, logLines };
		} catch (thrown) {
			return failedOutcome({ ...failureOf(thrown), logLines }, this.redacted);
		}
	}

	private failed(text: string): Outcome {
		return failedOutcome({ text }, this.redacted);
	}
}
