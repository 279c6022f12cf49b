import type { INodeExecutionData } from 'n8n-workflow';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { MEBIBYTE } from '../../convex/values/encodedSize';
import { readDocumentId } from '../../parameters/document/documentIdField';
import { readDocumentOptions, readWriteOptions } from '../../parameters/document/documentOptions';
import { readTable } from '../../parameters/document/tableLocator';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { Batch, BatchItem, FailedBatch } from '../calls/itemBatches';
import type { ItemRunner } from '../calls/itemRunner';
import { lookUpBatch } from './lookUpBatch';
import type { OpenTable } from './tableAccess';
import { TableWriting, writeTo } from './writing';

interface Deletion {
	table: OpenTable;
	id: string;
}

/** By its item: the document that was deleted. n8n's next attempt finds it there. */
const ofEarlierAttempts = new WeakMap<INodeExecutionData, string>();

/** Deletes the document of each item, those of many items in one request. */
export async function runDelete(runner: ItemRunner, parameters: ParameterReader): Promise<void> {
	const { batchSize } = readWriteOptions(runner.context, 'delete');
	const writing = new TableWriting(runner);
	const gone = new Set(
		runner.items.fromEarlierAttempts.flatMap((item) => ofEarlierAttempts.get(item) ?? []),
	);
	const inFlight = new Map<string, Promise<unknown>>();
	await runner.runBatches<Deletion>(
		{ items: batchSize, bytes: MEBIBYTE },
		{
			prepare: async (itemIndex, caller) => {
				const target = readDocumentOptions(parameters, 'delete', itemIndex);
				const name = readTable(parameters, itemIndex);
				const id = readDocumentId(parameters, itemIndex);
				const table = await writing.open(caller, { table: name, ...target });
				return { itemIndex, group: table.group, bytes: id.length, part: { table, id } };
			},
			send: async (batch) =>
				await oneAfterAnother(inFlight, batch, async () => await send(runner, gone, batch)),
		},
	);
}

/**
 * A document that a batch in flight deletes may be there when another looks, and gone when it deletes.
 *
 * @param inFlight by document: the last work that names it
 */
async function oneAfterAnother<Result>(
	inFlight: Map<string, Promise<unknown>>,
	batch: Batch<Deletion>,
	work: () => Promise<Result>,
): Promise<Result> {
	const documents = batch.map(documentOf);
	const before = documents.map((document) => inFlight.get(document));
	const done = Promise.all(before).then(work);
	for (const document of documents) inFlight.set(document, done);
	return await done;
}

/** @param gone the documents that this run has deleted: an item that names one again is done as well */
async function send(
	{ items }: ItemRunner,
	gone: Set<string>,
	batch: Batch<Deletion>,
): Promise<FailedBatch<Deletion> | undefined> {
	const succeed = (done: Batch<Deletion>) => {
		for (const item of done) {
			const { itemIndex, part } = item;
			gone.add(documentOf(item));
			const json = { _id: part.id, deleted: true };
			const output = { json, pairedItem: { item: itemIndex } };
			ofEarlierAttempts.set(output, documentOf(item));
			items.succeed(itemIndex, [output]);
		}
	};
	succeed(batch.filter((item) => gone.has(documentOf(item))));
	const found = await lookUpBatch(
		items,
		batch.filter((item) => !gone.has(documentOf(item))),
	);
	if (!Array.isArray(found)) return found;
	const [first] = found;
	// Where an item that is not found stops the node, nothing is deleted.
	if (first === undefined || items.stopped.aborted) return undefined;
	const { table } = first.part;
	const ids = new Set(found.map(({ part: { id } }) => id));
	const toDelete = [...ids].map((id) => ({ id, tableName: table.table.name }));
	const result = await writeTo(table, SYSTEM_FUNCTIONS.deleteDocuments, { toDelete });
	if (result.status === 'failure') return { batch: found, failure: result.failure };
	succeed(found);
	return undefined;
}

/** IDs of one deployment may be there in another, e.g. after an import. */
function documentOf({ group, part: { id } }: BatchItem<Deletion>): string {
	return JSON.stringify([group, id]);
}
