import type { INodeExecutionData } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { failedUpsert, upsertTimedOut } from '../../convex/imports/importFailure';
import { recordText } from '../../convex/imports/rowText';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { MEBIBYTE } from '../../convex/values/encodedSize';
import { quote } from '../../convex/values/quote';
import { ownField } from '../../convex/values/sameValue';
import { ImportRequests } from '../../transport/http/importRequests';
import { toFailure } from '../../transport/nodeError';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { Batch, FailedBatch } from '../calls/itemBatches';
import type { ItemRunner } from '../calls/itemRunner';
import { ImportDeadline } from './importDeadline';
import { KeyIndexBuilder } from './keyIndexBuilder';
import { ROW, type RowReader, type RowTarget } from './rowReader';

/**
 * Less than what Convex takes in one request (20 MiB), and does in one transaction: a row reads two
 * ranges, of 4,096, and the document that it replaces (convex-backend crates/common/src/knobs.rs).
 */
const LIMITS = { items: 1_000, bytes: 4 * MEBIBYTE, concurrency: 1, waitLightly: true };

/** The rows of one import that were written, also in an earlier attempt of n8n's. */
interface Written {
	summary: INodeExecutionData & { json: { imported: number } };
	pairedItem: Array<{ item: number }>;
}

/** By its item: what was written of a group. n8n's next attempt finds it there, and goes on counting. */
const ofEarlierAttempts = new WeakMap<INodeExecutionData, Written & { group: string }>();

/**
 * Puts the rows of a run into the place of the documents with their keys, in input order, many rows in
 * a request. A row that Convex refuses fails by itself. All rows are read before anything is sent, and
 * written down again when they are sent, so that not all of them are in memory twice.
 */
export class KeyedImports {
	private readonly written = new Map<string, Written>();

	/** By the group of its rows: each import has its time. */
	private readonly deadlines = new Map<string, ImportDeadline>();

	private readonly indexes: KeyIndexBuilder;

	private readonly turns = new EventLoopTurns();

	constructor(
		private readonly runner: ItemRunner,
		private readonly reader: RowReader,
	) {
		this.indexes = new KeyIndexBuilder(runner);
	}

	async run(): Promise<void> {
		for (const item of this.runner.items.fromEarlierAttempts) {
			const earlier = ofEarlierAttempts.get(item);
			if (earlier !== undefined) this.written.set(earlier.group, earlier);
		}
		await this.runner.runBatches<RowTarget>(LIMITS, {
			prepare: async (itemIndex, caller) => {
				const target = await this.reader.target(itemIndex, caller);
				const bytes = Buffer.byteLength(this.textOf(itemIndex, target));
				return { itemIndex, group: target.group, bytes, part: target };
			},
			send: async (batch) => await this.send(batch),
		});
	}

	/** A row, written down. @throws ConvexFailure (`input`) for one that cannot be carried */
	private textOf(itemIndex: number, target: RowTarget): string {
		const row = this.reader.row(itemIndex, target);
		for (const field of target.keyFields) checkKey(row, field);
		return recordText(ROW, row);
	}

	private async send(batch: Batch<RowTarget>): Promise<FailedBatch<RowTarget> | undefined> {
		const [first] = batch;
		if (first === undefined) return undefined;
		const { context, retries, items } = this.runner;
		const target = first.part;
		const { caller, table, keyFields, options } = target;
		const { name } = table.table;
		const records: string[] = [];
		const deadline = this.deadlineOf(target);
		try {
			await this.indexes.ensure(target, deadline);
			deadline.check(upsertTimedOut);
			for (const { itemIndex } of batch) {
				records.push(this.textOf(itemIndex, target));
				await this.turns.yield();
			}
		} catch (thrown) {
			return { batch, failure: toFailure(thrown) };
		}
		const requests = new ImportRequests(context, caller, options.timeoutMs);
		const answer = await retries
			.of(caller)
			.run(async () => await requests.upsert(name, keyFields, records), {
				shouldStop: () => deadline.isTimeOver,
			});
		if (answer.status === 'failure') {
			const rowsWritten = items.continues ? undefined : this.rowsOf(target.group);
			const failure = failedUpsert(name, answer.failure, { rows: batch.length, rowsWritten });
			return { batch, failure };
		}
		for (const { itemIndex } of batch) this.succeed(itemIndex, target);
		context.logger.info(
			`Convex import into '${name}' by key: ${this.written.get(target.group)?.pairedItem.length} rows are written`,
		);
		return undefined;
	}

	private deadlineOf({ group, options }: RowTarget): ImportDeadline {
		const { stopped } = this.runner.items;
		const deadline = this.deadlines.get(group) ?? new ImportDeadline(options.timeLimitMs, stopped);
		this.deadlines.set(group, deadline);
		return deadline;
	}

	private rowsOf(group: string): number {
		return this.written.get(group)?.pairedItem.length ?? 0;
	}

	/** The first row of an import has its summary, which counts those that follow. */
	private succeed(itemIndex: number, target: RowTarget): void {
		const written = this.written.get(target.group) ?? newWritten(target);
		written.pairedItem.push({ item: itemIndex });
		written.summary.json.imported += 1;
		const isFirst = !this.written.has(target.group);
		this.written.set(target.group, written);
		this.runner.items.succeed(itemIndex, isFirst ? [written.summary] : []);
	}
}

function newWritten({ table, keyFields, group }: RowTarget): Written {
	const pairedItem: Written['pairedItem'] = [];
	const json = { table: table.table.name, mode: 'upsert', keyFields, imported: 0 };
	const summary = { json, pairedItem };
	ofEarlierAttempts.set(summary, { summary, pairedItem, group });
	return { summary, pairedItem };
}

/** Rows without a key would all replace the same document. */
function checkKey(row: EncodedArguments, field: string): void {
	const value = ownField(row, field);
	if (value !== undefined && value !== null && value !== '') return;
	throw inputFailure(
		`${ROW} has no value in the key field ${quote(field)}`,
		"Each row needs one, or it would replace a document that is not its own. Filter such rows out, or correct 'Key Fields'.",
	);
}
