import type { JSONValue } from 'convex/values';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { cutToLength } from './resultCut';

const NOTHING = 'Nothing was found: the result is an empty list.';

const ASK_FOR_LESS =
	'Ask for less if the arguments of the tool allow it, for example by a filter, a lower limit or one ID. Otherwise say that the answer is not complete.';

/**
 * The output of the node as a model reads it: the JSON of all items, without their files. Where that is
 * not the whole, an item at the end says so: n8n hands an empty list on as empty text, and leaves files
 * out without a word.
 *
 * @param output what the node gave
 * @param maxLength how long their JSON may be, in characters
 */
export function toToolResult(
	output: INodeExecutionData[],
	maxLength: number,
): INodeExecutionData[] {
	if (output.length === 0) return [ofCall({ note: NOTHING })];
	const items = withoutRepeatedFailures(output);
	const cut = cutToLength(JSON.stringify(items.map(({ json }) => json)), maxLength);
	const kept =
		cut === undefined
			? items.map((item) => ({ ...item, ...ofCall(item.json) }))
			: [cut.value].flat().map((row) => ofCall(toFields(row)));
	const cutNotes = cut === undefined ? [] : [cutNote(cut.leftOut, maxLength)];
	return [...kept, ...[...cutNotes, ...fileNotes(items)].map((note) => ofCall({ note }))];
}

/** What fails all rows of an import together is told once. */
function withoutRepeatedFailures(items: INodeExecutionData[]): INodeExecutionData[] {
	const told = new Set<unknown>();
	return items.filter(({ json: { error, details } }) => {
		if (typeof error !== 'string' || details === undefined) return true;
		const isNew = !told.has(error);
		told.add(error);
		return isNew;
	});
}

function cutNote(leftOut: string[], maxLength: number): string {
	const limit = maxLength.toLocaleString('en-US');
	return `The result is longer than ${limit} characters, so it is cut: ${leftOut.join('; ')}. ${ASK_FOR_LESS}`;
}

function fileNotes(items: INodeExecutionData[]): string[] {
	const withFile = items.filter(({ binary }) => binary !== undefined);
	if (withFile.length === 0) return [];
	const hasUrl = withFile.some(({ json }) => typeof json.url === 'string');
	const address = hasUrl ? " It can be fetched at its 'url'." : '';
	return [
		`n8n hands no files to a model: the content of the file is not in this result.${address}`,
	];
}

function toFields(row: JSONValue): IDataObject {
	return typeof row === 'object' && row !== null && !Array.isArray(row) ? row : { value: row };
}

/** A call of a model is one item, also where it has many rows. */
function ofCall(json: IDataObject): INodeExecutionData {
	return { json, pairedItem: { item: 0 } };
}
