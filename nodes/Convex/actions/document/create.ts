import type { INodeExecutionData } from 'n8n-workflow';
import type { CreatedDocument } from '../../convex/documents/createdDocuments';
import type { ValueFormat } from '../../convex/functions/functionCall';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { encodedSize, MEBIBYTE } from '../../convex/values/encodedSize';
import { readDocumentFields } from '../../parameters/document/readDocumentFields';
import {
	readDocumentOptions,
	readWriteOptions,
	type WriteOptions,
} from '../../parameters/document/documentOptions';
import { readTable } from '../../parameters/document/tableLocator';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { Batch, FailedBatch } from '../calls/itemBatches';
import type { ItemRunner } from '../calls/itemRunner';
import { hintAtOutput } from '../calls/output';
import { toDocumentItem } from './documentItems';
import { NewDocuments } from './newDocuments';
import type { OpenTable } from './tableAccess';
import { TableWriting, writeTo } from './writing';

/** Half of what Convex takes in a call, and writes in a transaction, with its indexes. */
const MAX_BATCH_BYTES = 8 * MEBIBYTE;

/** A document that is to be created. */
interface NewDocument {
	table: OpenTable;
	document: EncodedArguments;
	valueFormat: ValueFormat;
}

/** Creates a document for each item, those of many items in one request. */
export async function runCreate(runner: ItemRunner, parameters: ParameterReader): Promise<void> {
	const creation = new Creation(runner, readWriteOptions(runner.context, 'create'));
	await creation.run(parameters);
}

class Creation {
	private readonly writing: TableWriting;

	private readonly created = new NewDocuments();

	private unknownCount = 0;

	constructor(
		private readonly runner: ItemRunner,
		private readonly options: WriteOptions,
	) {
		this.writing = new TableWriting(runner);
	}

	async run(parameters: ParameterReader): Promise<void> {
		const limits = { items: this.options.batchSize, bytes: MAX_BATCH_BYTES };
		await this.runner.runBatches<NewDocument>(limits, {
			prepare: async (itemIndex, caller) => {
				const options = readDocumentOptions(parameters, 'create', itemIndex);
				const { valueFormat, ...target } = options;
				const name = readTable(parameters, itemIndex);
				const table = await this.writing.open(caller, { table: name, ...target });
				const read = await readDocumentFields(parameters, table.fields, true, itemIndex);
				this.writing.noteLeftOut(read.leftOut, table);
				const part = { table, document: read.fields, valueFormat };
				const bytes = bytesOf(read.fields);
				return { itemIndex, group: table.group, bytes, part };
			},
			send: async (batch) => await this.send(batch),
		});
		this.writing.hintAtLeftOut();
		this.hintAtUnknown();
	}

	private async send(batch: Batch<NewDocument>): Promise<FailedBatch<NewDocument> | undefined> {
		const [first] = batch;
		if (first === undefined) return undefined;
		const { table } = first.part;
		const { returnIds } = this.options;
		const documents = batch.map(({ part }) => part.document);
		const mark = returnIds ? await this.created.mark(table) : undefined;
		const args = { table: table.table.name, documents };
		const result = await writeTo(table, SYSTEM_FUNCTIONS.addDocuments, args);
		if (result.status === 'failure') return { batch, failure: result.failure };
		const found = returnIds ? await this.created.find(table, mark, documents) : undefined;
		for (const [index, { itemIndex, part }] of batch.entries()) {
			this.runner.items.succeed(itemIndex, [this.toItem(part, itemIndex, found?.[index])]);
		}
		return undefined;
	}

	/** The document as it is in the table; without its ID where that is not known. */
	private toItem(
		{ document, valueFormat }: NewDocument,
		itemIndex: number,
		created: CreatedDocument | undefined,
	): INodeExecutionData {
		const pairedItem = { item: itemIndex };
		if (created !== undefined) return toDocumentItem(created.document, valueFormat, pairedItem);
		if (!this.options.returnIds) return toDocumentItem(document, valueFormat, pairedItem);
		this.unknownCount += 1;
		const withoutId = { _id: null, _creationTime: null, ...document };
		return toDocumentItem(withoutId, valueFormat, pairedItem);
	}

	private hintAtUnknown(): void {
		if (this.unknownCount === 0) return;
		hintAtOutput(
			this.runner.context,
			`${this.unknownCount} of the created documents have no ID here (_id is null): Convex does not tell the IDs, and the newest documents of the table could not be read, or do not show for certain which of them these are.`,
		);
	}
}

/** What a document takes of a request: in the size of Convex, or as JSON. */
function bytesOf(document: EncodedArguments): number {
	return Math.max(encodedSize(document), Buffer.byteLength(JSON.stringify(document)));
}
