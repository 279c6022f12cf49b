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
	queries: WaitingQuery[];
	bytes: number;
}

/** Makes batches of the items of a run, in input order, and reads no more items than it needs to. */
export class QueryBatches {
	private readonly groups = new Map<string, Group>();

	/** Queries of batches that were refused as a whole. */
	private readonly separated: WaitingQuery[] = [];

	private waiting = 0;

	constructor(
		private readonly run: FunctionRun,
		private readonly items: ItemRun,
		private readonly sizing: BatchSizing,
	) {}

	/** The queries of the next request; undefined when there are none, for now. */
	async take(freeSlots: number): Promise<WaitingQuery[] | undefined> {
		if (this.items.stopped.aborted) return undefined;
		const alone = this.separated.pop();
		if (alone !== undefined) return [alone];
		const size = this.sizing.next(this.items.waiting + this.waiting, freeSlots);
		for (const [key, group] of this.groups) {
			if (isFull(group, size)) return this.cut(key, group, size);
		}
		return (await this.fill(size)) ?? this.cutOldest(size);
	}

	/** Takes queries back, to be sent one by one. */
	separate(queries: WaitingQuery[]): void {
		this.separated.push(...queries.reverse());
	}

	/** Reads items until one batch is full, or enough wait in all. */
	private async fill(size: number): Promise<WaitingQuery[] | undefined> {
		let turnEndsMs = performance.now() + TURN_MS;
		while (this.waiting < size * MAX_WAITING_BATCHES) {
			const itemIndex = this.items.next();
			if (itemIndex === undefined) return undefined;
			const prepared = await this.run.prepare(itemIndex);
			if (prepared !== undefined) {
				const query = encode(prepared);
				if (!this.mayBeBatched(prepared)) return [query];
				const key = `${prepared.options.timeoutMs} ${prepared.caller.credential.authorization}`;
				const group = this.add(key, query);
				if (isFull(group, size)) return this.cut(key, group, size);
			}
			if (performance.now() > turnEndsMs) {
				await sleep(0);
				turnEndsMs = performance.now() + TURN_MS;
			}
		}
		return undefined;
	}

	private mayBeBatched({ call, options }: PreparedCall): boolean {
		const { batchSize, snapshot } = this.run.options;
		const hasOwnEndpoint = snapshot || call.componentPath !== undefined;
		return batchSize > 1 && !hasOwnEndpoint && options.pagination === undefined;
	}

	private add(key: string, query: WaitingQuery): Group {
		const group = this.groups.get(key) ?? { queries: [], bytes: 0 };
		group.queries.push(query);
		group.bytes += query.bytes;
		this.groups.set(key, group);
		this.waiting += 1;
		return group;
	}

	private cutOldest(size: number): WaitingQuery[] | undefined {
		for (const [key, group] of this.groups) return this.cut(key, group, size);
		return undefined;
	}

	/** Takes as many queries from a group as fit into a batch. */
	private cut(key: string, group: Group, size: number): WaitingQuery[] {
		const batch: WaitingQuery[] = [];
		let bytes = 0;
		for (const query of group.queries) {
			bytes += query.bytes;
			if (batch.length > 0 && (batch.length === size || bytes > MAX_BATCH_BYTES)) break;
			batch.push(query);
			group.bytes -= query.bytes;
		}
		group.queries.splice(0, batch.length);
		if (group.queries.length === 0) this.groups.delete(key);
		this.waiting -= batch.length;
		return batch;
	}
}

function isFull({ queries, bytes }: Group, size: number): boolean {
	return queries.length >= size || bytes > MAX_BATCH_BYTES;
}

function encode(prepared: PreparedCall): WaitingQuery {
	const encoded = encodeQuery(prepared.call);
	return { prepared, encoded, bytes: Buffer.byteLength(encoded) + 1 };
}
