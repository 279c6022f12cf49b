import type { ContenderName } from './contenders/names';

/** What every contender of a row is given to do: a call for each item, or one for a list of them. */
export interface Load {
	operation: 'query' | 'mutation';
	/**
	 * Arguments are the item's own fields, come from one expression for each item, or each from a
	 * reference to a field of the item.
	 */
	argumentsFrom: 'item' | 'expression' | 'reference';
	/** Calls in flight at most, for contenders that can be told. */
	concurrency?: number;
	items: number;
}

/** What one worker process is started for. */
export interface Job {
	contender: ContenderName;
	load: Load;
	server: { url: string; latencyMs: number };
	/** How many queries this package's node had put into each request. */
	batchSizes?: number[];
}

/** What a worker tells: that the idle engine is ready, or what a run took, or that it failed. */
export type WorkerMessage =
	| { type: 'ready' }
	| { type: 'done'; wallTimeMs: number; peakMemoryBytes: number }
	| { type: 'failed'; reason: string };

/** What the server saw during a run. */
export interface ServerCounts {
	requests: number;
	connections: number;
	maxInFlight: number;
	/** What was asked for: each query of a batch is one, and each element of a list. */
	items: number;
	/** How many queries each request had, in order of arrival. */
	batchSizes: number[];
}

export type Outcome =
	| ({ type: 'measured'; wallTimeMs: number; peakMemoryBytes: number } & ServerCounts)
	| { type: 'failed'; reason: string }
	| { type: 'skipped'; reason: string };

export type Measured = Extract<Outcome, { type: 'measured' }>;
