import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { WaitCondition } from '../../convex/changes/waitCondition';
import { waitFailure, waitTimedOut } from '../../convex/changes/waitFailure';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { refusedByClient } from '../../convex/functions/liveArguments';
import { CachedParameters } from '../../parameters/cachedParameters';
import { readWaitConcurrency } from '../../parameters/options/runOptions';
import type { OutputShape } from '../../parameters/outputShape';
import { readWaitCondition } from '../../parameters/waiting';
import type { Caller } from '../../transport/caller';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { ItemCallers } from '../../transport/itemCallers';
import {
	CallerQueries,
	POLLING_TIMES,
	type PollingTimes,
} from '../../transport/live/callerQueries';
import type { QueryResult } from '../../transport/live/watchedQuery';
import { toFailure } from '../../transport/nodeError';
import { settledWithin } from '../../transport/timers';
import { ItemRunner } from '../calls/itemRunner';
import { hintAtOutput, toItems } from '../calls/output';
import { prepareCall, type PreparedCall } from '../calls/prepareCall';
import { callerKey } from '../calls/readySessions';
import { SignatureCache } from '../calls/signatureCache';
import type { ItemResults } from '../itemResults';
import { ResultWait } from './resultWait';

/** What the deployment says of its functions is asked for again as often as calls are sent again. */
const MAX_RETRIES = 4;

const POLLED =
	"The result was asked for over HTTP every few seconds, because no live connection (WebSocket) to the deployment could be made. Each time counts as a function call. Let WebSocket connections through to learn of a result at once; n8n's proxy settings (HTTPS_PROXY) apply to them only with NODE_USE_ENV_PROXY=1 in n8n's environment.";

/**
 * Has each item wait until the result of its query meets a condition.
 *
 * @throws ConvexFailure (`input`) for an option that holds for all items
 */
export async function waitForResults(
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	times: PollingTimes = POLLING_TIMES,
): Promise<void> {
	const concurrency = readWaitConcurrency(context);
	const runner = new ItemRunner(context, items, callers, { concurrency, maxRetries: MAX_RETRIES });
	const run = new WaitRun(runner, concurrency, times);
	try {
		await runner.run(async (itemIndex, caller) => await run.waitFor(itemIndex, caller));
	} finally {
		await run.close();
	}
	hintAtOutput(context, run.wasPolledOnly ? POLLED : undefined);
}

class WaitRun {
	private readonly parameters: CachedParameters;

	private readonly functions: SignatureCache;

	private readonly turns = new EventLoopTurns();

	/** By caller and component. */
	private readonly connections = new Map<string, CallerQueries>();

	/** Callers to whom the deployment does not tell of its functions. */
	private readonly untold = new Set<string>();

	private readonly closing: Array<Promise<void>> = [];

	/** Aborted when no item waits any more: what was still asked of functions ends with it. */
	private readonly ended = new AbortController();

	/** Whether results were asked for over HTTP because there was no live connection; known at the end. */
	wasPolledOnly = false;

	constructor(
		private readonly runner: ItemRunner,
		/** How many connections there may be. */
		private readonly limit: number,
		private readonly times: PollingTimes,
	) {
		const { context, retries } = runner;
		this.parameters = new CachedParameters(context, 'waitForResult');
		const { signal } = this.ended;
		const asking: IExecuteFunctions = Object.create(context, {
			getExecutionCancelSignal: { value: () => signal },
		});
		context.getExecutionCancelSignal?.()?.addEventListener('abort', this.end);
		this.functions = new SignatureCache(asking, (caller) => retries.of(caller));
	}

	/** @throws ConvexFailure which ends this item only */
	async waitFor(itemIndex: number, itemCaller: Caller): Promise<INodeExecutionData[]> {
		await this.turns.yield();
		const { condition, timeoutMs, functionPath } = this.readWait(itemIndex);
		const startedAtMs = performance.now();
		// The deployment may be asked of the function first, and may not answer.
		const prepared = await settledWithin(this.prepare(itemIndex, itemCaller), timeoutMs);
		if (prepared === undefined) {
			throw waitTimedOut(condition, undefined, timeoutMs, undefined).ofCall({ functionPath });
		}
		try {
			const result = await this.waitUntilMet(prepared, condition, startedAtMs);
			const waitedMs = Math.round(performance.now() - startedAtMs);
			return toWaitItems(result, waitedMs, prepared.options.output, itemIndex);
		} catch (thrown) {
			throw await this.described(prepared, thrown);
		}
	}

	/** Ends within a second. */
	async close(): Promise<void> {
		this.end();
		this.runner.context.getExecutionCancelSignal?.()?.removeEventListener('abort', this.end);
		for (const key of this.connections.keys()) this.disconnect(key);
		await Promise.all(this.closing);
	}

	private readonly end = () => this.ended.abort();

	private readWait(itemIndex: number) {
		const functionPath = formatFunctionPath(this.parameters.functionPath(itemIndex));
		try {
			const condition = readWaitCondition(this.parameters, itemIndex);
			return { condition, timeoutMs: this.parameters.options(itemIndex).timeoutMs, functionPath };
		} catch (thrown) {
			throw toFailure(thrown).ofCall({ functionPath });
		}
	}

	private async prepare(itemIndex: number, itemCaller: Caller): Promise<PreparedCall> {
		const { parameters, functions } = this;
		const common = { itemCaller, parameters, functions, operation: 'query' as const };
		const prepared = await prepareCall({ ...common, snapshot: false, isWatched: true }, itemIndex);
		try {
			await this.checkFunction(prepared);
		} catch (thrown) {
			throw await this.described(prepared, thrown);
		}
		return prepared;
	}

	private async described({ itemCaller, target }: PreparedCall, thrown: unknown) {
		const cause = waitFailure(toFailure(thrown));
		const failure = await this.functions.withSuggestion(itemCaller, target, cause);
		return failure.ofCall({ functionPath: formatFunctionPath(target.functionPath) });
	}

	/**
	 * What no live connection is needed to know: where the deployment tells of its functions, one that
	 * is no query is refused before there is any.
	 *
	 * @throws ConvexFailure (`input`), or when the deployment cannot be reached
	 */
	private async checkFunction(prepared: PreparedCall): Promise<void> {
		const { itemCaller, target, call, options } = prepared;
		const refusal = refusedByClient(JSON.stringify(call.args));
		if (refusal !== undefined) throw refusal;
		const key = callerKey(prepared);
		if (itemCaller.credential.authentication !== 'deployKey' || this.untold.has(key)) return;
		try {
			await this.functions.signature(itemCaller, target, options.timeoutMs);
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (['input', 'network'].includes(failure.details.kind)) throw failure;
			this.untold.add(key);
		}
	}

	private async waitUntilMet(
		prepared: PreparedCall,
		condition: WaitCondition,
		startedAtMs: number,
	): Promise<QueryResult> {
		const { context, items } = this.runner;
		const { call, options } = prepared;
		// Nothing is awaited between: a connection that nobody waits on may be closed.
		const wait = new ResultWait(this.connectionOf(prepared), {
			call,
			condition,
			timeoutMs: options.timeoutMs,
			startedAtMs,
			stopped: items.stopped,
			isCancelled: () => context.getExecutionCancelSignal?.()?.aborted === true,
			yieldToEventLoop: async () => await this.turns.yield(),
		});
		return await wait.result();
	}

	/** One for each caller and component: the client takes functions of components for the app's own. */
	private connectionOf(prepared: PreparedCall): CallerQueries {
		const { itemCaller, caller, options } = prepared;
		const { identity, componentPath } = options;
		const key = JSON.stringify([callerKey(prepared), componentPath]);
		const known = this.connections.get(key);
		if (known !== undefined) return known;
		this.closeIdle();
		const { context } = this.runner;
		const opened = new CallerQueries({ context, itemCaller, caller, identity, times: this.times });
		this.connections.set(key, opened);
		return opened;
	}

	/** Where each item has a caller of its own, connections that nobody needs now make room. */
	private closeIdle(): void {
		if (this.connections.size < this.limit) return;
		for (const [key, { isIdle }] of this.connections) if (isIdle) this.disconnect(key);
	}

	private disconnect(key: string): void {
		const connection = this.connections.get(key);
		if (connection === undefined) return;
		this.connections.delete(key);
		this.wasPolledOnly ||= connection.wasPolledOnly;
		this.closing.push(connection.close());
	}
}

function toWaitItems(
	result: QueryResult,
	waitedMs: number,
	output: OutputShape,
	item: number,
): INodeExecutionData[] {
	if (output === 'value') return toItems(result, output, { item });
	return [{ json: { ...result, waitedMs }, pairedItem: { item } }];
}
