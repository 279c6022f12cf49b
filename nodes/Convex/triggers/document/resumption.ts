import { withAwaited, withWhole, type FeedPosition } from '../../convex/feed/feedPosition';
import { componentOf } from '../../convex/feed/feedSelection';
import type { FeedSettings } from '../../parameters/feed';
import type { KeptFeed } from './positionStore';

/** How a trigger goes on. */
export type Resumption =
	/** As 'Start From' says. */
	| { kind: 'start' }
	| { kind: 'resume'; position: FeedPosition }
	/**
	 * From the same time, with tables that are new to it: by a cursor of that time, or else from this
	 * position, where Convex sends the new tables from their beginning.
	 */
	| { kind: 'extend'; since: string; position: FeedPosition };

/**
 * How a trigger goes on with what it kept, perhaps of other settings. What is still selected is followed
 * from where the feed stands, whatever else was changed; only another 'Start From' begins anew:
 *
 * - 'Beginning' after 'Now': everything is sent.
 * - 'Now' after 'Beginning', while not everything was sent: what is left is skipped.
 *
 * A table that is new to the selection begins where the feed stands, or with all its documents, as
 * 'Start From' says.
 *
 * @param deployment its URL
 */
export function resumption(
	kept: KeptFeed | undefined,
	settings: FeedSettings,
	deployment: string,
): Resumption {
	if (kept === undefined || beginsAnew(kept, settings)) return { kind: 'start' };
	const { position } = kept;
	const isSameComponent = kept.component === componentOf(settings);
	const added = settings.tables.filter((table) => !isSameComponent || !kept.tables.includes(table));
	if (added.length === 0) return { kind: 'resume', position };
	// Convex may not go on from the position, so what the new tables are owed is kept beside it.
	if (settings.startFrom === 'beginning') {
		return { kind: 'resume', position: withWhole(position, added) };
	}
	const awaiting = withAwaited(position, added);
	// A time means nothing to another deployment. Whether it is another one, its answer to the cursor tells.
	return position.phase === 'following' && kept.deployment === deployment
		? { kind: 'extend', since: position.since, position: awaiting }
		: { kind: 'resume', position: awaiting };
}

/**
 * The cursor of a trigger that leaves out tables which it followed. Convex forgets them with the page behind
 * it (convex-backend crates/table_iteration/src/data_sync.rs `reconcile_target_tables`): only after that are
 * they sent from their beginning, should they be selected again.
 *
 * @returns undefined where none is left out
 */
export function cursorWithFormerTables(
	kept: KeptFeed | undefined,
	{ tables }: FeedSettings,
): string | undefined {
	const leavesOut = kept?.tables.some((table) => !tables.includes(table)) === true;
	return leavesOut ? kept.position.cursor : undefined;
}

function beginsAnew(
	{ startFrom: before, position }: KeptFeed,
	{ startFrom }: FeedSettings,
): boolean {
	if (before === startFrom) return false;
	return startFrom === 'beginning' || position.since === undefined;
}
