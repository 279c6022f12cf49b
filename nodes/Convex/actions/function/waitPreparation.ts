import type { IExecuteFunctions } from 'n8n-workflow';
import { waitFailure } from '../../convex/changes/waitFailure';
import type { ConvexFailure } from '../../convex/failure';
import { RetryPolicy } from '../../convex/failures/retryPolicy';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { refusedByClient } from '../../convex/functions/liveArguments';
import type { CachedParameters } from '../../parameters/cachedParameters';
import type { Caller } from '../../transport/caller';
import type { DeploymentReaches } from '../../transport/live/deploymentReach';
import { toFailure } from '../../transport/nodeError';
import { pause, Retries } from '../../transport/retries';
import type { ItemRunner } from '../calls/itemRunner';
import { prepareCall, type PreparedCall } from '../calls/prepareCall';
import { callerKey } from '../calls/readySessions';
import { SignatureCache } from '../calls/signatureCache';

export interface WaitPreparationOptions {
	runner: ItemRunner;
	parameters: CachedParameters;
	reaches: DeploymentReaches;
	/** How long to wait before a deployment that was reached, and is gone, is asked again. */
	intervalMs: number;
	/** Aborted when no item waits any more: what was still asked of functions ends with it. */
	ended: AbortSignal;
}

/** Why an item could not be prepared yet, for who stops waiting for that. */
export interface PreparationProgress {
	problem: ConvexFailure | undefined;
	/** Aborted when it is waited for no longer. */
	stopped: AbortSignal;
}

/** Reads what items wait for, and checks it by what the deployment says of its functions. */
export class WaitPreparation {
	private readonly functions: SignatureCache;

	/** Callers to whom the deployment does not tell of its functions. */
	private readonly untold = new Set<string>();

	constructor(private readonly options: WaitPreparationOptions) {
		const { runner, reaches, ended } = options;
		const asking: IExecuteFunctions = Object.create(runner.context, {
			getExecutionCancelSignal: { value: () => ended },
		});
		this.functions = new SignatureCache(asking, (caller) =>
			// What a run waits through is asked for again by `prepare`, for as long as an item waits.
			reaches.of(caller).hasAnswered
				? new Retries(new RetryPolicy(0), ended)
				: runner.retries.of(caller),
		);
	}

	/**
	 * Waits through an outage of a deployment that the run has reached before.
	 *
	 * @throws ConvexFailure (`input`), or when the deployment cannot be reached
	 */
	async prepare(
		itemIndex: number,
		itemCaller: Caller,
		progress: PreparationProgress,
	): Promise<PreparedCall> {
		const { runner, reaches, intervalMs } = this.options;
		const reach = reaches.of(itemCaller);
		for (;;) {
			try {
				return await this.prepareOnce(itemIndex, itemCaller);
			} catch (thrown) {
				const failure = toFailure(thrown);
				if (!reach.hasAnswered || !reach.isWaitedThrough(failure)) throw failure;
				progress.problem = failure;
				await pause(intervalMs, progress.stopped);
				if (progress.stopped.aborted || runner.items.stopped.aborted) throw failure;
			}
		}
	}

	/** What went wrong with an item, in the words of a wait. */
	async described({ itemCaller, target }: PreparedCall, thrown: unknown): Promise<ConvexFailure> {
		const cause = waitFailure(toFailure(thrown));
		const failure = await this.functions.withSuggestion(itemCaller, target, cause);
		return failure.ofCall({ functionPath: formatFunctionPath(target.functionPath) });
	}

	private async prepareOnce(itemIndex: number, itemCaller: Caller): Promise<PreparedCall> {
		const { parameters } = this.options;
		const common = {
			itemCaller,
			parameters,
			functions: this.functions,
			operation: 'query' as const,
		};
		const prepared = await prepareCall({ ...common, snapshot: false, isWatched: true }, itemIndex);
		try {
			await this.checkFunction(prepared);
		} catch (thrown) {
			throw await this.described(prepared, thrown);
		}
		return prepared;
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
		const reach = this.options.reaches.of(itemCaller);
		try {
			await this.functions.signature(itemCaller, target, options.timeoutMs);
			reach.answered();
		} catch (thrown) {
			const failure = toFailure(thrown);
			const { kind } = failure.details;
			if (kind === 'input' || (kind === 'network' && !reach.hasAnswered)) throw failure;
			if (kind !== 'network') this.untold.add(key);
		}
	}
}
