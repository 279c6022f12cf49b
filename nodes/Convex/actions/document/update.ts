import type { INodeExecutionData } from 'n8n-workflow';
import { refusalOfNestedName } from '../../convex/documents/nestedName';
import type { ValueFormat } from '../../convex/functions/functionCall';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import { encodedSize, MEBIBYTE } from '../../convex/values/encodedSize';
import {
	patchOf,
	readDocumentChange,
	type DocumentChange,
} from '../../parameters/document/documentChange';
import { readDocumentId } from '../../parameters/document/documentIdField';
import {
	readDocumentOptions,
	readDocumentRunOptions,
} from '../../parameters/document/documentOptions';
import { readTable } from '../../parameters/document/tableLocator';
import type { ParameterReader } from '../../parameters/parameterReader';
import { heldBack } from '../calls/itemBatches';
import type { ItemRunner } from '../calls/itemRunner';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import type { ItemResults } from '../itemResults';
import { toDocumentItem } from './documentItems';
import { lookUpBatch, type FoundItem } from './lookUpBatch';
import type { OpenTable } from './tableAccess';
import { TableWriting, writeTo } from './writing';

/** How many documents are looked up at once; each is changed by a request of its own. */
const LOOKED_UP_AT_ONCE = 50;

const MAX_BATCH_BYTES = 16 * MEBIBYTE;

interface Update {
	table: OpenTable;
	id: string;
	change: DocumentChange;
	/** Whether nothing says which fields the document may have. */
	isFree: boolean;
	valueFormat: ValueFormat;
}

/** Changes the document of each item, after it was seen that the table has it. */
export async function runUpdate(runner: ItemRunner, parameters: ParameterReader): Promise<void> {
	const { concurrency } = readDocumentRunOptions(runner.context, 'update');
	const writing = new TableWriting(runner);
	const { items } = runner;
	// The items of a batch are in flight at once, not the batches.
	const limits = { items: LOOKED_UP_AT_ONCE, bytes: MAX_BATCH_BYTES, concurrency: 1 };
	await runner.runBatches<Update>(limits, {
		prepare: async (itemIndex, caller) => {
			const options = readDocumentOptions(parameters, 'update', itemIndex);
			const { valueFormat, ...target } = options;
			const name = readTable(parameters, itemIndex);
			const id = readDocumentId(parameters, itemIndex);
			const table = await writing.open(caller, { table: name, ...target });
			const change = await readDocumentChange(parameters, table.fields, itemIndex);
			writing.noteLeftOut(change.leftOut, table);
			const isFree = (await table.fields(false)).source !== 'schema';
			const part = { table, id, change, isFree, valueFormat };
			const bytes = encodedSize(change.fields);
			// What a change means is seen in the document, which an item before may have changed.
			const only = isFree ? id : undefined;
			return { itemIndex, group: table.group, bytes, only, part };
		},
		send: async (batch) => {
			const documents = await lookUpBatch(items, batch);
			if (!Array.isArray(documents)) return documents;
			const found = documents.filter((item) => isTaken(items, item));
			const limiter = new ConcurrencyLimiter(items.continues ? concurrency : 1);
			let sent = 0;
			for (const { itemIndex, part, document } of found) {
				await limiter.whenAvailable();
				if (items.stopped.aborted || items.waitsForAttempt) break;
				sent += 1;
				if (part.isFree) writing.noteUnset(part.change.unset, document);
				limiter.start(async () => {
					const result = await update(part);
					if (result.status === 'failure') items.fail(itemIndex, result.failure);
					else items.succeed(itemIndex, [toItem(part, itemIndex)]);
				});
			}
			await limiter.drain();
			return items.stopped.aborted || sent === found.length
				? undefined
				: heldBack(found.slice(sent));
		},
	});
	writing.hintAtLeftOut();
	writing.hintAtUnset();
}

/** Fails an item that is refused. Where a schema has the fields, other names were refused before. */
function isTaken(items: ItemResults, { itemIndex, part, document }: FoundItem<Update>): boolean {
	const { isWhole, fields, unset } = part.change;
	if (isWhole || !part.isFree) return true;
	const refusal = refusalOfNestedName([...Object.keys(fields), ...unset], document);
	if (refusal !== undefined) items.fail(itemIndex, refusal);
	return refusal === undefined;
}

async function update({ table, id, change }: Update): Promise<FunctionResult> {
	return change.isWhole
		? await writeTo(table, SYSTEM_FUNCTIONS.replaceDocument, { id, document: change.fields })
		: await writeTo(table, SYSTEM_FUNCTIONS.patchDocuments, {
				table: table.table.name,
				// Without ids, Convex changes all documents of the table.
				ids: [id],
				fields: patchOf(change),
			});
}

/** What was set, and not the rest of the document: others may have changed that meanwhile. */
function toItem({ id, change, valueFormat }: Update, itemIndex: number): INodeExecutionData {
	return toDocumentItem({ _id: id, ...change.fields }, valueFormat, { item: itemIndex });
}
