import {
	FEED_PATH,
	parseFeedPage,
	type FeedPage,
	type FeedPageResult,
} from '../../convex/feed/feedPage';
import { positionRefusal } from '../../convex/feed/feedFailure';
import { selectionJson, type FeedSelection } from '../../convex/feed/feedSelection';
import { timestampDigits } from '../../convex/feed/timestampBytes';
import type { ConvexFailure } from '../../convex/failure';
import { parseEndpointAnswer } from '../../convex/responses/endpointAnswer';
import { parseTimestampResponse, TIMESTAMP_PATH } from '../../convex/responses/snapshot';
import { STATUS_OK, unreadableAnswer } from '../../convex/responses/functionResponse';
import { fingerprintOf } from '../../convex/values/fingerprint';
import { isPlainObject } from '../../convex/values/plainObject';
import type { CallContext, Caller } from '../caller';
import { EventLoopTurns } from '../eventLoopTurns';
import { Remembered } from '../remembered';
import type { Retries } from '../retries';
import { post, type Answer } from './post';

/** Undocumented; the connectors for Fivetran and Airbyte change over by it (LB/streaming_export.rs). */
const CURSOR_PATH = '/api/data_sync_cursor_from_deltas';

export type TextResult =
	{ status: 'success'; text: string } | { status: 'failure'; failure: ConvexFailure };

/** Statuses of a deployment that does not know the request, or not in this form. */
const NOT_OFFERED = new Set<number | undefined>([400, 404, 405, STATUS_OK]);

/** Of a page of which a part was passed on, the rest is kept for a while: Convex counts what it sends. */
const MAX_KEPT_PAGES = 8;
const MAX_KEPT_LENGTH = 4 * 2 ** 20;
const KEPT_MS = 900_000;

const keptPages = new Remembered<FeedPage>(MAX_KEPT_PAGES, KEPT_MS);

/** Who reads a feed, and of what. */
export interface FeedClient {
	caller: Caller;
	selection: FeedSelection;
	/** A name that no other trigger of the process has. */
	trigger: string;
}

/**
 * The requests of a feed of changed documents (convex-backend crates/local_backend/src/streaming_export.rs,
 * read at 94a42c3 on 2026-11-29). None of them throws. All of them only read, so they are sent again where
 * that may help.
 */
export class FeedRequests {
	private readonly selection: string;

	/** Of pages that earlier polls read: keeping one again must not make it last longer. */
	private readonly keptUntilMs = new Map<FeedPage, number>();

	/** @param timeoutMs how long the next request may take */
	constructor(
		private readonly context: CallContext,
		private readonly client: FeedClient,
		private readonly retries: Retries,
		private readonly timeoutMs: () => number,
	) {
		this.selection = JSON.stringify(selectionJson(client.selection));
	}

	/** @param cursor undefined for the first page of all */
	async readPage(cursor: string | undefined): Promise<FeedPageResult> {
		const kept = keptPages.take(this.nameOf(cursor));
		if (kept !== undefined) {
			this.keptUntilMs.set(kept.value, kept.untilMs);
			return { status: 'success', page: kept.value };
		}
		const place = cursor === undefined ? '' : `"cursor":${JSON.stringify(cursor)},`;
		const body = `{${place}"selection":${this.selection}}`;
		return await this.retries.run(async () => {
			const answer = await this.send(FEED_PATH, body);
			if (answer.status === 'failure') return answer;
			return await new EventLoopTurns().workOn(parseFeedPage(answer.response));
		});
	}

	/** Keeps a page that will be asked for again, if it is not too large. */
	keepPage(cursor: string | undefined, page: FeedPage): void {
		if (page.length > MAX_KEPT_LENGTH) return;
		keptPages.set(this.nameOf(cursor), page, this.keptUntilMs.get(page));
	}

	/** The time of the latest state of the data, in nanoseconds. */
	async readNow(): Promise<TextResult> {
		return await this.retries.run(async (): Promise<TextResult> => {
			const answer = await this.send(TIMESTAMP_PATH, '{}');
			if (answer.status === 'failure') return answer;
			const parsed = parseTimestampResponse(answer.response);
			if (parsed.status === 'failure') return parsed;
			const text = timestampDigits(parsed.timestamp);
			return text === undefined
				? { status: 'failure', failure: unreadableAnswer('query', answer.response) }
				: { status: 'success', text };
		});
	}

	/**
	 * The cursor of one who knows all that was written up to a time.
	 *
	 * @param time in nanoseconds
	 * @returns undefined where this Convex gives none
	 */
	async cursorAt(time: string): Promise<TextResult | undefined> {
		const body = `{"cursor":${time},"selection":${this.selection}}`;
		const result = await this.retries.run(async (): Promise<TextResult> => {
			const answer = await this.send(CURSOR_PATH, body);
			if (answer.status === 'failure') return answer;
			const parsed = parseEndpointAnswer('query', answer.response, isPlainObject);
			if (parsed.status === 'failure') return { ...parsed, failure: mayPass(parsed.failure) };
			const cursor = isPlainObject(parsed.body) ? parsed.body.cursor : undefined;
			return typeof cursor === 'string' && cursor !== ''
				? { status: 'success', text: cursor }
				: { status: 'failure', failure: unreadableAnswer('query', answer.response) };
		});
		if (result.status === 'success') return result;
		const { kind, httpStatus } = result.failure.details;
		return kind === 'deployment' && NOT_OFFERED.has(httpStatus) ? undefined : result;
	}

	private nameOf(cursor: string | undefined): string {
		const { caller, trigger } = this.client;
		const { deploymentUrl, authorization } = caller.credential;
		return fingerprintOf([
			...[trigger, deploymentUrl, authorization ?? '', this.selection],
			cursor ?? null,
		]);
	}

	private async send(path: string, body: string): Promise<Answer> {
		const { context, client, timeoutMs } = this;
		return await post(context, client.caller, {
			operation: 'query',
			path,
			body,
			timeoutMs: timeoutMs(),
		});
	}
}

/** A server that is not yet as far as the one that told the time takes it for one to come. */
function mayPass(failure: ConvexFailure): ConvexFailure {
	return positionRefusal(failure) === 'foreign'
		? failure.with({ details: { retryable: true } })
		: failure;
}
