import { sleep } from 'n8n-workflow';
import type { BatchSizing } from '../../convex/batchSizing';
import { encodeQuery, MAX_BATCH_BYTES } from '../../convex/queryBatch';
import type { ItemRun } from '../itemRun';
import type { FunctionRun } from './functionRun';
import type { PreparedCall } from './preparedCall';

/** Reading parameters may take long (expressions); meanwhile no answer is taken in. */
const TURN_MS = 20;

/** With many identities among the items, no more than this many batches' worth of them wait. */
const MAX_WAITING_BATCHES = 4;

/** A query that waits to be sent. */
export interface WaitingQuery {
	prepared: PreparedCall;
	/** As it stands in a batch. */
	encoded: string;
	bytes: number;
}

/** Queries that may share a request: the same identity and the same time limit. */
interface Group {
	key: string;
	queries: WaitingQuery[];
	bytes: number;
}

/** Makes batches of the items of a run, in input order, and reads no more items than it needs to. */
export class QueryBatches {
	private readonly groups = new Map<string, Group>();

	/** Queries that take a request each. */
	private readonly single: WaitingQuery[] = [];

	private waiting = 0;

	constructor(
		private readonly run: FunctionRun,
		private readonly items: ItemRun,
		private readonly sizing: BatchSizing,
	) {}

	/** The queries of the next request; undefined when there are none, for now. */
	async take(freeSlots: number): Promise<WaitingQuery[] | undefined> {
		const size = this.sizing.next(this.items.waiting + this.waiting, freeSlots);
		let full = this.fullGroup(size);
		const most = size * MAX_WAITING_BATCHES;
		await this.readUntil((added) => {
			if (added !== undefined && isFull(added, size)) full = added;
			return full !== undefined || this.single.length > 0 || this.waiting >= most;
		});
		if (this.items.stopped.aborted) return undefined;
		const alone = this.single.shift();
		if (alone !== undefined) return [alone];
		const [oldest] = this.groups.values();
		const group = full ?? oldest;
		return group === undefined ? undefined : this.cut(group, size);
	}

	/** Reads the items of about one more batch, while there is nothing better to do. */
	async readAhead(isUrgent: () => boolean): Promise<void> {
		const size = this.sizing.next(this.items.waiting + this.waiting, 1);
		await this.readUntil(() => isUrgent() || this.single.length > 0 || this.waiting >= size);
	}

	/** Takes queries back, to be sent one by one. */
	separate(queries: WaitingQuery[]): void {
		for (const query of queries) this.single.push(query);
	}

	/** @param isEnough asked before each item, with the group that the last one went to */
	private async readUntil(isEnough: (added: Group | undefined) => boolean): Promise<void> {
		let turnEndsMs = performance.now() + TURN_MS;
		let added: Group | undefined;
		while (!isEnough(added)) {
			const itemIndex = this.items.next();
			if (itemIndex === undefined) return;
			const prepared = await this.run.prepare(itemIndex);
			if (prepared !== undefined) added = this.add(prepared);
			if (performance.now() > turnEndsMs) {
				await sleep(0);
				turnEndsMs = performance.now() + TURN_MS;
			}
		}
	}

	private add(prepared: PreparedCall): Group | undefined {
		const encoded = encodeQuery(prepared.call);
		const query = { prepared, encoded, bytes: Buffer.byteLength(encoded) + 1 };
		if (!this.mayBeBatched(prepared)) {
			this.single.push(query);
			return undefined;
		}
		const key = `${prepared.options.timeoutMs} ${prepared.caller.credential.authorization}`;
		const group = this.groups.get(key) ?? { key, queries: [], bytes: 0 };
		group.queries.push(query);
		group.bytes += query.bytes;
		this.groups.set(key, group);
		this.waiting += 1;
		return group;
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

	/** Takes as many queries from a group as fit into a batch. */
	private cut(group: Group, size: number): WaitingQuery[] {
		const batch: WaitingQuery[] = [];
		let bytes = 0;
		for (const query of group.queries) {
			bytes += query.bytes;
			if (batch.length > 0 && (batch.length === size || bytes > MAX_BATCH_BYTES)) break;
			batch.push(query);
			group.bytes -= query.bytes;
		}
		group.queries.splice(0, batch.length);
		if (group.queries.length === 0) this.groups.delete(group.key);
		this.waiting -= batch.length;
		return batch;
	}
}

function isFull({ queries, bytes }: Group, size: number): boolean {
	return queries.length >= size || bytes > MAX_BATCH_BYTES;
}
