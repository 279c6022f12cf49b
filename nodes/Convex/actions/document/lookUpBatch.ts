import type { JSONValue } from 'convex/values';
import { toFailure } from '../../transport/nodeError';
import type { Batch, BatchItem, FailedBatch } from '../calls/itemBatches';
import type { ItemResults } from '../itemResults';
import { findDocuments } from './findDocuments';
import type { OpenTable } from './tableAccess';

/** An item that is about a document of a table. */
interface OfDocument {
	table: OpenTable;
	id: string;
}

/** An item whose document is there, in the encoded format. */
export type FoundItem<Part> = BatchItem<Part> & { document: JSONValue };

/**
 * Looks up the documents of a batch before they are changed, and fails the items of those that are not
 * there, or are in another table.
 *
 * @returns the items whose documents are there, or all of them where Convex did not answer
 */
export async function lookUpBatch<Part extends OfDocument>(
	items: ItemResults,
	batch: Batch<Part>,
): Promise<Array<FoundItem<Part>> | FailedBatch<Part>> {
	const [first] = batch;
	if (first === undefined) return [];
	try {
		const ids = batch.map(({ part }) => part.id);
		const documents = await findDocuments(first.part.table, ids);
		const found: Array<FoundItem<Part>> = [];
		for (const [index, item] of batch.entries()) {
			const document = documents[index];
			if (document?.status === 'missing') items.fail(item.itemIndex, document.failure);
			if (document?.status === 'found') found.push({ ...item, document: document.document });
		}
		return found;
	} catch (thrown) {
		return { batch, failure: toFailure(thrown) };
	}
}
