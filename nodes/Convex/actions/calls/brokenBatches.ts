import type { ConvexFailure } from '../../convex/failure';
import type { BatchSizing } from '../../convex/responses/batchSizing';
import { gotThrough } from '../../convex/responses/queryBatch';
import { callFunction, callQueryBatch } from '../../transport/http/functionCalls';
import type { CallRunner } from './callRunner';
import type { QueryBatch, QueryBatches } from './queryBatches';

/** How often something was sent before, for the retries that are left: being a part of a part takes none. */
const ONCE = 1;
const TWICE = 2;

/**
 * Meets a connection that broke on a batch: in an outage, or because somebody on the way dislikes its size,
 * that of its answer, or one of its queries. Where less gets through, the queries follow in halves; a half
 * that breaks is met in the same way.
 *
 * @returns whether the queries are sent again; false in an outage
 */
export async function takeApart(
	run: CallRunner,
	batch: QueryBatch,
	cause: ConvexFailure,
	batches: QueryBatches,
	sizing: BatchSizing,
): Promise<boolean> {
	const {
		queries: [first, ...others],
		retried,
	} = batch;
	if (others.length === 0) {
		batches.separate([first], ONCE);
		return true;
	}
	const retries = run.retriesFor(first.prepared.caller);
	if (!(await sendLess(run, batch, cause, batches))) {
		batches.unreachable.add(retries);
		return false;
	}
	batches.unreachable.delete(retries);
	if (retried === 0) sizing.tooLarge(others.length + 1);
	batches.halve(others, retried + 1);
	return true;
}

/**
 * Sends less, in the place of a batch's retries: its first query alone, and if that breaks, too, a batch of
 * no queries, which nobody can dislike. The first query needs nothing more then, or waits to be sent.
 *
 * @returns whether one of them got through
 */
async function sendLess(
	run: CallRunner,
	{ queries: [first], retried }: QueryBatch,
	cause: ConvexFailure,
	batches: QueryBatches,
): Promise<boolean> {
	const { context } = run;
	const { caller, call, options } = first.prepared;
	const retries = run.retriesFor(caller);
	// Where nothing got through the last time, no more is sent than a batch has retries.
	const mayRetry = (times: number) =>
		!batches.unreachable.has(retries) || times <= run.options.maxRetries;
	// A half most likely breaks for what the whole broke: only what breaks, too, is an outage and waits.
	const isWhole = retried === 0;
	const wait = isWhole ? { after: cause } : {};
	if (!mayRetry(ONCE)) return false;
	const alone = await retries.run(
		async () => await callFunction(context, caller, call, options.timeoutMs),
		{ ...wait, retried: ONCE, shouldStop: () => true },
	);
	if (gotThrough(alone)) {
		await run.end(first.prepared, alone);
		return true;
	}
	const sentBefore = isWhole ? TWICE : ONCE;
	if (!mayRetry(sentBefore)) return false;
	const empty = await retries.run(
		async () => await callQueryBatch(context, caller, [], options.timeoutMs),
		{ ...wait, retried: sentBefore },
	);
	if (!gotThrough(empty)) return false;
	batches.separate([first], sentBefore);
	return true;
}
