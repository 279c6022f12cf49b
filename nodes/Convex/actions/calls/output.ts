import type { JSONValue } from 'convex/values';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import { isPage } from '../../convex/responses/pageWalk';
import type { OutputShape } from '../../parameters/outputShape';
import type { ListPage } from './readPages';

/** The output items of one call, each paired with the input item. */
export function toItems(
	{ value, logLines }: { value: JSONValue; logLines: string[] },
	output: OutputShape,
	itemIndex: number,
): INodeExecutionData[] {
	const pairedItem = { item: itemIndex };
	if (output === 'full') {
		return [{ json: { value, logLines }, pairedItem }];
	}
	const values = Array.isArray(value) ? value : [value];
	return values.map((element) => ({ json: toItemFields(element), pairedItem }));
}

/** The output items of a list that was read page by page, in pages or document by document. */
export function toListItems(
	pages: ListPage[],
	itemPer: 'document' | 'page',
	output: OutputShape,
	itemIndex: number,
): INodeExecutionData[] {
	const pairedItem = { item: itemIndex };
	if (itemPer === 'page') {
		return pages.map(({ value, logLines }) => ({
			json: output === 'full' ? { value, logLines } : toItemFields(value),
			pairedItem,
		}));
	}
	return pages.flatMap(({ documents, logLines }) =>
		documents.map((document, index) => ({
			// The log lines are those of the call, so they stand once.
			json:
				output === 'full'
					? { value: document, logLines: index === 0 ? logLines : [] }
					: toItemFields(document),
			pairedItem,
		})),
	);
}

/**
 * A value as the fields of an item. One with an `error` field stays nested: n8n would take it for a
 * failure, send it to the error branch and, with Retry On Fail, run the function again.
 */
function toItemFields(value: JSONValue): IDataObject {
	const spreadable = typeof value === 'object' && value !== null && !Array.isArray(value);
	return spreadable && !('error' in value) ? value : { value };
}

/** Hints at 'Output' or 'Pagination' where a list came out in one item. */
export function hintAtItems(
	context: IExecuteFunctions,
	operation: FunctionOperation,
	output: OutputShape,
	value: JSONValue,
): void {
	const message =
		output === 'full' && Array.isArray(value)
			? "The function returned a list, which is in one item. To get one item for each of its elements, set 'Output' to 'Value Only'."
			: operation === 'query' && isPage(value)
				? "The function returned one page of a list. To read further pages, and to get one item for each document, switch on 'Pagination'."
				: undefined;
	hintAtOutput(context, message);
}

/** Shows a sentence in the output pane, if there is one. */
export function hintAtOutput(context: IExecuteFunctions, message: string | undefined): void {
	// An older n8n has no hints.
	if (message !== undefined) context.addExecutionHints?.({ message, location: 'outputPane' });
}
