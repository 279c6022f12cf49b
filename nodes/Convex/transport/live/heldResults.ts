/**
 * To be called after each message. Convex's sync client also keeps the results of queries that nobody
 * asked for (convex-js src/browser/sync/remote_query_set.ts): a server could fill n8n's memory with them.
 *
 * @param queries how many queries there are
 * @throws Error that says what is wrong
 */
export function checkHeldResults(client: object, queries: number): void {
	if (countResults(client) > queries) {
		throw new Error('The deployment sends results of queries that it was not asked for');
	}
}

/** The published types leave out where the client keeps them. */
function countResults(client: object): number {
	const querySet: unknown = Reflect.get(client, 'remoteQuerySet');
	const isKnown = typeof querySet === 'object' && querySet !== null;
	const results: unknown = isKnown ? Reflect.get(querySet, 'remoteQuerySet') : undefined;
	if (results instanceof Map) return results.size;
	throw new TypeError('the Convex client keeps its results in another way');
}
