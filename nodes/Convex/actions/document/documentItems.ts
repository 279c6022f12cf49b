import type { JSONValue } from 'convex/values';
import type { INodeExecutionData, IPairedItemData } from 'n8n-workflow';
import type { ValueFormat } from '../../convex/functions/functionCall';
import { toPlainJson } from '../../convex/values/plainJson';
import { toItemFields } from '../calls/output';

/** @param document in the encoded format */
export function toDocumentItem(
	document: JSONValue,
	valueFormat: ValueFormat,
	pairedItem: IPairedItemData | IPairedItemData[],
): INodeExecutionData {
	const value = valueFormat === 'json' ? toPlainJson(document) : document;
	return { json: toItemFields(value), pairedItem };
}
