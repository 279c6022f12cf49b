import type { JSONValue } from 'convex/values';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { ConvexFailure } from '../../convex/failure';
import type { DeploymentState } from '../../convex/deployment/credentialProbe';
import type { UserIdentity } from '../../convex/deployment/identity';
import { canonicalJson, fingerprintOf } from '../../convex/values/fingerprint';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type {
	ResultCheckpoint,
	ResultTracker,
	ResultUpdate,
} from '../../convex/changes/resultEvent';
import { TrackedDocuments } from '../../convex/changes/trackedDocuments';
import { TrackedValue } from '../../convex/changes/trackedValue';
import type { Caller } from '../../transport/caller';
import type { SubscriptionThresholds } from '../../transport/live/subscriptionOutage';
import { Backoff } from '../../transport/backoff';
import { QuerySupervisor } from '../../transport/live/querySupervisor';
import { startTimer, stopTimer } from '../../transport/timers';
import { toEditorError, toFailure } from '../../transport/nodeError';
import { reportFailure } from '../reportFailure';
import { FailureReporter } from '../failureReporter';
import { toItems } from './items';
import { CheckpointStore } from './checkpointStore';
import type { Watch } from './parameters';
import { endingTrigger, keepsWatching, notStarted } from './failures';

/** How a watch began. */
export type FirstOutcome =
	{ status: 'result' } | { status: 'failed' | 'refused'; failure: ConvexFailure };

/** Compares results from here on, or from what is remembered. */
export function trackerOf(
	{ keyField, emitInitialResult, changes }: Watch,
	remembered: ResultCheckpoint | undefined,
): ResultTracker {
	return keyField === undefined
		? new TrackedValue(remembered, emitInitialResult)
		: new TrackedDocuments(keyField, remembered, emitInitialResult, changes);
}

/** An active trigger: starts the workflow at each change, and reports what keeps it from that. */
export class ActiveSubscription {
	private readonly live: QuerySupervisor;

	private readonly incidents: FailureReporter;

	private tracked: { tracker: ResultTracker; store: CheckpointStore } | undefined;

	private settle: (outcome: FirstOutcome) => void = () => {};

	/** What came first of the query. */
	readonly outcome = new Promise<FirstOutcome>((resolve) => {
		this.settle = resolve;
	});

	private isActive = false;

	/** Why it is over, also if a result came before. */
	refusal: ConvexFailure | undefined;

	private retryTimer: number | undefined;

	/** How long n8n is left alone after it did not take over a start. */
	private readonly backoff = new Backoff();

	/** @throws ConvexFailure (`input`) for a user to act as without a deploy key */
	constructor(
		private readonly context: ITriggerFunctions,
		private readonly caller: Caller,
		private readonly watch: Watch,
		args: () => Promise<EncodedArguments>,
		thresholds: SubscriptionThresholds,
	) {
		this.incidents = new FailureReporter((failure) => this.saveFailed(keepsWatching(failure)));
		const { functionPath, componentPath, identity } = watch;
		this.live = new QuerySupervisor(
			context,
			caller,
			{ functionPath, componentPath, identity, args },
			{
				onSubscribed: (known) => this.begin(known),
				onResult: (value) => this.take(value),
				onError: (failure) => this.failed('query', failure),
				onOutage: (failure, since) => this.incidents.begin('outage', failure, since),
				onUnauthorized: (failure) => this.refused(endingTrigger(failure)),
			},
			thresholds,
		);
		this.live.start();
	}

	/** What the deployment says over HTTP. */
	async check(): Promise<DeploymentState> {
		return await this.live.check();
	}

	/** From here on failures are reported; until then they are the outcome of the activation. */
	activated(): void {
		this.isActive = true;
		this.incidents.unmute();
	}

	/** Ends within a second. Closing again does nothing. */
	async close(): Promise<void> {
		stopTimer(this.retryTimer);
		await this.live.close();
	}

	private begin(args: EncodedArguments): void {
		const { functionPath, componentPath, timedArguments, identity, keyField } = this.watch;
		const watched = fingerprintOf([
			this.caller.credential.deploymentUrl,
			componentPath ?? null,
			formatFunctionPath(functionPath),
			timedArguments ?? args,
			identity === undefined ? null : canonicalJson(jsonOf(identity)),
			keyField ?? null,
		]);
		const store = new CheckpointStore(() => this.context.getWorkflowStaticData('node'), watched);
		this.tracked = { store, tracker: trackerOf(this.watch, store.checkpoint) };
	}

	private take(value: JSONValue): void {
		this.incidents.end('outage');
		this.incidents.end('query');
		this.backoff.reset();
		this.compare(value);
	}

	private compare(value: JSONValue): void {
		if (this.tracked === undefined) return;
		stopTimer(this.retryTimer);
		let update: ResultUpdate;
		try {
			update = this.tracked.tracker.compare(value);
		} catch (thrown) {
			this.failed('result', toFailure(thrown));
			return;
		}
		this.incidents.end('result');
		this.accept(update, value);
		this.settle({ status: 'result' });
	}

	/**
	 * A result becomes the one that others are compared with once n8n has taken over what it means.
	 * Until then the change is told with each result that follows, or with this one again.
	 */
	private accept(update: ResultUpdate, value: JSONValue): void {
		try {
			this.emit(update);
		} catch (thrown) {
			this.incidents.begin('start', notStarted(toFailure(thrown)));
			this.retryTimer = startTimer(() => this.compare(value), this.backoff.nextDelayMs());
			return;
		}
		update.accept();
		this.incidents.end('start');
		if (update.warning !== undefined) this.saveFailed(update.warning);
	}

	/** @throws what n8n throws */
	private emit({ events, checkpoint }: ResultUpdate): void {
		if (this.tracked === undefined) return;
		const { store } = this.tracked;
		const { result, wanted } = store.checkpoint ?? {};
		if (events.length > 0 || checkpoint.result !== result || checkpoint.wanted !== wanted) {
			store.keep(checkpoint, events.length > 0);
			this.write(store);
		}
		if (events.length === 0) return;
		try {
			const items = toItems(events, this.watch.valueFormat, this.incidents.unreportedRecovery);
			const scope = [this.context.getWorkflow().id ?? '', this.context.getNode().id];
			this.context.emit([items], undefined, undefined, store.deduplicationKey(scope));
		} catch (thrown) {
			store.restore();
			this.write(store);
			throw toFailure(thrown);
		}
		this.incidents.started();
	}

	private write(store: CheckpointStore): void {
		try {
			store.write();
			this.incidents.end('checkpoint');
		} catch (thrown) {
			this.incidents.begin('checkpoint', toFailure(thrown));
		}
	}

	private failed(kind: 'query' | 'result', failure: ConvexFailure): void {
		const { functionPath } = this.watch;
		const named = failure.ofCall({
			functionPath: formatFunctionPath(functionPath),
			operation: 'query',
		});
		this.incidents.end('outage');
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
		this.refusal = failure;
		this.settle({ status: 'refused', failure });
		if (!this.isActive) return;
		void this.close();
		this.saveFailed(failure);
		tell(() => this.context.emitError(toEditorError(this.context.getNode(), failure)));
	}

	private saveFailed(failure: ConvexFailure): void {
		tell(() => reportFailure(this.context, failure));
	}
}

/** As it is sent. */
function jsonOf(identity: UserIdentity): JSONValue {
	const json: JSONValue = JSON.parse(JSON.stringify(identity));
	return json;
}

/** What n8n throws of it is told nowhere: there is no other place, and it would end n8n's process. */
function tell(report: () => void): void {
	try {
		report();
	} catch {
		// The trigger is what it was.
	}
}
