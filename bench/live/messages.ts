import type { CredentialValues } from '../../test/support/engine';

/** Ways to run a mutation for each item. */
export const MUTATION_DELIVERIES = [
	'httpRequestOneByOne',
	'loopWithCode',
	'httpRequest',
	'automatic',
	'automaticContinuing',
	'oneByOne',
	'concurrent',
	'session',
	'manyItems',
	'manyItemsSession',
] as const;

/** Ways to insert rows, of which one waits for each answer at most. */
export const ROW_DELIVERIES = [
	'httpRequest',
	'automaticContinuing',
	'manyItems',
	'manyItemsContinuing',
	'manyItemsSession',
	'thousandItems',
] as const;

export type DeliveryName = (typeof MUTATION_DELIVERIES | typeof ROW_DELIVERIES)[number];

/** How the mutations are sent, as a reader of the table sees it. */
export const DELIVERY_LABELS: Record<DeliveryName, string> = {
	httpRequestOneByOne: "Loop Over Items, n8n's HTTP Request node",
	loopWithCode: 'Loop Over Items, Code node',
	httpRequest: "n8n's HTTP Request node, all at once (its default)",
	automatic: 'this node, as it comes: stops at errors',
	automaticContinuing: 'this node, as it comes: continues on errors',
	oneByOne: 'this node, HTTP, one at a time',
	concurrent: 'this node, HTTP, 10 at a time',
	session: 'this node, session',
	manyItems: 'this node, Many Items at Once: stops at errors',
	manyItemsContinuing: 'this node, Many Items at Once: continues on errors',
	thousandItems: 'this node, Many Items at Once, 1,000 per call',
	manyItemsSession: 'this node, Many Items at Once, session',
};

/** What a process that delivers mutations is started for. */
export interface DeliveryJob {
	delivery: DeliveryName;
	mutations: number;
	credential: CredentialValues;
}

/** What such a process tells: that its engine is warm, what a run took, or that it failed. */
export type RunMessage =
	{ type: 'ready' } | { type: 'done'; wallTimeMs: number } | { type: 'failed'; reason: string };

export const DOCUMENT_TASK_NAMES = [
	'readPages',
	'getMany',
	'upsertEachByHttpRequest',
	'upsertEach',
	'importUpsert',
] as const;

export type DocumentTaskName = (typeof DOCUMENT_TASK_NAMES)[number];

/** What is done with documents, as a reader of the table sees it. */
export const DOCUMENT_TASK_LABELS: Record<DocumentTaskName, string> = {
	readPages: "read: n8n's HTTP Request node, its pagination, 1,000 per page",
	getMany: 'read: this node, Get Many, Return All',
	upsertEachByHttpRequest: "write: n8n's HTTP Request node, a mutation per row, all at once",
	upsertEach: 'write: this node, a mutation per row, as it comes: continues on errors',
	importUpsert: 'write: this node, Import, Upsert by Key',
};

/** What a process that reads or writes documents is started for. */
export interface DocumentJob {
	task: DocumentTaskName;
	documents: number;
	credential: CredentialValues;
}

/** What a process with active triggers is started for. */
export interface TriggerJob {
	triggers: number;
	/** The query that all of them watch. */
	query: { path: string; args: Record<string, string> };
	credential: CredentialValues;
}

/** What it tells: that all triggers are active, that it waits for the next change, or when each started its workflow. */
export type TriggerMessage =
	| { type: 'active'; bytesPerTrigger: number }
	| { type: 'waiting' }
	| { type: 'started'; startedAtMs: number[] }
	| { type: 'failed'; reason: string };

/** What a process whose items wait for results is started for. */
export interface WaitJob {
	items: number;
	credential: CredentialValues;
}

/** What it tells: that its engine is warm, when the node ended, or that it failed. */
export type WaitMessage =
	{ type: 'ready' } | { type: 'ended'; endedAtMs: number } | { type: 'failed'; reason: string };

/** What a process with a trigger that n8n polls is started for. */
export interface FeedJob {
	credential: CredentialValues;
}

/** What it tells: that the workflow is published, that it was started with documents of these groups, or that it failed. */
export type FeedMessage =
	| { type: 'active' }
	| { type: 'started'; startedAtMs: number; pollMs: number; groups: string[] }
	| { type: 'failed'; reason: string };
