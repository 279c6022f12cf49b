import type { JSONValue } from 'convex/values';
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { ConvexFailure } from '../../convex/failure';
import type { ResultEvent } from '../../convex/changes/resultEvent';
import { noLiveConnection, noResult } from '../../convex/failures/liveFailure';
import type { Caller } from '../../transport/caller';
import { SUBSCRIPTION_THRESHOLDS } from '../../transport/live/subscriptionOutage';
import { QuerySupervisor } from '../../transport/live/querySupervisor';
import { startTimer, stopTimer } from '../../transport/timers';
import { toFailure, toNodeError } from '../../transport/nodeError';
import { sampleChange, toItems } from './items';
import type { Watch } from './parameters';
import { watchFailure } from './failures';
import { trackerOf } from './activeSubscription';

/** How long to wait for the deployment's answer, and for a live connection. */
const CONNECTION_TIMEOUT_MS = 15_000;

/** How long a big result may take over an open connection. */
const RESULT_TIMEOUT_MS = 120_000;

/** In the editor the workflow runs once; nothing is remembered. */
export function manualRun(
	context: ITriggerFunctions,
	caller: Caller,
	watch: Watch,
	args: () => Promise<EncodedArguments>,
): ITriggerResponse {
	const reading = new Reading(context, caller, watch, args, eventReader(watch));
	return {
		closeFunction: async () => await reading.close(),
		manualTriggerFunction: async () => {
			try {
				const events = await reading.read();
				if (events === undefined) {
					// Without data n8n ends the run as cancelled; with nothing it would wait without end.
					context.emit([]);
					return;
				}
				context.emit([toItems(events, watch.valueFormat, undefined)]);
			} catch (error) {
				throw toNodeError(context.getNode(), watchFailure(toFailure(error)), 0);
			} finally {
				await reading.close();
			}
		},
	};
}

/** What a result means for the run; undefined where it waits for a further one. */
type EventReader = (result: JSONValue) => ResultEvent[] | undefined;

function eventReader(watch: Watch): EventReader {
	if (watch.manualRun === 'nextChange') {
		const tracker = trackerOf({ ...watch, emitInitialResult: false }, undefined);
		return (result) => {
			const { events, accept } = tracker.compare(result);
			accept();
			return events.length === 0 ? undefined : events;
		};
	}
	const tracker = trackerOf({ ...watch, changes: ['added'], emitInitialResult: true }, undefined);
	return (result) => {
		const { events } = tracker.compare(result);
		const [first] = events;
		if (watch.keyField === undefined || (first !== undefined && watch.changes.includes('added'))) {
			return events;
		}
		const document = first?.kind === 'document' ? first.change.document : undefined;
		return [sampleChange(watch, document)];
	};
}

class Reading {
	private live: QuerySupervisor | undefined;

	private timer: number | undefined;

	private stop: () => void = () => {};

	private readonly stopped = new Promise<undefined>((resolve) => {
		this.stop = () => resolve(undefined);
	});

	private isClosed = false;

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly caller: Caller,
		private readonly watch: Watch,
		private readonly args: () => Promise<EncodedArguments>,
		private readonly eventsOf: EventReader,
	) {}

	/**
	 * @returns undefined when it was closed meanwhile
	 * @throws ConvexFailure
	 */
	async read(): Promise<ResultEvent[] | undefined> {
		return await Promise.race([this.checkedResult(), this.stopped]);
	}

	async close(): Promise<void> {
		this.isClosed = true;
		this.stop();
		stopTimer(this.timer);
		await this.live?.close();
	}

	private async checkedResult(): Promise<ResultEvent[] | undefined> {
		return await new Promise((resolve, reject) => {
			const live = new QuerySupervisor(
				this.context,
				this.caller,
				{ ...this.watch, args: this.args },
				{
					onSubscribed: () => {},
					onResult: (result) => {
						stopTimer(this.timer);
						try {
							const events = this.eventsOf(result);
							if (events !== undefined) resolve(events);
						} catch (thrown) {
							reject(toFailure(thrown));
						}
					},
					onError: reject,
					onOutage: reject,
					onUnauthorized: reject,
				},
				SUBSCRIPTION_THRESHOLDS,
			);
			this.live = live;
			live
				.check(CONNECTION_TIMEOUT_MS)
				.then((state) => {
					if (this.isClosed) return;
					if (state.status !== 'accepts') throw state.failure;
					this.rejectInTime(new Date(), reject);
					live.start();
				})
				.catch(reject);
		});
	}

	private rejectInTime(since: Date, reject: (failure: ConvexFailure) => void): void {
		this.timer = startTimer(() => {
			const isLong = Date.now() - since.getTime() >= RESULT_TIMEOUT_MS;
			if (this.live?.isConnected !== true) reject(noLiveConnection(''));
			else if (isLong) reject(noResult(since));
			else this.rejectInTime(since, reject);
		}, CONNECTION_TIMEOUT_MS);
	}
}
