import type { FunctionOperation } from '../../convex/functions/functionCall';
import { SESSION_THRESHOLDS } from '../../transport/live/sessionOptions';
import { isForAutomaticDelivery, runAutomatic } from './automaticDelivery';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import type { CallRunner } from './callRunner';
import { ItemChunks } from './itemChunks';
import { runSession } from './sessionDelivery';
import { refusedInSession } from './sessionWindow';

/**
 * Runs the functions for many items in each call, over HTTP or, where there are many calls or 'Delivery'
 * says so, over one live connection. Where the node stops at errors, each call that may change something waits for the
 * one before it, so that nothing runs behind one that failed; else as many are in flight as
 * 'Concurrency' says.
 */
export async function runChunks(run: CallRunner, operation: FunctionOperation): Promise<void> {
	const { delivery, concurrency } = run.options;
	const isForSession = operation === 'mutation' || operation === 'action';
	if (isForSession && delivery === 'session') {
		const chunks = new ItemChunks(run, refusedInSession);
		await runSession(run, operation, SESSION_THRESHOLDS, chunks);
		return;
	}
	const chunks = new ItemChunks(run);
	await chunks.readAhead();
	if (isForSession && isForAutomaticDelivery(run, operation, chunks)) {
		await runAutomatic(run, operation, undefined, chunks);
		return;
	}
	const limiter = new ConcurrencyLimiter(run.isOneByOne ? 1 : concurrency);
	for (;;) {
		await limiter.whenAvailable();
		const call = await chunks.next();
		if (call === undefined) break;
		limiter.start(async () => await run.send(call, 0));
	}
	await limiter.drain();
}
