import type { Caller } from '../../transport/caller';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import type { ItemCallers } from '../../transport/itemCallers';
import { toFailure } from '../../transport/nodeError';
import type { ItemResults } from '../itemResults';

/** Items that ask the same of the same deployment. */
export interface SharedRequest<Request> {
	itemIndices: [number, ...number[]];
	caller: Caller;
	request: Request;
}

/**
 * What the items of a run ask for, each request once: a list that is read anew for each of a thousand
 * equal items comes out a thousand times. An item that is refused ends by itself.
 *
 * @param read gives what an item asks for, as JSON can say it
 */
export async function sharedRequests<Request>(
	items: ItemResults,
	callers: ItemCallers,
	read: (itemIndex: number, caller: Caller) => Request,
): Promise<Array<SharedRequest<Request>>> {
	const known = new Map<string, SharedRequest<Request>>();
	const turns = new EventLoopTurns();
	for (let itemIndex = items.next(); itemIndex !== undefined; itemIndex = items.next()) {
		try {
			const caller = await callers.of(itemIndex);
			const request = read(itemIndex, caller);
			const { deploymentUrl, authorization } = caller.credential;
			const key = JSON.stringify([deploymentUrl, authorization, request]);
			const same = known.get(key);
			if (same === undefined) known.set(key, { itemIndices: [itemIndex], caller, request });
			else same.itemIndices.push(itemIndex);
		} catch (thrown) {
			items.fail(itemIndex, toFailure(thrown));
		}
		await turns.yield();
	}
	return [...known.values()];
}
