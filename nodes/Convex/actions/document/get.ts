import type { INodeExecutionData } from 'n8n-workflow';
import { readDocumentId } from '../../parameters/document/documentIdField';
import { readDocumentOptions } from '../../parameters/document/documentOptions';
import { readTable } from '../../parameters/document/tableLocator';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { ItemRunner } from '../calls/itemRunner';
import { toDocumentItem } from './documentItems';
import { findDocuments } from './findDocuments';
import { TableAccess } from './tableAccess';

/** Reads the document of each item by its id. */
export async function runGet(runner: ItemRunner, parameters: ParameterReader): Promise<void> {
	const access = new TableAccess(runner);
	await runner.run(async (itemIndex, caller): Promise<INodeExecutionData[]> => {
		const { valueFormat, ...options } = readDocumentOptions(parameters, 'get', itemIndex);
		const table = readTable(parameters, itemIndex);
		const id = readDocumentId(parameters, itemIndex);
		const open = await access.open(caller, { table, ...options });
		const [found] = await findDocuments(open, [id]);
		if (found === undefined) return [];
		if (found.status === 'missing') throw found.failure;
		return [toDocumentItem(found.document, valueFormat, { item: itemIndex })];
	});
}
