import { ChangeCollector } from '../../convex/feed/changeCollector';
import { endlessFeed, pageFailure, positionRefusal } from '../../convex/feed/feedFailure';
import {
	dateOf,
	type FeedPage,
	type FeedPageResult,
	type FeedRow,
} from '../../convex/feed/feedPage';
import {
	advance,
	countedAsWhole,
	followingFrom,
	fromBeginning,
	isDivisible,
	readAgain,
	within,
	type FeedPosition,
} from '../../convex/feed/feedPosition';
import { componentOf } from '../../convex/feed/feedSelection';
import type { ConvexFailure } from '../../convex/failure';
import type { FeedSettings } from '../../parameters/feed';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { FeedRequests } from '../../transport/http/feedRequests';
import type { PollTime } from './pollTime';
import { cursorWithFormerTables, resumption, type Resumption } from './resumption';
import type { KeptFeed } from './positionStore';

/** A poll holds what it reads in memory: with a last page, three times as much at the most. */
const MAX_LENGTH = 32 * 2 ** 20;

/** What one poll read. */
export interface Reading {
	/** Of each changed document the latest state. */
	changes: FeedRow[];
	/** Where the feed stood before. */
	start: FeedPosition;
	/** Where it stands when they are passed on. */
	position: FeedPosition;
}

/** Reads a feed, from where it stands to where it ends, or the poll does. */
export class FeedReader {
	private hasBegunAgain = false;

	/** The page behind it is not divided. */
	private undivided: string | undefined;

	/**
	 * @param deployment its URL
	 * @param warn tells of changes that cannot be known
	 */
	constructor(
		private readonly requests: Pick<FeedRequests, 'readPage' | 'keepPage' | 'readNow' | 'cursorAt'>,
		private readonly settings: FeedSettings,
		private readonly deployment: string,
		private readonly time: Pick<PollTime, 'isOver'>,
		private readonly warn: (message: string) => void,
	) {}

	/** @throws ConvexFailure where not even the first request is answered */
	async read(kept: KeptFeed | undefined): Promise<Reading> {
		this.undivided = cursorWithFormerTables(kept, this.settings);
		const start = await this.startOf(resumption(kept, this.settings, this.deployment));
		const collector = new ChangeCollector(this.settings.events, this.settings.maxItems);
		let position = start;
		let length = 0;
		for (let isAtEnd = false; !isAtEnd && !collector.isFull && length < MAX_LENGTH;) {
			const result = await this.nextPage(position, kept === undefined);
			if (result.status === 'failure') {
				const again = await this.beginAgain(position, result.failure, kept);
				// What was read before is passed on; the next poll meets the failure first.
				if (again === undefined && position === start) throw result.failure;
				if (again === undefined) break;
				position = again;
				continue;
			}
			const { page } = result;
			position = await this.take(position, page, collector);
			length += page.length;
			isAtEnd = page.status.type === 'upToDate' || this.time.isOver;
		}
		return { changes: collector.collected, start, position };
	}

	/** @param isNew whether it may turn out that the deployment has no feed */
	private async nextPage(position: FeedPosition, isNew: boolean): Promise<FeedPageResult> {
		const result = await this.requests.readPage(position.cursor);
		if (result.status === 'failure') {
			return isNew ? { ...result, failure: pageFailure(result.failure) } : result;
		}
		return isEndless(position, result.page)
			? { status: 'failure', failure: endlessFeed() }
			: result;
	}

	/** @throws ConvexFailure */
	async startOf(how: Resumption): Promise<FeedPosition> {
		if (how.kind === 'resume') return how.position;
		const { tables, startFrom } = this.settings;
		if (how.kind === 'extend') {
			const { passedOn } = how.position;
			const position = await this.positionAt(how.since);
			if (position === undefined) return how.position;
			return passedOn === undefined ? position : { ...position, passedOn };
		}
		return startFrom === 'beginning' ? fromBeginning(tables) : await this.fromNow();
	}

	/** @throws ConvexFailure */
	private async fromNow(): Promise<FeedPosition> {
		const now = await this.requests.readNow();
		if (now.status === 'failure') throw now.failure;
		return (await this.positionAt(now.text)) ?? readAgain(this.settings.tables, now.text);
	}

	/** @returns undefined where Convex gives no cursor of a time */
	private async positionAt(time: string): Promise<FeedPosition | undefined> {
		const cursor = await this.requests.cursorAt(time);
		if (cursor === undefined) return undefined;
		if (cursor.status === 'failure') throw cursor.failure;
		return followingFrom(cursor.text, time);
	}

	/** Takes the changes of a page: all of them, or as many as there is room for if it can be divided. */
	private async take(
		position: FeedPosition,
		page: FeedPage,
		collector: ChangeCollector,
	): Promise<FeedPosition> {
		const component = componentOf(this.settings);
		const { changes, restarted, next } = advance(position, page, component);
		if (position.passedOn === undefined) for (const table of restarted) this.tellRestarted(table);
		if (restarted.length > 0) collector.startRound();
		const canBeDivided = position.cursor !== this.undivided && isDivisible(position, page);
		const turns = new EventLoopTurns();
		for (const { row, upTo } of changes) {
			if (turns.isBlocking) await turns.yield();
			collector.add(row);
			if (!collector.isFull || upTo === page.rows.length || !canBeDivided) continue;
			this.requests.keepPage(position.cursor, page);
			return within(position, page, upTo);
		}
		return next;
	}

	/**
	 * A position that Convex does not go on from, because it is too old or of another deployment: the
	 * tables are read again, and what was written after it is passed on. Of deletions alone, none would be
	 * found there.
	 *
	 * @returns undefined for a failure of another kind, and for the second time in one poll
	 */
	private async beginAgain(
		position: FeedPosition,
		failure: ConvexFailure,
		kept: KeptFeed | undefined,
	): Promise<FeedPosition | undefined> {
		const refusal = positionRefusal(failure);
		const { cursor, since } = position;
		if (refusal === undefined || cursor === undefined || this.hasBegunAgain) return undefined;
		this.hasBegunAgain = true;
		if (refusal === 'foreign' && kept !== undefined && kept.deployment !== this.deployment) {
			this.warn(
				`The position is one of ${kept.deployment}. The trigger begins with ${this.deployment} as 'Start From' says.`,
			);
			return await this.startOf({ kind: 'start' });
		}
		const { tables, events } = this.settings;
		const isOfWrites = events.includes('written');
		this.warn(lostPosition(failure, since, isOfWrites));
		return isOfWrites ? readAgain(tables, since, countedAsWhole(position)) : await this.fromNow();
	}

	private tellRestarted(table: string): void {
		this.warn(
			`Convex sends the table '${table}' from its beginning, because an import replaced it or it is new. All its documents are passed on; what was deleted with the former table cannot be known.`,
		);
	}
}

/** The saved position may be an old one, though the trigger polled a minute before: see `PositionStore`. */
function lostPosition(
	{ message }: ConvexFailure,
	since: string | undefined,
	isOfWrites: boolean,
): string {
	const age = since === undefined ? '' : ` of ${dateOf(since).toISOString()}`;
	const written = since === undefined ? 'all that they have' : 'what was written since';
	const next = isOfWrites ? `reads the tables again and passes on ${written}` : 'goes on from now';
	return `Convex does not go on from the saved position${age} (${message}). The trigger ${next}; what was deleted after its last poll cannot be known. Where n8n saves the position only when the workflow starts or is published, it may be older than that poll.`;
}

/** The encrypted cursors of Convex differ each time. */
function isEndless({ cursor }: FeedPosition, { status, nextCursor }: FeedPage): boolean {
	return status.type !== 'upToDate' && nextCursor === cursor;
}
