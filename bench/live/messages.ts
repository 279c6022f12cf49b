import type { CredentialValues } from '../../test/support/engine';

export const DELIVERY_NAMES = [
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

export type DeliveryName = (typeof DELIVERY_NAMES)[number];

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
	manyItems: 'this node, Many Items at Once',
	manyItemsSession: 'this node, Many Items at Once, session',
};

/** What a process that delivers mutations is started for. */
export interface DeliveryJob {
	delivery: DeliveryName;
	mutations: number;
	credential: CredentialValues;
}

/** What it tells: that its engine is warm, what a run took, or that it failed. */
export type DeliveryMessage =
	{ type: 'ready' } | { type: 'done'; wallTimeMs: number } | { type: 'failed'; reason: string };

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
