import type { IPollFunctions } from 'n8n-workflow';
import { parsePosition, type FeedPosition } from '../../convex/feed/feedPosition';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { fingerprintOfJson } from '../../convex/values/fingerprint';
import { describeType, isPlainObject } from '../../convex/values/plainObject';
import { toFailure } from '../../transport/nodeError';
import { Remembered } from '../../transport/remembered';
import type { FeedStart } from '../../parameters/feed';

/** Where a trigger's feed stands, and of what. */
export interface KeptFeed {
	/** The URL of the deployment. */
	deployment: string;
	startFrom: FeedStart;
	/** Empty for the app itself. */
	component: string;
	tables: readonly string[];
	/** A fingerprint of the names that were found to be there; undefined if none were looked for. */
	checked?: string;
	position: FeedPosition;
}

/** Tells of two positions of a trigger which one is later. */
interface Age {
	/** Names the last start of the workflow: a fingerprint of where it left the trigger, and of the start before. */
	start: string | undefined;
	/** How often polls without a change have moved it since. */
	moves: number;
}

/** Where a trigger stands that n8n may not have written to its database. */
interface UnwrittenFeed {
	age: Age;
	feed: KeptFeed;
}

const MAX_TRIGGERS = 10_000;

const unwritten = new Remembered<UnwrittenFeed>(MAX_TRIGGERS, Number.POSITIVE_INFINITY);

/**
 * The position that a trigger keeps in the node's static data, read once for a poll.
 *
 * n8n writes static data when a poll starts the workflow: in one transaction with the execution where its
 * poll cursors are durable. What a poll without a change leaves there it writes only then; in between,
 * a trigger that is published again gets what the database has, and at some hosts each poll does (the
 * scheduler of n8n 2.41). So the process remembers where the trigger stands, for as long as the static data
 * is of the same start of the workflow and no later: behind polls without a change, and before one whose
 * execution did not come about.
 *
 * Without durable cursors the position in the database gets as old as the last start or publishing. What
 * n8n gives a poll has no way to save it but to start the workflow: `__commitCursor` is for its engine only.
 *
 * The static data may be what a workflow file or a Code node made of it.
 */
export class PositionStore {
	/** What is kept; undefined for a trigger that has not run, or whose static data is something else. */
	readonly kept: KeptFeed | undefined;

	/** Whether there is something that is no position. */
	readonly isUnreadable: boolean;

	private readonly age: Age;

	/** @throws ConvexFailure (`input`) for static data in which nothing can be kept */
	static open(context: IPollFunctions, trigger: string): PositionStore {
		let staticData: unknown;
		try {
			staticData = context.getWorkflowStaticData('node');
		} catch (thrown) {
			throw unwritable(toFailure(thrown).message);
		}
		if (!isPlainObject(staticData)) throw unwritable(`it is ${describeType(staticData)}`);
		if (!Object.isExtensible(staticData)) throw unwritable('it cannot be changed');
		return new PositionStore(staticData, trigger);
	}

	/** @param trigger a name that no other trigger of the process has */
	private constructor(
		private readonly staticData: Record<string, unknown>,
		private readonly trigger: string,
	) {
		const written = ageOf(staticData.feed);
		const remembered = unwritten.get(trigger);
		if (remembered !== undefined && isNoEarlier(remembered.age, written)) {
			this.kept = remembered.feed;
			this.age = remembered.age;
		} else {
			this.kept = parseFeed(staticData.feed);
			this.age = written;
		}
		this.isUnreadable = this.kept === undefined && (staticData.feed ?? null) !== null;
	}

	/**
	 * To be called last, with the changes that the poll gives to n8n.
	 *
	 * @param before where the trigger stood, and stands if n8n does not take them
	 */
	moveWithItems(feed: KeptFeed, before: KeptFeed): void {
		unwritten.set(this.trigger, { age: this.age, feed: before });
		this.write(feed, startOf(feed, this.age));
	}

	/** The same for a poll without a change. */
	move(feed: KeptFeed): void {
		const hasMoved = JSON.stringify(feed) !== JSON.stringify(this.kept);
		const age = { ...this.age, moves: this.age.moves + (hasMoved ? 1 : 0) };
		unwritten.set(this.trigger, { age, feed });
		this.write(feed, age.start === undefined ? startOf(feed, age) : age);
	}

	/** Nothing is written where nothing changed: n8n would write it to its database. */
	private write(feed: KeptFeed, age: Age): void {
		const next = { ...feed, ...age };
		if (JSON.stringify(next) !== JSON.stringify(this.staticData.feed)) this.staticData.feed = next;
	}
}

/** Of positions of different starts, what is written counts. */
function isNoEarlier(remembered: Age, written: Age): boolean {
	return remembered.start === written.start && remembered.moves >= written.moves;
}

/** A start that leaves the trigger where it was has a name of its own: its position is a later one. */
function startOf(feed: KeptFeed, { start: before }: Age): Age {
	return { start: fingerprintOfJson(JSON.stringify([before, feed])), moves: 0 };
}

function ageOf(value: unknown): Age {
	if (!isPlainObject(value)) return { start: undefined, moves: 0 };
	const { start, moves } = value;
	return typeof start === 'string' && typeof moves === 'number'
		? { start, moves }
		: { start: undefined, moves: 0 };
}

function parseFeed(value: unknown): KeptFeed | undefined {
	if (!isPlainObject(value)) return undefined;
	const { deployment, startFrom, component, tables, checked } = value;
	const position = parsePosition(value.position);
	if (typeof deployment !== 'string' || typeof component !== 'string') return undefined;
	if (startFrom !== 'now' && startFrom !== 'beginning') return undefined;
	if (position === undefined || !isListOfNames(tables)) return undefined;
	const feed: KeptFeed = { deployment, startFrom, component, tables, position };
	return typeof checked === 'string' ? { ...feed, checked } : feed;
}

function isListOfNames(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function unwritable(reason: string): ConvexFailure {
	return inputFailure(
		`Where the trigger stands cannot be kept in the workflow's static data: ${reason}`,
		'n8n keeps the static data under the name of the node: rename the trigger, and publish the workflow again.',
	);
}
