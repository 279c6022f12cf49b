import type { JSONValue } from 'convex/values';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { FunctionSignature } from '../../convex/functions/functionSpec';
import { returnShapeOf } from '../../convex/functions/returnShape';
import type { OutputShape } from '../../parameters/options';
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

/** Hints at the options that make an item of each element, for a function that declares a list. */
export function hintAtItems(
	context: IExecuteFunctions,
	output: OutputShape,
	signature: FunctionSignature | undefined,
): void {
	if (output !== 'full' || signature === undefined) return;
	const shape = returnShapeOf(signature.returns);
	const message =
		shape === 'list'
			? "The function returns a list. To get one item for each of its elements, set the option 'Output' to 'Value Only'."
			: shape === 'page'
				? "The function returns one page of a list. To read further pages, or to get one item for each document, add the option 'Pagination'."
				: undefined;
	// An older n8n has no hints.
	if (message !== undefined) context.addExecutionHints?.({ message, location: 'outputPane' });
}
