import type { IExecuteFunctions } from 'n8n-workflow';
import type { FunctionOperation } from '../../convex/functions/functionCall';
import type { ItemCallers } from '../../transport/itemCallers';
import type { ItemResults } from '../itemResults';
import { ConcurrencyLimiter } from '../concurrencyLimiter';
import { CallRunner } from './callRunner';
import { runSession } from './sessionDelivery';

/**
 * Runs the functions that the items ask for, each in a request of its own: one after another in input
 * order unless 'Concurrency' says otherwise. With the 'Delivery' of a session, all go over one live connection.
 *
 * @throws ConvexFailure (`input`) naming an option that holds for all items
 */
export async function runCalls(
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	operation: FunctionOperation,
): Promise<void> {
	const run = new CallRunner(context, items, callers, operation);
	if (run.options.delivery === 'session' && (operation === 'mutation' || operation === 'action')) {
		await runSession(run, operation);
		return;
	}
	const limiter = new ConcurrencyLimiter(run.options.concurrency);
	for (;;) {
		await limiter.whenAvailable();
		const itemIndex = items.next();
		if (itemIndex === undefined) break;
		limiter.start(async () => {
			const prepared = await run.prepare(itemIndex);
			if (prepared !== undefined) await run.send(prepared, 0);
		});
	}
	await limiter.drain();
}
