import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { WaitCondition } from '../../convex/changes/waitCondition';
import { waitTimedOut } from '../../convex/changes/waitFailure';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { CachedParameters } from '../../parameters/cachedParameters';
import { readWaitConcurrency } from '../../parameters/options/runOptions';
import type { OutputShape } from '../../parameters/outputShape';
import { readWaitCondition } from '../../parameters/waiting';
import type { Caller } from '../../transport/caller';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { ItemCallers } from '../../transport/itemCallers';
import { CallerQueries, POLLING_TIMES } from '../../transport/live/callerQueries';
import { DeploymentReaches } from '../../transport/live/deploymentReach';
import type { PollingTimes } from '../../transport/live/queryPolling';
import type { QueryResult } from '../../transport/live/watchedQuery';
import { toFailure } from '../../transport/nodeError';
import { settledWithin } from '../../transport/timers';
import { ItemRunner } from '../calls/itemRunner';
import { hintAtOutput, toItems } from '../calls/output';
import type { PreparedCall } from '../calls/prepareCall';
import { callerKey } from '../calls/readySessions';
import type { ItemResults } from '../itemResults';
import { ResultWait } from './resultWait';
import { WaitPreparation, type PreparationProgress } from './waitPreparation';

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

	private readonly preparation: WaitPreparation;

	private readonly reaches = new DeploymentReaches();

	private readonly turns = new EventLoopTurns();

	/** By caller and component. */
	private readonly connections = new Map<string, CallerQueries>();

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
		const { context } = runner;
		this.parameters = new CachedParameters(context, 'waitForResult');
		const { parameters, reaches, ended } = this;
		const { intervalMs } = times;
		const preparing = { runner, parameters, reaches, intervalMs, ended: ended.signal };
		this.preparation = new WaitPreparation(preparing);
		context.getExecutionCancelSignal?.()?.addEventListener('abort', this.end);
	}

	/** @throws ConvexFailure which ends this item only */
	async waitFor(itemIndex: number, itemCaller: Caller): Promise<INodeExecutionData[]> {
		await this.turns.yield();
		const wait = this.readWait(itemIndex);
		const startedAtMs = performance.now();
		const prepared = await this.prepare(itemIndex, itemCaller, wait);
		try {
			const result = await this.waitUntilMet(prepared, wait.condition, startedAtMs);
			const waitedMs = Math.round(performance.now() - startedAtMs);
			return toWaitItems(result, waitedMs, prepared.options.output, itemIndex);
		} catch (thrown) {
			throw await this.preparation.described(prepared, thrown);
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

	/** The deployment may be asked of the function first, and may not answer. */
	private async prepare(
		itemIndex: number,
		itemCaller: Caller,
		{ condition, timeoutMs, functionPath }: ReturnType<WaitRun['readWait']>,
	): Promise<PreparedCall> {
		const { items } = this.runner;
		const ended = new AbortController();
		const end = () => ended.abort();
		items.stopped.addEventListener('abort', end);
		const progress: PreparationProgress = { problem: undefined, stopped: ended.signal };
		try {
			const preparing = this.preparation.prepare(itemIndex, itemCaller, progress);
			const prepared = await settledWithin(preparing, timeoutMs);
			if (prepared !== undefined) return prepared;
			const problem = progress.problem ?? this.runner.retries.of(itemCaller).lastFailure;
			const failure = waitTimedOut(condition, undefined, timeoutMs, problem);
			throw failure.ofCall({ functionPath });
		} finally {
			end();
			items.stopped.removeEventListener('abort', end);
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
		const reach = this.reaches.of(itemCaller);
		const { times } = this;
		const opened = new CallerQueries({ context, itemCaller, caller, identity, reach, times });
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
