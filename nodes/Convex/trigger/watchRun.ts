import type { JSONValue } from 'convex/values';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { EncodedArguments } from '../convex/arguments';
import type { ConvexFailure } from '../convex/failure';
import { fingerprintOf } from '../convex/fingerprint';
import { formatFunctionPath } from '../convex/functionPath';
import type { RememberedResult, ResultTracker, TakenResult } from '../convex/resultEvent';
import { TrackedDocuments } from '../convex/trackedDocuments';
import { TrackedValue } from '../convex/trackedValue';
import type { Deployment } from '../transport/deployment';
import type { Patience } from '../transport/live/absence';
import { LiveWatch } from '../transport/live/liveWatch';
import { startTimer, stopTimer } from '../transport/timers';
import { toEditorError, toFailure } from '../transport/nodeError';
import { reportFailure } from './failureReport';
import { Incidents } from './incidents';
import { toItems } from './items';
import { WatchMemory } from './memory';
import type { Watch } from './parameters';
import { endingTrigger, goingOn } from './watchFailure';

/** How a watch began, as far as it is known when the trigger's activation ends. */
export type FirstOutcome =
	| { status: 'result' }
	| { status: 'failed' | 'refused'; failure: ConvexFailure }
	| { status: 'unknown' };

/** Compares results from here on, or from what is remembered. */
export function trackerOf(
	{ keyField, emitInitialResult }: Watch,
	remembered: RememberedResult | undefined,
): ResultTracker {
	return keyField === undefined
		? new TrackedValue(remembered, emitInitialResult)
		: new TrackedDocuments(keyField, remembered, emitInitialResult);
}

/** An active trigger: starts the workflow at each change, and reports what keeps it from that. */
export class WatchRun {
	private readonly live: LiveWatch;

	private readonly incidents: Incidents;

	private tracked: { tracker: ResultTracker; memory: WatchMemory } | undefined;

	private settle: (outcome: FirstOutcome) => void = () => {};

	private readonly outcome = new Promise<FirstOutcome>((resolve) => {
		this.settle = resolve;
	});

	private isActive = false;

	/** @throws ConvexFailure (`input`) for a user to act as without a deploy key */
	constructor(
		private readonly context: ITriggerFunctions,
		private readonly deployment: Deployment,
		private readonly watch: Watch,
		args: () => Promise<EncodedArguments>,
		patience: Patience,
	) {
		this.incidents = new Incidents((failure) => this.saveFailed(goingOn(failure)));
		const { functionPath, componentPath, identity } = watch;
		this.live = new LiveWatch(
			context,
			deployment,
			{ functionPath, componentPath, identity, args },
			{
				begins: (known) => this.begin(known),
				result: (value) => this.take(value),
				failed: (failure) => this.failed('query', failure),
				absent: (failure, since) => this.incidents.begin('absence', failure, since),
				refused: (failure) => this.refused(endingTrigger(failure)),
			},
			patience,
		);
		this.live.start();
	}

	/** What came first of the query, or `unknown` after a while without anything. */
	async firstOutcome(timeoutMs: number): Promise<FirstOutcome> {
		let timer: number | undefined;
		const timeout = new Promise<FirstOutcome>((resolve) => {
			timer = startTimer(() => resolve({ status: 'unknown' }), timeoutMs);
		});
		const outcome = await Promise.race([this.outcome, timeout]);
		stopTimer(timer);
		return outcome;
	}

	/** From here on failures are reported; until then they are the outcome of the activation. */
	activated(): void {
		this.isActive = true;
		this.incidents.release();
	}

	/** Ends within a second. Closing again does nothing. */
	async close(): Promise<void> {
		await this.live.close();
	}

	private begin(args: EncodedArguments): void {
		const { functionPath, componentPath, identity, keyField } = this.watch;
		const watched = fingerprintOf([
			this.deployment.credential.deploymentUrl,
			componentPath ?? null,
			formatFunctionPath(functionPath),
			args,
			identity === undefined ? null : JSON.stringify(identity),
			keyField ?? null,
		]);
		const memory = new WatchMemory(this.context.getWorkflowStaticData('node'), watched);
		this.tracked = { memory, tracker: trackerOf(this.watch, memory.remembered) };
	}

	private take(value: JSONValue): void {
		if (this.tracked === undefined) return;
		this.incidents.end('absence');
		this.incidents.end('query');
		let taken: TakenResult;
		try {
			taken = this.tracked.tracker.take(value);
		} catch (thrown) {
			this.failed('result', toFailure(thrown));
			return;
		}
		this.incidents.end('result');
		this.emit(taken);
		this.settle({ status: 'result' });
	}

	private emit({ events, warning }: TakenResult): void {
		if (this.tracked === undefined) return;
		const { tracker, memory } = this.tracked;
		const result = tracker.remembered();
		if (
			result !== undefined &&
			(events.length > 0 || result.result !== memory.remembered?.result)
		) {
			memory.keep(result, events.length > 0);
		}
		if (warning !== undefined) this.saveFailed(warning);
		if (events.length === 0) return;
		const items = toItems(events, this.watch.valueFormat, this.incidents.takeRecovery());
		const scope = [this.context.getWorkflow().id ?? '', this.context.getNode().id];
		this.context.emit([items], undefined, undefined, memory.deduplicationKey(scope));
	}

	private failed(kind: 'query' | 'result', failure: ConvexFailure): void {
		const { functionPath } = this.watch;
		const named = failure.ofCall({
			functionPath: formatFunctionPath(functionPath),
			operation: 'query',
		});
		this.incidents.end('absence');
		this.incidents.begin(kind, named);
		this.settle({ status: 'failed', failure: named });
	}

	/**
	 * Ends the trigger. n8n answers `emitError` by activating the workflow again at once, which would
	 * go round in circles; but then `startTrigger` asks the deployment about the credential and throws,
	 * n8n gives up after its five attempts, and marks the workflow. Only what the deployment said over
	 * HTTP leads here, so both agree. The failed execution is for those who look there.
	 */
	private refused(failure: ConvexFailure): void {
		this.settle({ status: 'refused', failure });
		if (!this.isActive) return;
		void this.close();
		this.saveFailed(failure);
		this.context.emitError(toEditorError(this.context.getNode(), failure));
	}

	private saveFailed(failure: ConvexFailure): void {
		reportFailure(this.context, failure);
	}
}
