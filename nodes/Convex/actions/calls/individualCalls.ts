import type { FunctionOperation } from '../../convex/functions/functionCall';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import { isForAutomaticDelivery, runAutomatic } from './automaticDelivery';
import type { CallRunner } from './callRunner';
import { hintAtOutput } from './output';
import { runSession } from './sessionDelivery';
import { slowRunHint, type SlowCause } from './slowRunHint';

/**
 * Runs the functions that the items ask for: one after another in input order unless 'Concurrency' says
 * otherwise. 'Delivery' says how they travel: many over one live connection, or each in a request of its
 * own.
 */
export async function runCalls(run: CallRunner, operation: FunctionOperation): Promise<void> {
	const startedAtMs = performance.now();
	const cause = await deliver(run, operation);
	const elapsedMs = performance.now() - startedAtMs;
	const calls = run.items.sent;
	hintAtOutput(run.context, slowRunHint({ operation, calls, elapsedMs, cause }));
}

/** @returns why the calls went one by one, where the user can change that */
async function deliver(
	run: CallRunner,
	operation: FunctionOperation,
): Promise<SlowCause | undefined> {
	const { delivery, concurrency } = run.options;
	const isOneByOne = concurrency === 1;
	if (operation !== 'mutation' && operation !== 'action') {
		await runRequests(run);
		return isOneByOne ? 'concurrency' : undefined;
	}
	const isAction = operation === 'action';
	if (delivery === 'session') {
		await runSession(run, operation);
		return isAction && isOneByOne ? 'concurrency' : undefined;
	}
	if (!isForAutomaticDelivery(run, operation)) {
		await runRequests(run);
		if (!isOneByOne) return undefined;
		return isAction ? 'concurrency' : delivery === 'http' ? 'httpChosen' : undefined;
	}
	const httpCause = await runAutomatic(run, operation);
	if (isAction) return isOneByOne ? 'concurrency' : undefined;
	return httpCause ?? (run.items.continues ? undefined : 'stopsAtErrors');
}

/** Makes each call in a request of its own. */
async function runRequests(run: CallRunner): Promise<void> {
	const limiter = new ConcurrencyLimiter(run.options.concurrency);
	for (;;) {
		await limiter.whenAvailable();
		const itemIndex = run.items.next();
		if (itemIndex === undefined) break;
		limiter.start(async () => {
			const prepared = await run.prepare(itemIndex);
			if (prepared !== undefined) await run.send(prepared, 0);
		});
	}
	await limiter.drain();
}
