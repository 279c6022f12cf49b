import type { INodeExecutionData } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { failedUpsert } from '../../convex/imports/importFailure';
import { recordText } from '../../convex/imports/rowText';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { MEBIBYTE } from '../../convex/values/encodedSize';
import { quote } from '../../convex/values/quote';
import { ownField } from '../../convex/values/sameValue';
import { ImportRequests } from '../../transport/http/importRequests';
import { toFailure } from '../../transport/nodeError';
import type { Batch, FailedBatch } from '../calls/itemBatches';
import type { ItemRunner } from '../calls/itemRunner';
import { KeyIndexBuilder } from './keyIndexBuilder';
import { ROW, type RowReader, type RowTarget } from './rowReader';

/**
 * Less than what Convex takes in one request (20 MiB), and does in one transaction: a row reads two
 * ranges, of 4,096, and the document that it replaces (convex-backend crates/common/src/knobs.rs).
 */
const LIMITS = { items: 1_000, bytes: 4 * MEBIBYTE, concurrency: 1 };

interface KeyedRow {
	target: RowTarget;
	/** Written down. */
	text: string;
}

/** The rows of one import that were written. */
interface Written {
	summary: INodeExecutionData & { json: { imported: number } };
	pairedItem: Array<{ item: number }>;
}

/**
 * Puts the rows of a run into the place of the documents with their keys, in input order, many rows in
 * a request. A row that Convex refuses fails by itself.
 */
export class KeyedImports {
	private readonly written = new Map<string, Written>();

	private readonly indexes: KeyIndexBuilder;

	constructor(
		private readonly runner: ItemRunner,
		private readonly reader: RowReader,
	) {
		this.indexes = new KeyIndexBuilder(runner);
	}

	async run(): Promise<void> {
		await this.runner.runBatches<KeyedRow>(LIMITS, {
			prepare: async (itemIndex, caller) => {
				const target = await this.reader.target(itemIndex, caller);
				const row = this.reader.row(itemIndex, target);
				for (const field of target.keyFields) checkKey(row, field);
				const text = recordText(ROW, row);
				const bytes = Buffer.byteLength(text);
				return { itemIndex, group: target.group, bytes, part: { target, text } };
			},
			send: async (batch) => await this.send(batch),
		});
	}

	private async send(batch: Batch<KeyedRow>): Promise<FailedBatch<KeyedRow> | undefined> {
		const [first] = batch;
		if (first === undefined) return undefined;
		const { context, retries, items } = this.runner;
		const { target } = first.part;
		const { caller, table, keyFields, options } = target;
		const { name } = table.table;
		try {
			await this.indexes.ensure(target);
		} catch (thrown) {
			return { batch, failure: toFailure(thrown) };
		}
		const requests = new ImportRequests(context, caller, options.timeoutMs);
		const records = batch.map(({ part }) => part.text);
		const answer = await retries
			.of(caller)
			.run(async () => await requests.upsert(name, keyFields, records));
		if (answer.status === 'failure') {
			const rowsWritten = this.written.get(target.group)?.pairedItem.length ?? 0;
			// Where the node goes on, what was written is in the output.
			const counts = { rows: batch.length, rowsWritten: items.continues ? undefined : rowsWritten };
			return { batch, failure: failedUpsert(name, answer.failure, counts) };
		}
		for (const { itemIndex } of batch) this.succeed(itemIndex, target);
		context.logger.info(
			`Convex import into '${name}' by key: ${this.written.get(target.group)?.pairedItem.length} rows are written`,
		);
		return undefined;
	}

	/** The first row of an import has its summary, which counts those that follow. */
	private succeed(itemIndex: number, target: RowTarget): void {
		const written = this.written.get(target.group) ?? newSummary(target);
		written.pairedItem.push({ item: itemIndex });
		written.summary.json.imported += 1;
		const isFirst = !this.written.has(target.group);
		this.written.set(target.group, written);
		this.runner.items.succeed(itemIndex, isFirst ? [written.summary] : []);
	}
}

function newSummary({ table, keyFields }: RowTarget): Written {
	const pairedItem: Written['pairedItem'] = [];
	const json = { table: table.table.name, mode: 'upsert', keyFields, imported: 0 };
	return { summary: { json, pairedItem }, pairedItem };
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
