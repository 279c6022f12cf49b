import type { IExecuteFunctions } from 'n8n-workflow';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { ConvexFailure } from '../../convex/failure';
import type { TimestampResult } from '../../convex/responses/snapshot';
import type { Caller } from '../../transport/caller';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import { callFunction, readTimestamp } from '../../transport/http/functionCalls';
import type { ItemCallers } from '../../transport/itemCallers';
import { toFailure } from '../../transport/nodeError';
import type { Retries } from '../../transport/retries';
import type { ItemResults } from '../itemResults';
import { SignatureCache } from './signatureCache';
import { DeploymentRetries } from './deploymentRetries';
import { failureOfChunk } from './chunkFailure';
import { succeedTogether } from './manyItemsResult';
import { hintAtItems, toItems, toListItems } from './output';
import { readPages } from './readPages';
import { Snapshots } from './snapshots';
import {
	prepareCall,
	prepareElement,
	type PrepareContext,
	type PreparedCall,
	type PreparedElement,
} from './prepareCall';
import { readRunOptions, type RunOptions } from '../../parameters/options/runOptions';
import { CachedParameters } from '../../parameters/cachedParameters';

/** Where the calls of a run come from, prepared, in the order of their items. */
export interface CallSource {
	/** The next call; undefined when there is none, or the run has stopped. */
	next: () => Promise<PreparedCall | undefined>;
	/** Whether at least so many are still to come, as far as is known. */
	hasWaiting: (count: number) => boolean;
}

/** One run of an operation: prepares the calls of its items, sends them and ends the items. */
export class CallRunner implements CallSource {
	readonly options: RunOptions;

	private readonly parameters: CachedParameters;

	private readonly functions: SignatureCache;

	private readonly turns = new EventLoopTurns();

	private readonly retries: DeploymentRetries;

	private readonly snapshots = new Snapshots();

	/** @throws ConvexFailure (`input`) naming an option that holds for all items */
	constructor(
		readonly context: IExecuteFunctions,
		readonly items: ItemResults,
		private readonly callers: ItemCallers,
		private readonly operation: FunctionOperation,
	) {
		this.options = readRunOptions(context, operation);
		this.parameters = new CachedParameters(context, operation);
		this.retries = new DeploymentRetries(context, this.options.maxRetries, items.stopped);
		this.functions = new SignatureCache(context, (caller) => this.retriesFor(caller));
		// A later attempt has a later snapshot, which all items have to read.
		if (this.options.snapshot) items.forgetBetweenAttempts();
	}

	/**
	 * Whether each call waits for the one before it, whatever 'Concurrency' says: nothing that changes
	 * data is to run for further items once the call for many of them has failed.
	 */
	get isOneByOne(): boolean {
		const isForMany = this.options.itemsPerCall !== undefined;
		return isForMany && !this.items.continues && this.operation !== 'query';
	}

	/** The call of the next item that is not refused. */
	async next(): Promise<PreparedCall | undefined> {
		for (;;) {
			const itemIndex = this.items.next();
			if (itemIndex === undefined) return undefined;
			const prepared = await this.prepare(itemIndex);
			if (prepared !== undefined) return prepared;
		}
	}

	hasWaiting(count: number): boolean {
		return this.items.hasWaiting(count);
	}

	/** An item's call, or undefined where it was refused, which ends the item. */
	async prepare(itemIndex: number): Promise<PreparedCall | undefined> {
		return await this.prepareBy(prepareCall, itemIndex);
	}

	/** The same for an item that goes into a call with others. */
	async prepareElement(itemIndex: number): Promise<PreparedElement | undefined> {
		return await this.prepareBy(prepareElement, itemIndex);
	}

	private async prepareBy<Prepared>(
		prepareItem: (context: PrepareContext, itemIndex: number) => Promise<Prepared>,
		itemIndex: number,
	): Promise<Prepared | undefined> {
		try {
			const { operation, parameters, functions } = this;
			const { snapshot } = this.options;
			const itemCaller = this.callers.shared ?? (await this.callers.of(itemIndex));
			const context = { itemCaller, operation, parameters, functions, snapshot };
			return await prepareItem(context, itemIndex);
		} catch (thrown) {
			this.items.fail(itemIndex, toFailure(thrown));
			await this.yieldToEventLoop();
			return undefined;
		}
	}

	/** Sends calls to a deployment, and retries those that are safe to retry. */
	retriesFor(caller: Caller): Retries {
		return this.retries.of(caller);
	}

	/** Whether answers and n8n have waited long enough. Asked after each item, of which there may be many. */
	get isBlocking(): boolean {
		return this.turns.isBlocking;
	}

	/** Lets answers arrive and n8n work while many items are read. */
	async yieldToEventLoop(): Promise<void> {
		await this.turns.yield();
	}

	/**
	 * Sends a call by itself: once, or page by page.
	 *
	 * @param retried how often it was retried already, in a batch
	 */
	async send(prepared: PreparedCall, retried: number): Promise<void> {
		const {
			itemIndices: [itemIndex],
			options: { pagination, output },
		} = prepared;
		if (pagination === undefined) {
			await this.end(prepared, await this.sendOnce(prepared, undefined, retried));
			return;
		}
		try {
			const send = async (args: EncodedArguments) => await this.sendOnce(prepared, args);
			const pages = await readPages(send, prepared.call.args, pagination);
			this.items.succeed(itemIndex, toListItems(pages, pagination.itemPer, output, itemIndex));
		} catch (thrown) {
			await this.end(prepared, { status: 'failure', failure: toFailure(thrown) });
		}
	}

	/** Ends the items of a call with its result: all succeed, or all fail. */
	async end(prepared: PreparedCall, result: FunctionResult): Promise<void> {
		if (result.status === 'success') this.succeed(prepared, result);
		else await this.fail(prepared, result.failure);
	}

	private async fail(prepared: PreparedCall, cause: ConvexFailure): Promise<void> {
		const { itemIndices, hasList, itemCaller, target } = prepared;
		const suggested = await this.functions.withSuggestion(itemCaller, target, cause);
		const functionPath = formatFunctionPath(target.functionPath);
		const failure = hasList
			? failureOfChunk(suggested, functionPath, itemIndices.length)
			: suggested.ofCall({ functionPath });
		for (const itemIndex of itemIndices) this.items.fail(itemIndex, failure);
	}

	/** Of a call that is answered: nothing is waited for, as there may be thousands at a time. */
	succeed(prepared: PreparedCall, result: FunctionResult & { status: 'success' }): void {
		const {
			itemIndices: [first],
			hasList,
			options: { output },
		} = prepared;
		const hint = () => hintAtItems(this.context, this.operation, prepared, result.value);
		if (hasList) {
			succeedTogether(this.items, prepared, result, hint);
			return;
		}
		this.items.succeed(first, toItems(result, output, { item: first }));
		if (first === 0) hint();
	}

	/** Makes a call over HTTP, and retries it where that is safe. */
	async sendOnce(
		{ caller, call, options }: PreparedCall,
		args: EncodedArguments = call.args,
		retried = 0,
	): Promise<FunctionResult> {
		const { timeoutMs } = options;
		const snapshot = this.options.snapshot ? await this.readSnapshot(caller, timeoutMs) : undefined;
		if (snapshot?.status === 'failure') return snapshot;
		const request = { ...call, args, timestamp: snapshot?.timestamp };
		const result = await this.retriesFor(caller).run(
			async () => await callFunction(this.context, caller, request, timeoutMs),
			{ retried },
		);
		if (result.status === 'failure' && result.failure.reason === 'snapshotGone') {
			this.snapshots.end(caller, result.failure);
		}
		return result;
	}

	/** The snapshot that all items read. */
	private async readSnapshot(caller: Caller, timeoutMs: number): Promise<TimestampResult> {
		return await this.snapshots.read(
			caller,
			timeoutMs,
			async () =>
				await this.retriesFor(caller).run(
					async () => await readTimestamp(this.context, caller, timeoutMs),
				),
		);
	}
}
