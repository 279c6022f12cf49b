/** The size before anything is measured: so many queries take little time, even slow ones. */
const FIRST_SIZE = 25;
/** A measurement of few queries says little about many more. */
const MAX_GROWTH = 16;
/** One request should take about this long: many times the latency, far below any timeout. */
const TARGET_MS = 500;
/** Batches that take less are not made smaller to spread the queries over more requests. */
const SPREAD_MS = 100;
const REMEMBERED_BATCHES = 4;
/** Answers are held in memory as text and as values. */
const TARGET_ANSWER_LENGTH = 8 * 2 ** 20;

/** What batches of a deployment's queries took. */
export interface MeasuredQueries {
	msPerQuery: number;
	/** In characters. */
	lengthPerAnswer: number;
	/** The queries of the largest batch that was measured. */
	largest: number;
}

/**
 * How many queries to put into the next batch.
 *
 * The deployment runs the queries of a batch one after another (convex-backend
 * crates/local_backend/src/public_api.rs), so a batch that is too large waits where several requests
 * would run at once, and one that is too small waits for the network.
 */
export class BatchSizing {
	private largest = 0;

	/** Of the last batches. The least of them says most: latency and a busy machine only add to it. */
	private readonly msPerQuery: number[] = [];

	private lengthPerAnswer = 0;

	private isOff = false;

	private maxSize: number;

	/** The size of batches until one is measured. */
	private firstSize = FIRST_SIZE;

	/** @param limit the most queries in a batch */
	constructor(
		private readonly limit: number,
		private readonly concurrency: number,
	) {
		this.maxSize = limit;
	}

	/**
	 * Begins with larger batches where an earlier run found the queries to be fast. That they were slow
	 * changes nothing: that is soon found again, and may be over.
	 */
	expect(measured: MeasuredQueries): void {
		this.firstSize = Math.max(FIRST_SIZE, Math.floor(maxSizeFor(measured)));
	}

	/** What a later run may expect; undefined where no batch was answered. */
	get measured(): MeasuredQueries | undefined {
		if (this.largest === 0) return undefined;
		const { largest, lengthPerAnswer } = this;
		return { msPerQuery: Math.min(...this.msPerQuery), lengthPerAnswer, largest };
	}

	/** Whether batches are smaller than they may be, as larger ones failed. */
	get isReduced(): boolean {
		return this.maxSize < this.limit;
	}

	/**
	 * @param waiting how many queries are not sent yet
	 * @param freeRequests how many requests may be sent now
	 */
	next(waiting: number, freeRequests: number): number {
		const { measured } = this;
		if (measured === undefined) {
			return clamp(Math.ceil(waiting / freeRequests), 1, Math.min(this.firstSize, this.maxSize));
		}
		const max = Math.min(maxSizeFor(measured), this.maxSize);
		const min = Math.min(max, SPREAD_MS / measured.msPerQuery);
		return Math.max(1, Math.floor(clamp(Math.ceil(waiting / this.concurrency), min, max)));
	}

	/**
	 * Learns from a batch that was answered.
	 *
	 * @param answerLength of the whole batch, in characters
	 */
	observe(size: number, elapsedMs: number, answerLength: number): void {
		this.msPerQuery.push(Math.max(elapsedMs, 1) / size);
		if (this.msPerQuery.length > REMEMBERED_BATCHES) this.msPerQuery.shift();
		this.lengthPerAnswer = Math.max(answerLength, 1) / size;
		this.largest = Math.max(this.largest, size);
		if (!this.isOff) this.maxSize = Math.min(this.limit, this.maxSize * 2);
	}

	/** Whether there were batches, and the next one says more about how large they may be. */
	get isMeasuring(): boolean {
		return !this.isOff && (this.largest > 0 || this.isReduced);
	}

	/** A batch of this size was not answered in time, or refused as too large. */
	tooLarge(size: number): void {
		this.maxSize = Math.max(1, Math.min(this.maxSize, Math.floor(size / 2)));
	}

	/** The deployment knows no batches. */
	turnOff(): void {
		this.isOff = true;
		this.maxSize = 1;
	}
}

/** So many queries take no longer and answer no more than one request should. */
function maxSizeFor({ msPerQuery, lengthPerAnswer, largest }: MeasuredQueries): number {
	return Math.min(
		TARGET_MS / msPerQuery,
		TARGET_ANSWER_LENGTH / lengthPerAnswer,
		largest * MAX_GROWTH,
	);
}

function clamp(value: number, min: number, max: number): number {
	return Math.min(max, Math.max(min, value));
}
