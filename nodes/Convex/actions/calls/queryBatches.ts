import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { BatchSizing } from '../../convex/responses/batchSizing';
import { encodeQuery, MAX_BATCH_BYTES } from '../../convex/responses/queryBatch';
import type { Caller } from '../../transport/caller';
import type { Retries } from '../../transport/retries';
import type { ItemResults } from '../itemResults';
import type { CallRunner } from './callRunner';
import type { PreparedCall } from './prepareCall';
import { forgetSpeed, knownSpeed, rememberSpeed } from './querySpeeds';

/** With many identities among the items, the queries of at most so many batches wait. */
const MAX_WAITING_BATCHES = 4;
/** Fewer would hardly make batches where the items belong to many users. */
const MIN_WAITING = 1_000;
const MAX_WAITING_BYTES = 2 * MAX_BATCH_BYTES;

/** A query that waits to be sent with others. */
export interface WaitingQuery {
	prepared: PreparedCall;
	/** As it stands in a batch. */
	encoded: string;
	bytes: number;
}

/** What to send next: a query by itself, or a batch. */
export type NextRequest = SingleQuery | QueryBatch;

interface SingleQuery {
	kind: 'single';
	prepared: PreparedCall;
	/** How often it was retried already, in a batch. */
	retried: number;
}

export interface QueryBatch {
	kind: 'batch';
	queries: [WaitingQuery, ...WaitingQuery[]];
	/** Whether its queries were sent in a larger one before, on which the connection broke. */
	isPart: boolean;
}

/** Queries that may share a request: the same deployment, identity and time limit. */
interface Group {
	key: string;
	caller: Caller;
	timeoutMs: number;
	queries: WaitingQuery[];
	bytes: number;
}

/** Makes batches of the items of a run, in input order, and reads no more items than it needs to. */
export class QueryBatches {
	private readonly groups = new Map<string, Group>();

	/** The group that the last query went to. */
	private lastGroup: Group | undefined;

	/** Queries that take a request each, and the parts of batches that broke. */
	private readonly ready: NextRequest[] = [];

	/** The retries of deployments that nothing got through to when a batch broke last. */
	readonly unreachable = new Set<Retries>();

	private waiting = 0;

	private waitingBytes = 0;

	/** What the first query asks for; undefined until one was read. */
	private firstKey: string | undefined;

	constructor(
		private readonly run: CallRunner,
		private readonly items: ItemResults,
		private readonly sizing: BatchSizing,
	) {}

	/** Whether no query that was read waits to be sent. */
	get isEmpty(): boolean {
		return this.waiting === 0 && this.ready.length === 0;
	}

	/** The next request; undefined when there is none, for now. */
	async take(freeRequests: number): Promise<NextRequest | undefined> {
		if (this.firstKey === undefined) await this.readUntil(() => !this.isEmpty);
		const size = this.sizing.next(this.items.waiting + this.waiting, freeRequests);
		let full = this.fullGroup(size);
		const maxWaiting = Math.max(size * MAX_WAITING_BATCHES, MIN_WAITING);
		await this.readUntil((added) => {
			if (added !== undefined && isFull(added, size)) full = added;
			if (full !== undefined || this.ready.length > 0) return true;
			return this.waiting >= maxWaiting || this.waitingBytes >= MAX_WAITING_BYTES;
		});
		if (this.items.stopped.aborted) return undefined;
		const ready = this.ready.shift();
		if (ready !== undefined) return ready;
		const [oldest] = this.groups.values();
		const group = full ?? oldest;
		return group === undefined ? undefined : this.cut(group, size);
	}

	/** Reads the items of about one more batch while all requests are in flight. */
	async readAhead(isUrgent: () => boolean): Promise<void> {
		const size = this.sizing.next(this.items.waiting + this.waiting, 1);
		await this.readUntil(() => isUrgent() || this.ready.length > 0 || this.waiting >= size);
	}

	/** Keeps for later runs what batches of these queries took. */
	rememberSpeed(): void {
		const { firstKey, sizing } = this;
		if (firstKey === undefined) return;
		if (sizing.isReduced) forgetSpeed(firstKey);
		else if (sizing.measured !== undefined) rememberSpeed(firstKey, sizing.measured);
	}

	/**
	 * Takes queries back, to be sent one by one.
	 *
	 * @param retried how often they were retried already, together
	 */
	separate(queries: WaitingQuery[], retried: number): void {
		for (const { prepared } of queries) this.ready.push({ kind: 'single', prepared, retried });
	}

	/** Takes queries back, to be sent in two parts. */
	halve(queries: WaitingQuery[]): void {
		const middle = Math.ceil(queries.length / 2);
		for (const part of [queries.slice(0, middle), queries.slice(middle)]) {
			const [first, ...others] = part;
			if (first === undefined || others.length === 0) this.separate(part, 1);
			else this.ready.push({ kind: 'batch', queries: [first, ...others], isPart: true });
		}
	}

	/** @param isEnough asked before each item, with the group that the last one went to */
	private async readUntil(isEnough: (added: Group | undefined) => boolean): Promise<void> {
		let added: Group | undefined;
		while (!isEnough(added)) {
			const itemIndex = this.items.next();
			if (itemIndex === undefined) return;
			const prepared = await this.run.prepare(itemIndex);
			if (prepared !== undefined) added = this.add(prepared);
			if (this.run.isBlocking) await this.run.yieldToEventLoop();
		}
	}

	private add(prepared: PreparedCall): Group | undefined {
		if (!this.mayBeBatched(prepared)) {
			this.ready.push({ kind: 'single', prepared, retried: 0 });
			return undefined;
		}
		const encoded = encodeQuery(prepared.call);
		const query = { prepared, encoded, bytes: Buffer.byteLength(encoded) + 1 };
		this.firstKey ??= this.expectSpeed(prepared);
		const group = this.groupOf(prepared);
		group.queries.push(query);
		group.bytes += query.bytes;
		this.groups.set(group.key, group);
		this.lastGroup = group;
		this.waiting += 1;
		this.waitingBytes += query.bytes;
		return group;
	}

	/** Mostly the group of the query before: a key of thousands of characters is not made for each. */
	private groupOf({ caller, options: { timeoutMs } }: PreparedCall): Group {
		const { lastGroup } = this;
		if (lastGroup?.caller === caller && lastGroup.timeoutMs === timeoutMs) return lastGroup;
		const { deploymentUrl, authorization } = caller.credential;
		const key = `${timeoutMs} ${deploymentUrl} ${authorization}`;
		return this.groups.get(key) ?? { key, caller, timeoutMs, queries: [], bytes: 0 };
	}

	/** Begins as fast as the same query was a few minutes ago. */
	private expectSpeed({ caller, call }: PreparedCall): string {
		const key = `${caller.credential.deploymentUrl} ${formatFunctionPath(call.functionPath)}`;
		const measured = knownSpeed(key);
		if (measured !== undefined) this.sizing.expect(measured);
		return key;
	}

	private mayBeBatched({ call, options }: PreparedCall): boolean {
		const { batchSize, snapshot } = this.run.options;
		const hasOwnEndpoint = snapshot || call.componentPath !== undefined;
		return batchSize > 1 && !hasOwnEndpoint && options.pagination === undefined;
	}

	private fullGroup(size: number): Group | undefined {
		for (const group of this.groups.values()) {
			if (isFull(group, size)) return group;
		}
		return undefined;
	}

	/**
	 * Takes as many queries from a group as fit into a request. A single one is a batch
	 * too where batches are measured: it shows whether more may go together again.
	 */
	private cut(group: Group, size: number): NextRequest | undefined {
		let count = 0;
		let bytes = 0;
		for (const query of group.queries) {
			if (count === size || (count > 0 && bytes + query.bytes > MAX_BATCH_BYTES)) break;
			bytes += query.bytes;
			count += 1;
		}
		const [first, ...others] = group.queries.splice(0, count);
		if (group.queries.length === 0) this.groups.delete(group.key);
		group.bytes -= bytes;
		this.waiting -= count;
		this.waitingBytes -= bytes;
		if (first === undefined) return undefined;
		return others.length > 0 || this.sizing.isMeasuring
			? { kind: 'batch', queries: [first, ...others], isPart: false }
			: { kind: 'single', prepared: first.prepared, retried: 0 };
	}
}

function isFull({ queries, bytes }: Group, size: number): boolean {
	return queries.length >= size || bytes > MAX_BATCH_BYTES;
}
