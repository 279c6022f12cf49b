import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { componentOf, selectionJson } from '../../convex/feed/feedSelection';
import { RetryPolicy } from '../../convex/failures/retryPolicy';
import { fingerprintOf } from '../../convex/values/fingerprint';
import { readFeedSettings, type FeedSettings } from '../../parameters/feed';
import { triggerParameters } from '../../parameters/triggerParameters';
import { openCaller, type Caller } from '../../transport/caller';
import { callSystemFunction, requireDeployKey } from '../../transport/http/callSystemFunction';
import { FeedRequests } from '../../transport/http/feedRequests';
import type { CallSystem } from '../../transport/http/readTables';
import { Retries } from '../../transport/retries';
import { changeItems, sampleItems } from './changeItems';
import { checkSelection } from './checkSelection';
import { FeedReader } from './feedReader';
import { pollError, pollFailure } from './pollFailures';
import { PollTime } from './pollTime';
import { PositionStore, type KeptFeed } from './positionStore';
import { resumption } from './resumption';

/** The user has just activated or changed the workflow and is there to mend it. */
const ACTIVATED_BY_USER = ['activate', 'update', 'create'];

/** The workflow was active before, and nobody is there. */
const ACTIVATED_BY_N8N = ['init', 'leadershipChange'];

/** How often a request is sent again within a poll; the next poll tries as often. */
const MAX_RETRIES = 2;

/** The activations that have polled, and those whose tables and fields were found to be there. */
const polled = new WeakSet<IPollFunctions>();
const checked = new WeakSet<IPollFunctions>();

/** What triggers read at this moment: n8n may begin a poll while the one before is in progress. */
const readings = new Map<string, Promise<unknown>>();

/**
 * Reads what changed since the poll before. n8n calls it at the activation of a workflow, and then at the
 * poll times.
 *
 * What it throws at activation fails that, and n8n gives it five attempts in 15 seconds and then none, not
 * even after its own restart. So while n8n starts, what fails is left to the next poll, which shows it as
 * a failed execution, and to those after it: a key, a plan or a proxy may be mended meanwhile.
 *
 * @returns null where nothing changed
 * @throws NodeOperationError, NodeApiError
 */
export async function pollChanges(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const isActivation = !polled.has(context);
	polled.add(context);
	const isByN8n = isActivation && ACTIVATED_BY_N8N.includes(context.getActivationMode());
	const time = new PollTime(context, isByN8n);
	try {
		const items = await new Poll(context, time, isActivation).run();
		return items.length === 0 ? null : [items];
	} catch (thrown) {
		const failure = pollFailure(thrown);
		if (isByN8n) {
			warn(context, `${failure.sentences} The trigger tries again at the next poll.`);
			return null;
		}
		throw pollError(context.getNode(), failure, isActivation && context.getMode() !== 'manual');
	} finally {
		time.end();
	}
}

class Poll {
	private readonly retries: Retries;

	private readonly trigger: string;

	constructor(
		private readonly context: IPollFunctions,
		private readonly time: PollTime,
		private readonly isActivation: boolean,
	) {
		this.retries = new Retries(new RetryPolicy(MAX_RETRIES), time.usedUp);
		this.trigger = nameOf(context);
	}

	async run(): Promise<INodeExecutionData[]> {
		const settings = readFeedSettings(triggerParameters(this.context));
		const caller = await openCaller(this.context);
		requireDeployKey(
			caller,
			'The Convex Document Trigger',
			'With other credentials, use the Convex Trigger, which watches a query of your own.',
		);
		if (this.context.getMode() === 'manual') return await this.sample(caller, settings);
		while (readings.has(this.trigger)) {
			if (!this.isActivation) return [];
			if (this.hasPlace(caller, settings)) {
				await checkSelection(this.callsOf(caller), settings);
				return [];
			}
			await Promise.allSettled([readings.get(this.trigger)]);
		}
		const reading = this.read(caller, settings).finally(() => readings.delete(this.trigger));
		readings.set(this.trigger, reading);
		return await reading;
	}

	/**
	 * Whether the trigger keeps where it goes on. An activation that has no place yet has to find one before it
	 * succeeds, or what is written until the next poll is lost: a poll in progress of an earlier activation does
	 * not do that for it, which may fail, and be of other settings.
	 */
	private hasPlace({ credential }: Caller, settings: FeedSettings): boolean {
		const { deploymentUrl } = credential;
		const { kept } = PositionStore.open(this.context, this.trigger);
		if (kept?.deployment !== deploymentUrl) return false;
		return resumption(kept, settings, deploymentUrl).kind !== 'start';
	}

	private async read(caller: Caller, settings: FeedSettings): Promise<INodeExecutionData[]> {
		const store = PositionStore.open(this.context, this.trigger);
		if (store.isUnreadable) {
			warn(
				this.context,
				"Where the trigger stood cannot be read: the static data has something else. It begins as 'Start From' says.",
			);
		}
		const checkedNames = await this.check(caller, settings, store.kept);
		const { start, position, changes } = await this.readerOf(caller, settings).read(store.kept);
		const items = await changeItems(changes);
		const feed = {
			deployment: caller.credential.deploymentUrl,
			startFrom: settings.startFrom,
			component: componentOf(settings),
			tables: settings.tables,
			...(checkedNames !== undefined && { checked: checkedNames }),
		};
		// The position moves last, when nothing can fail any more.
		if (items.length > 0) store.moveWithItems({ ...feed, position }, { ...feed, position: start });
		else store.move({ ...feed, position });
		return items;
	}

	/**
	 * Looks whether the tables and fields are there, where a user has just named them. After a restart of
	 * n8n they were found before, and so they were at a change of something else: in that mode the
	 * scheduler of n8n 2.41 polls, too, each time with a context of its own.
	 *
	 * @returns a fingerprint of the names that were found
	 */
	private async check(
		caller: Caller,
		settings: FeedSettings,
		kept: KeptFeed | undefined,
	): Promise<string | undefined> {
		const { deploymentUrl } = caller.credential;
		const names = fingerprintOf([deploymentUrl, selectionJson(settings)]);
		const isKnown = kept?.checked === names && this.context.getActivationMode() === 'update';
		const isToCheck = kept === undefined || (isByUser(this.context) && !isKnown);
		if (checked.has(this.context) || !isToCheck) return kept?.checked;
		await checkSelection(this.callsOf(caller), settings);
		checked.add(this.context);
		return names;
	}

	/** Nothing is remembered; whether the plan has the feed is found out as at an activation. */
	private async sample(caller: Caller, settings: FeedSettings): Promise<INodeExecutionData[]> {
		const call = this.callsOf(caller);
		const tables = await checkSelection(call, settings);
		await this.readerOf(caller, { ...settings, startFrom: 'now' }).startOf({ kind: 'start' });
		return await sampleItems(call, tables, settings);
	}

	private readerOf(caller: Caller, settings: FeedSettings): FeedReader {
		const { context, time, retries, trigger } = this;
		const client = { caller, selection: settings, trigger };
		const requests = new FeedRequests(context, client, retries, () => time.requestMs);
		const { deploymentUrl } = caller.credential;
		return new FeedReader(requests, settings, deploymentUrl, time, (message) =>
			warn(context, message),
		);
	}

	private callsOf(caller: Caller): CallSystem {
		const { context, time, retries } = this;
		return async (systemFunction, args) =>
			await retries.run(
				async () => await callSystemFunction(context, caller, systemFunction, args, time.requestMs),
			);
	}
}

function isByUser(context: IPollFunctions): boolean {
	return ACTIVATED_BY_USER.includes(context.getActivationMode());
}

/** Two nodes of a workflow that was not made in the editor may share an id, but never a name. */
function nameOf(context: IPollFunctions): string {
	const { id, name } = context.getNode();
	return JSON.stringify([context.getWorkflow().id, id, name]);
}

function warn(context: IPollFunctions, message: string): void {
	const { id = '', name = '' } = context.getWorkflow();
	context.logger.warn(`"${context.getNode().name}" in workflow "${name}" (${id}): ${message}`);
}
