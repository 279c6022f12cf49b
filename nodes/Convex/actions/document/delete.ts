import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { MEBIBYTE } from '../../convex/values/encodedSize';
import { readDocumentId } from '../../parameters/document/documentIdField';
import { readDocumentOptions, readWriteOptions } from '../../parameters/document/documentOptions';
import { readTable } from '../../parameters/document/tableLocator';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { Batch, FailedBatch } from '../calls/itemBatches';
import type { ItemRunner } from '../calls/itemRunner';
import { lookUpBatch } from './lookUpBatch';
import type { OpenTable } from './tableAccess';
import { TableWriting, writeTo } from './writing';

interface Deletion {
	table: OpenTable;
	id: string;
}

/** Deletes the document of each item, those of many items in one request. */
export async function runDelete(runner: ItemRunner, parameters: ParameterReader): Promise<void> {
	const { batchSize } = readWriteOptions(runner.context, 'delete');
	const writing = new TableWriting(runner);
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
			send: async (batch) => await send(runner, batch),
		},
	);
}

async function send(
	{ items }: ItemRunner,
	batch: Batch<Deletion>,
): Promise<FailedBatch<Deletion> | undefined> {
	const found = await lookUpBatch(items, batch);
	if (!Array.isArray(found)) return found;
	const [first] = found;
	// Where an item that is not found stops the node, nothing is deleted.
	if (first === undefined || items.stopped.aborted) return undefined;
	const { table } = first.part;
	const toDelete = found.map(({ part: { id } }) => ({ id, tableName: table.table.name }));
	const result = await writeTo(table, SYSTEM_FUNCTIONS.deleteDocuments, { toDelete });
	if (result.status === 'failure') return { batch: found, failure: result.failure };
	for (const { itemIndex, part } of found) {
		items.succeed(itemIndex, [
			{ json: { _id: part.id, deleted: true }, pairedItem: { item: itemIndex } },
		]);
	}
	return undefined;
}
