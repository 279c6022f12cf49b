import type { ConvexFailure } from '../../convex/failure';
import type { BatchSizing } from '../../convex/responses/batchSizing';
import { gotThrough } from '../../convex/responses/queryBatch';
import { callFunction, callQueryBatch } from '../../transport/http/functionCalls';
import type { CallRunner } from './callRunner';
import type { QueryBatch, QueryBatches } from './queryBatches';

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
		isPart,
	} = batch;
	if (others.length === 0) {
		batches.separate([first], 1);
		return true;
	}
	const retries = run.retriesFor(first.prepared.caller);
	if (!(await sendLess(run, batch, cause, batches))) {
		batches.unreachable.add(retries);
		return false;
	}
	batches.unreachable.delete(retries);
	if (!isPart) sizing.tooLarge(others.length + 1);
	batches.halve(others);
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
	{ queries: [first], isPart }: QueryBatch,
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
	const wait = isPart ? {} : { after: cause };
	if (!mayRetry(1)) return false;
	const alone = await retries.run(
		async () => await callFunction(context, caller, call, options.timeoutMs),
		{ ...wait, retried: 1, shouldStop: () => true },
	);
	if (gotThrough(alone)) {
		await run.end(first.prepared, alone);
		return true;
	}
	const retried = isPart ? 1 : 2;
	if (!mayRetry(retried)) return false;
	const empty = await retries.run(
		async () => await callQueryBatch(context, caller, [], options.timeoutMs),
		{ ...wait, retried },
	);
	if (!gotThrough(empty)) return false;
	batches.separate([first], retried);
	return true;
}
