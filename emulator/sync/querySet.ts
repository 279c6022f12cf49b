import type { AddQuery, ModifyQuerySet } from './clientMessage';
import { internalServerError } from '../platformFailure';
import type { LiveQueries, LiveQuery } from './liveQueries';
import type { StateModification } from './serverMessage';
import type { SyncIdentity } from './syncIdentity';

interface Subscription {
	query: AddQuery;
	live: LiveQuery;
	/** What the client has of it. */
	sentFingerprint?: string;
}

/** The queries that one client watches, and what it knows of their results: crates/sync/src/state.rs. */
export class QuerySet {
	private readonly subscriptions = new Map<number, Subscription>();
	private pending: ModifyQuerySet['modifications'] = [];
	private removed: number[] = [];

	constructor(private readonly live: LiveQueries) {}

	get size(): number {
		return this.subscriptions.size;
	}

	/** Notes what the client wants changed, until `update`. */
	modify(modifications: ModifyQuerySet['modifications']): void {
		this.pending.push(...modifications);
	}

	/** Makes the changes, before queries run. */
	update(identity: SyncIdentity, identityChanged: boolean): void {
		if (identityChanged) {
			for (const subscription of this.subscriptions.values())
				this.resubscribe(subscription, identity);
		}
		for (const modification of this.pending) {
			if (modification.type === 'Add') this.add(modification, identity);
			else this.remove(modification.queryId);
		}
		this.pending = [];
	}

	/**
	 * What the client does not know yet, after queries ran.
	 *
	 * @throws PlatformFailure when the platform failed, not the query
	 */
	takeChanges(): StateModification[] {
		const changes = new Map<number, StateModification>(
			this.removed.map((queryId) => [queryId, { type: 'QueryRemoved', queryId }]),
		);
		for (const [queryId, subscription] of this.subscriptions) {
			const { result } = subscription.live;
			if (result === undefined) continue;
			if ('failure' in result) throw result.failure;
			if (result.fingerprint === subscription.sentFingerprint) continue;
			subscription.sentFingerprint = result.fingerprint;
			changes.set(queryId, result.modification(queryId));
		}
		this.removed = [];
		return [...changes.values()];
	}

	clear(): void {
		for (const { live } of this.subscriptions.values()) this.live.unsubscribe(live);
		this.subscriptions.clear();
		this.pending = [];
	}

	private add(query: AddQuery, identity: SyncIdentity): void {
		const { queryId } = query;
		if (this.subscriptions.has(queryId)) throw internalServerError(500);
		this.subscriptions.set(queryId, { query, live: this.live.subscribe(query, identity) });
	}

	private remove(queryId: number): void {
		const subscription = this.subscriptions.get(queryId);
		if (subscription === undefined) throw internalServerError(500);
		this.live.unsubscribe(subscription.live);
		this.subscriptions.delete(queryId);
		this.removed.push(queryId);
	}

	private resubscribe(subscription: Subscription, identity: SyncIdentity): void {
		const { query, live } = subscription;
		subscription.live = this.live.subscribe({ ...query, journal: live.journal }, identity);
		this.live.unsubscribe(live);
	}
}
