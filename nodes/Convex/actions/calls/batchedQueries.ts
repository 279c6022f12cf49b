import { BatchSizing } from '../../convex/responses/batchSizing';
import {
	isBatchUnknown,
	isBroken,
	isTooLarge,
	isTooSlow,
	mayBeOneQuery,
} from '../../convex/responses/queryBatch';
import { callQueryBatch } from '../../transport/http/functionCalls';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import { takeApart } from './brokenBatches';
import type { CallRunner } from './callRunner';
import { QueryBatches, type QueryBatch } from './queryBatches';

/** Runs the queries that the items ask for, many in each request. */
export async function runQueries(run: CallRunner): Promise<void> {
	const { items } = run;
	const { batchSize, concurrency } = run.options;
	const sizing = new BatchSizing(batchSize, concurrency);
	const batches = new QueryBatches(run, items, sizing);
	const limiter = new ConcurrencyLimiter(concurrency);
	for (;;) {
		if (limiter.free === 0) await batches.readAhead(() => limiter.free > 0);
		await limiter.whenAvailable();
		const next = await batches.take(limiter.free);
		if (next?.kind === 'single') {
			limiter.start(async () => await run.send(next.prepared, next.retried));
		} else if (next?.kind === 'batch') {
			limiter.start(async () => await sendBatch(run, next, batches, sizing));
		} else if (!limiter.isIdle) {
			// A batch in flight may fail, and its queries be sent one by one.
			await limiter.nextCompletion();
		} else if (batches.isEmpty || items.stopped.aborted) {
			break;
		}
	}
	await limiter.drain();
	batches.rememberSpeed();
}

async function sendBatch(
	run: CallRunner,
	batch: QueryBatch,
	batches: QueryBatches,
	sizing: BatchSizing,
): Promise<void> {
	const { queries, isPart } = batch;
	const { caller, options } = queries[0].prepared;
	const encoded = queries.map((query) => query.encoded);
	const retries = run.retriesFor(caller);
	const sent = await retries.run(
		async () => await callQueryBatch(run.context, caller, encoded, options.timeoutMs),
		{ shouldStop: (failure) => isTooSlow(failure) || isBroken(failure) },
	);
	if (sent.status === 'answered') {
		batches.unreachable.delete(retries);
		// The parts of a batch that broke got through because they are smaller than others may be.
		if (!isPart) sizing.observe(queries.length, sent.elapsedMs, sent.answerLength);
		for (const [index, result] of sent.results.entries()) {
			const query = queries[index];
			if (query === undefined) continue;
			if (result.status === 'success') run.succeed(query.prepared, result);
			else await run.end(query.prepared, result);
		}
	} else if (mayBeOneQuery(sent.failure)) {
		if (isBatchUnknown(sent.failure)) sizing.turnOff();
		else if (isTooLarge(sent.failure)) sizing.tooLarge(queries.length);
		const isUsedUp = sent.failure.details.retryable === true && !isTooSlow(sent.failure);
		batches.separate(queries, isUsedUp ? run.options.maxRetries : 0);
	} else {
		const { failure } = sent;
		const isSentAgain =
			isBroken(failure) && (await takeApart(run, batch, failure, batches, sizing));
		if (isSentAgain) return;
		for (const { prepared } of queries) await run.end(prepared, sent);
	}
}
