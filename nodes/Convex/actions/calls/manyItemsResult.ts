import type { JSONValue } from 'convex/values';
import type { INodeExecutionData } from 'n8n-workflow';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { ItemResults } from '../itemResults';
import { pairedWithAll } from '../pairing';
import { toElementFields, toItems, type CallResult } from './output';
import type { PreparedCall } from './prepareCall';

/**
 * Ends the items of a call for many with its result: each has its element of a list with an entry for
 * each, and anything else belongs to all of them, and stands in the place of the first.
 *
 * Which of them it is holds for all calls of a function in a run, and is known when all have ended. A
 * list that is no list of entries, such as two counts, is as long as the items of some call by chance,
 * mostly of the last one.
 *
 * @param whenWhole called for a result that belongs to all items, where the first item of the run is one
 */
export function succeedTogether(
	items: ItemResults,
	{ itemIndices, call, caller, options: { output } }: PreparedCall,
	result: CallResult,
	whenWhole: () => void,
): void {
	const { wholeResults } = items;
	const { deploymentUrl } = caller.credential;
	const path = formatFunctionPath(call.functionPath);
	const name = JSON.stringify([deploymentUrl, call.componentPath, path]);
	if (isNoListOfEach(result.value, itemIndices.length)) wholeResults.add(name);
	for (const [index, itemIndex] of itemIndices.entries()) {
		const pairedItem = { item: itemIndex };
		items.succeed(itemIndex, (): INodeExecutionData[] => {
			const { value, logLines } = result;
			if (Array.isArray(value) && !wholeResults.has(name)) {
				const json = toElementFields(value[index] ?? null, index === 0 ? logLines : [], output);
				return [{ json, pairedItem }];
			}
			if (itemIndex === 0) whenWhole();
			if (index > 0) return [];
			const isList = output !== 'full' && Array.isArray(value);
			const all = isList ? pairedWithAll(itemIndices) : itemIndices.map((item) => ({ item }));
			return toItems(result, output, itemIndices.length === 1 ? pairedItem : all);
		});
	}
}

/** Whether a result shows that its function gives no list with an entry for each item. */
function isNoListOfEach(value: JSONValue, itemCount: number): boolean {
	// A call that gives null, as for nothing to do, says nothing of the lists of others.
	return Array.isArray(value) && value.length !== itemCount;
}
