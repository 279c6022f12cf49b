import type { INodeExecutionData } from 'n8n-workflow';
import type { JSONValue } from 'convex/values';
import { eventOf, type FeedEvent } from '../../convex/feed/changeCollector';
import { documentOf, NANOSECONDS_PER_MS, type FeedRow } from '../../convex/feed/feedPage';
import { isOfTable } from '../../convex/feed/feedSelection';
import type { Table } from '../../convex/documents/tables';
import { isPlainObject } from '../../convex/values/plainObject';
import { toPlainJson } from '../../convex/values/plainJson';
import type { FeedSettings } from '../../parameters/feed';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import { readNewest } from '../../transport/http/readTableFields';
import type { CallSystem } from '../../transport/http/readTables';

/** The items that the workflow starts with. */
export async function changeItems(changes: readonly FeedRow[]): Promise<INodeExecutionData[]> {
	const items: INodeExecutionData[] = [];
	const turns = new EventLoopTurns();
	for (const row of changes) {
		items.push(itemOf(eventOf(row), row.table, row.id, documentOf(row), row.timestamp));
		if (turns.isBlocking) await turns.yield();
	}
	return items;
}

function itemOf(
	change: FeedEvent,
	table: string,
	id: string,
	document: JSONValue,
	timestamp: string,
): INodeExecutionData {
	return { json: { change, table, id, document, timestamp } };
}

/** A run by hand shows a few documents of each of the first tables. */
const SAMPLED_TABLES = 5;
const SAMPLED_DOCUMENTS = 5;

/** What a document looks like where there is none. */
const MADE_UP: JSONValue = { _id: 'sample', _creationTime: 0 };

/**
 * What a run by hand gives: the newest documents, as if they had just been written. Of deletions alone it
 * makes one up: behind it may stand a step that deletes what a document that is there was copied to.
 */
export async function sampleItems(
	call: CallSystem,
	tables: readonly Table[],
	settings: FeedSettings,
): Promise<INodeExecutionData[]> {
	const items: INodeExecutionData[] = [];
	const sampled = settings.events.includes('written') ? tables.slice(0, SAMPLED_TABLES) : [];
	for (const table of sampled) {
		const { documents } = await readNewest(call, table, SAMPLED_DOCUMENTS, null);
		const shown = documents.map((document) => withoutExcluded(document, table.name, settings));
		items.push(...shown.map((document) => sampleItem(document, table.name, settings)));
	}
	const [first] = tables;
	if (items.length === 0 && first !== undefined) {
		items.push(sampleItem(MADE_UP, first.name, settings));
	}
	return items.slice(0, settings.maxItems);
}

function sampleItem(
	document: JSONValue,
	table: string,
	{ events }: FeedSettings,
): INodeExecutionData {
	const event = events.includes('written') ? 'written' : 'deleted';
	const { _id: id, _creationTime: createdAt } = isPlainObject(document) ? document : {};
	const milliseconds = typeof createdAt === 'number' ? Math.floor(createdAt) : 0;
	const timestamp = String(BigInt(milliseconds) * NANOSECONDS_PER_MS);
	const shown = event === 'written' ? toPlainJson(document) : null;
	return itemOf(event, table, typeof id === 'string' ? id : '', shown, timestamp);
}

function withoutExcluded(
	document: JSONValue,
	table: string,
	{ excludedFields }: FeedSettings,
): JSONValue {
	if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
	const excluded = excludedFields
		.filter((each) => isOfTable(each, table))
		.map(({ field }) => field);
	return Object.fromEntries(Object.entries(document).filter(([name]) => !excluded.includes(name)));
}
