import type { FunctionRunner } from '../functionRunner';
import { internalServerError, PlatformFailure } from '../platformFailure';
import type { AddQuery } from './clientMessage';
import { runWithJournal } from './pageJournal';
import { queryModification, type StateModification } from './serverMessage';
import type { SyncIdentity } from './syncIdentity';

/** The last result of a query. */
export type LiveResult =
	| {
			/** The same as long as clients need no update. */
			fingerprint: string;
			journal: string | null;
			modification: (queryId: number) => StateModification;
	  }
	| { failure: PlatformFailure };

/** A query that clients watch. */
export class LiveQuery {
	subscriptions = 0;
	result?: LiveResult;
	/** The key by which clients share it. */
	sharedKey?: string;
	/** Where its page ends; null for a query without pages. */
	journal: string | null;

	constructor(
		private readonly query: AddQuery,
		private readonly identity: SyncIdentity,
	) {
		this.journal = query.journal ?? null;
	}

	async run(runner: FunctionRunner, at: bigint): Promise<void> {
		this.result = await this.runOnce(runner, at).catch((error: unknown) => {
			if (!(error instanceof PlatformFailure)) throw error;
			return { failure: error };
		});
	}

	private async runOnce(runner: FunctionRunner, at: bigint): Promise<LiveResult> {
		const { udfPath: path, args } = this.query;
		const { caller } = this.identity;
		const componentPath = this.query.componentPath ?? '';
		checkComponentAccess(componentPath, this.identity);
		const { result: outcome, journal } = await runWithJournal(this.journal, async () =>
			runner.run({ requested: 'query', componentPath, path, args, caller, at }),
		);
		this.journal = journal;
		return {
			fingerprint: fingerprintOf(queryModification(0, outcome, null)),
			journal,
			modification: (queryId) => queryModification(queryId, outcome, journal),
		};
	}
}

/** As in crates/sync/src/state.rs `hash_result`: value or error, and log lines. Each run has its own request id. */
function fingerprintOf(content: StateModification): string {
	return JSON.stringify(content).replace(/\[Request ID: \w+\] /, '');
}

/** All queries that clients watch; those that give the same run once for all of them. */
export class LiveQueries {
	private readonly all = new Set<LiveQuery>();
	private readonly shared = new Map<string, LiveQuery>();

	get size(): number {
		return this.all.size;
	}

	subscribe(query: AddQuery, identity: SyncIdentity): LiveQuery {
		const key = sharedKeyOf(query, identity);
		const live = (key !== undefined && this.shared.get(key)) || new LiveQuery(query, identity);
		if (key !== undefined) {
			this.shared.set(key, live);
			live.sharedKey = key;
		}
		this.all.add(live);
		live.subscriptions++;
		return live;
	}

	unsubscribe(live: LiveQuery): void {
		live.subscriptions--;
		if (live.subscriptions > 0) return;
		this.all.delete(live);
		this.keepApart(live);
	}

	/** Runs those that never ran, or all, as of a timestamp. */
	async run(runner: FunctionRunner, at: bigint, which: 'new' | 'all'): Promise<void> {
		for (const live of this.all) {
			if (which === 'new' && live.result !== undefined) continue;
			await live.run(runner, at);
			if (live.journal !== null) this.keepApart(live);
		}
	}

	private keepApart(live: LiveQuery): void {
		if (live.sharedKey !== undefined) this.shared.delete(live.sharedKey);
		live.sharedKey = undefined;
	}
}

/** The same for queries that give the same; undefined for a page, whose end each client has for itself. */
function sharedKeyOf(query: AddQuery, { caller }: SyncIdentity): string | undefined {
	const { udfPath, args, componentPath, journal } = query;
	return typeof journal === 'string'
		? undefined
		: JSON.stringify([udfPath, args, componentPath ?? '', caller]);
}

/** Only admins call functions of components: crates/sync/src/worker.rs `parse_admin_component_path`. */
export function checkComponentAccess(componentPath: string, { caller }: SyncIdentity): void {
	if (componentPath === '' || caller.kind === 'admin') return;
	throw internalServerError(500);
}
