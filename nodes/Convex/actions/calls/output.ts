import type { JSONValue } from 'convex/values';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IPairedItemData,
} from 'n8n-workflow';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import { isEncodedValue } from '../../convex/values/typeMatch';
import { isPage } from '../../convex/responses/pageWalk';
import type { OutputShape } from '../../parameters/outputShape';
import type { PreparedCall } from './prepareCall';
import type { ListPage } from './readPages';

/** What a function returned. */
export interface CallResult {
	value: JSONValue;
	logLines: string[];
}

/** The output items of one call, each paired with the input item, or with all of them. */
export function toItems(
	{ value, logLines }: CallResult,
	output: OutputShape,
	pairedItem: IPairedItemData | IPairedItemData[],
): INodeExecutionData[] {
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
			json: toElementFields(value, logLines, output),
			pairedItem,
		}));
	}
	return withLogLines(pages).map(({ document, logLines }) => ({
		json: toElementFields(document, logLines, output),
		pairedItem,
	}));
}

/**
 * The documents of a list, with the log lines of their pages, each once: those of a page stand in its
 * first document. Behind a filter, pages without documents are usual: their lines stand in the next
 * document, and those of the last pages in the last one.
 */
function withLogLines(pages: ListPage[]): Array<{ document: JSONValue; logLines: string[] }> {
	const all: Array<{ document: JSONValue; logLines: string[] }> = [];
	let logLines: string[] = [];
	for (const page of pages) {
		logLines.push(...page.logLines);
		for (const document of page.documents) {
			all.push({ document, logLines });
			logLines = [];
		}
	}
	all.at(-1)?.logLines.push(...logLines);
	return all;
}

/** @param logLines those of the call stand once, in its first element */
export function toElementFields(
	value: JSONValue,
	logLines: string[],
	output: OutputShape,
): IDataObject {
	return output === 'full' ? { value, logLines } : toItemFields(value);
}

/**
 * A value as the fields of an item. One with an `error` field stays nested: n8n would take it for a
 * failure, send it to the error branch and, with Retry On Fail, run the function again.
 */
export function toItemFields(value: JSONValue): IDataObject {
	const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
	return isObject && !('error' in value) && !isEncodedValue(value) ? value : { value };
}

/** Hints at 'Output' or 'Pagination' where a list came out in one item. */
export function hintAtItems(
	context: IExecuteFunctions,
	operation: FunctionOperation,
	{ hasList, options: { output } }: PreparedCall,
	value: JSONValue,
): void {
	const message =
		output === 'full' && Array.isArray(value)
			? "The function returned a list, which is in one item. To get one item for each of its elements, set 'Output' to 'Value Only'."
			: operation === 'query' && !hasList && isPage(value)
				? "The function returned one page of a list. To read further pages, and to get one item for each document, switch on 'Pagination'."
				: undefined;
	hintAtOutput(context, message);
}

/** Shows a sentence in the output pane, if there is one. */
export function hintAtOutput(context: IExecuteFunctions, message: string | undefined): void {
	// An older n8n has no hints.
	if (message !== undefined) context.addExecutionHints?.({ message, location: 'outputPane' });
}
