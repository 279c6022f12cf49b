import type { INodeExecutionData, IPairedItemData } from 'n8n-workflow';
import { readDocumentList, LIST_PARAMETERS } from '../../parameters/document/documentList';
import { readDocumentOptions } from '../../parameters/document/documentOptions';
import { readTable } from '../../parameters/document/tableLocator';
import { readsItem } from '../../parameters/expressions';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { Caller } from '../../transport/caller';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { ItemRunner } from '../calls/itemRunner';
import { hintAtOutput } from '../calls/output';
import { toDocumentItem } from './documentItems';
import { pairedWithAll } from '../pairing';
import { readDocuments } from './readDocuments';
import { TableAccess } from './tableAccess';

/**
 * Reads documents of a table. Where no parameter and no credential depends on the item, they are read
 * once for all items: to give them once for each is never what is meant.
 */
export async function runGetMany(runner: ItemRunner, parameters: ParameterReader): Promise<void> {
	const access = new TableAccess(runner);
	const read = async (
		itemIndex: number,
		caller: Caller,
		pairedItem: IPairedItemData | IPairedItemData[],
	): Promise<INodeExecutionData[]> => {
		const { valueFormat, pageSize, ...options } = readDocumentOptions(
			parameters,
			'getMany',
			itemIndex,
		);
		const table = readTable(parameters, itemIndex);
		const opened = async () => await access.open(caller, { table, ...options });
		const list = await readDocumentList(
			parameters,
			async () => await (await opened()).fields(false),
			itemIndex,
		);
		const open = await opened();
		const documents = await readDocuments(open, list, pageSize);
		const items: INodeExecutionData[] = [];
		const turns = new EventLoopTurns();
		for (const document of documents) {
			items.push(toDocumentItem(document, valueFormat, pairedItem));
			if (turns.isBlocking) await turns.yield();
		}
		return items;
	};
	const count = runner.context.getInputData().length;
	if (count < 2 || !isSameForAll(runner)) {
		await runner.run(async (item, caller) => await read(item, caller, { item }));
		return;
	}
	const all = Array.from({ length: count }, (_, item) => item);
	await runner.runShared(async (item, caller) => await read(item, caller, pairedWithAll(all)));
	if (runner.items.succeeded > 0) hintAtOutput(runner.context, ranOnce(count));
}

function isSameForAll({ context, isSameCaller }: ItemRunner): boolean {
	const { parameters } = context.getNode();
	const deciding = ['table', 'options', ...LIST_PARAMETERS].map((name) => parameters[name]);
	return isSameCaller && !readsItem(deciding);
}

function ranOnce(count: number): string {
	return `The documents were read once for all ${count.toLocaleString('en-US')} input items, because nothing in the parameters depends on the item. To read some for each item, use an expression with its fields, e.g. in 'Filters'.`;
}
