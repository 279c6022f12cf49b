/* eslint-disable no-console -- a command-line program */
import { measureDelivery, type DeliveryResult } from './live/deliveries';
import { measureDocuments, type DocumentResult } from './live/documents';
import { measureFeed, type FeedResult } from './live/feeds';
import { measureFileTransfer } from './live/fileTransfers';
import {
	DELIVERY_LABELS,
	DOCUMENT_TASK_LABELS,
	DOCUMENT_TASK_NAMES,
	MUTATION_DELIVERIES,
	ROW_DELIVERIES,
	type DeliveryName,
	type DocumentTaskName,
} from './live/messages';
import { LATENCY_MS } from './live/slowDeployment';
import {
	deliveryTable,
	documentTable,
	feedTable,
	fileTable,
	triggerTable,
	waitTable,
	type LiveResults,
} from './live/tables';
import { measureTriggers, type TriggerResult } from './live/triggers';
import { measureWaits, type WaitResult } from './live/waits';
import { resultsSection, type Section } from './report/readme';
import { count, milliseconds } from './report/units';
import { makeCertificate } from './server/certificate';
import type { Settings } from './settings';
import type { Stage } from './stage';

export const LIVE_PROGRAMS = {
	deliveryWorker: 'live/deliveryWorker',
	documentWorker: 'live/documentWorker',
	feedWorker: 'live/feedWorker',
	triggerWorker: 'live/triggerWorker',
	waitWorker: 'live/waitWorker',
};

/** A mutation per row: more of them take the embedded deployment minutes. */
const ONE_BY_ONE = new Set<DocumentTaskName>(['upsertEachByHttpRequest', 'upsertEach']);
const MOST_ONE_BY_ONE = 1000;

/** What was measured, in sections of bench/README.md. */
export function reportLive(results: LiveResults): Section[] {
	const { deliveries, rows, documents, files, triggers, feeds, waits } = results;
	const overNetwork = `TLS, ${LATENCY_MS} ms latency`;
	const [delivery] = deliveries;
	const [row] = rows;
	const sections: Section[] = [];
	if (delivery !== undefined) {
		const title = `${count(delivery.mutations)} mutations: ${overNetwork}`;
		sections.push(
			resultsSection(
				'session',
				`### ${title}\n\n${deliveryTable(deliveries, 'httpRequestOneByOne')}`,
			),
		);
	}
	if (row !== undefined) {
		const title = `${count(row.mutations)} rows to insert: ${overNetwork}`;
		sections.push(resultsSection('rows', `### ${title}\n\n${deliveryTable(rows, 'httpRequest')}`));
	}
	if (documents.length > 0) {
		const title = `Documents: ${overNetwork}`;
		sections.push(resultsSection('documents', `### ${title}\n\n${documentTable(results)}`));
	}
	if (files.length > 0) {
		const title = 'A large file: loopback';
		sections.push(resultsSection('files', `### ${title}\n\n${fileTable(results)}`));
	}
	if (triggers.length > 0) {
		const title = "From a mutation to the workflow's start: loopback";
		sections.push(resultsSection('triggers', `### ${title}\n\n${triggerTable(results)}`));
	}
	if (feeds.length > 0) {
		const title =
			'From a mutation to the start by the Document Trigger, polled each minute: loopback';
		sections.push(resultsSection('feed', `### ${title}\n\n${feedTable(results)}`));
	}
	if (waits.length > 0) {
		const title = 'From a mutation until all items that waited go on: loopback';
		sections.push(resultsSection('waits', `### ${title}\n\n${waitTable(results)}`));
	}
	return sections;
}

/** Measures session delivery, documents, the triggers, and waits for results. */
export async function measureLive(
	stage: Stage,
	{ mutations, rows, documents, files, triggers, feeds, waits }: Settings,
): Promise<LiveResults> {
	return {
		deliveries: await measureDeliveries(stage, mutations, MUTATION_DELIVERIES),
		rows: await measureDeliveries(stage, rows, ROW_DELIVERIES),
		documents: await measureDocumentTasks(stage, documents),
		files: files ? [await measureFileTransfer()] : [],
		triggers: await measureStarts(stage, triggers),
		feeds: await measureFeeds(stage, feeds),
		waits: await measureEnds(stage, waits),
	};
}

async function measureDeliveries(
	stage: Stage,
	mutations: number | undefined,
	names: readonly DeliveryName[],
): Promise<DeliveryResult[]> {
	if (mutations === undefined) return [];
	const certificate = makeCertificate(stage.folder);
	const results: DeliveryResult[] = [];
	for (const delivery of names) {
		const result = await measureDelivery(stage, certificate, delivery, mutations);
		console.error(`  ${DELIVERY_LABELS[delivery]}: ${milliseconds(result.wallTimeMs)}`);
		results.push(result);
	}
	return results;
}

async function measureDocumentTasks(stage: Stage, sizes: number[]): Promise<DocumentResult[]> {
	const certificate = makeCertificate(stage.folder);
	const results: DocumentResult[] = [];
	for (const size of sizes) {
		for (const task of DOCUMENT_TASK_NAMES) {
			if (ONE_BY_ONE.has(task) && size > MOST_ONE_BY_ONE) continue;
			const result = await measureDocuments(stage, certificate, task, size);
			console.error(
				`  ${size} × ${DOCUMENT_TASK_LABELS[task]}: ${milliseconds(result.wallTimeMs)}`,
			);
			results.push(result);
		}
	}
	return results;
}

async function measureStarts(stage: Stage, triggers: number[]): Promise<TriggerResult[]> {
	const results: TriggerResult[] = [];
	for (const number of triggers) {
		const result = await measureTriggers(stage, number);
		console.error(`  ${count(number)} triggers: p99 ${milliseconds(result.fromAnswer.p99Ms)}`);
		results.push(result);
	}
	return results;
}

async function measureFeeds(stage: Stage, feeds: number[]): Promise<FeedResult[]> {
	const results: FeedResult[] = [];
	for (const documents of feeds) {
		const result = await measureFeed(stage, documents);
		const { fromAnswer, poll } = result;
		console.error(
			`  ${count(documents)} documents a minute: median ${milliseconds(fromAnswer.medianMs)}, poll ${milliseconds(poll.medianMs)}`,
		);
		results.push(result);
	}
	return results;
}

async function measureEnds(stage: Stage, waits: number[]): Promise<WaitResult[]> {
	const results: WaitResult[] = [];
	for (const items of waits) {
		const result = await measureWaits(stage, items);
		console.error(`  ${count(items)} waiting items: p99 ${milliseconds(result.p99Ms)}`);
		results.push(result);
	}
	return results;
}
