/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<true>();

/** Runs a function of Convex itself, which may do what an app's may not. */
export async function asSystemFunction<Result>(run: () => Promise<Result>): Promise<Result> {
	return await scope.run(true, run);
}

export function isSystemFunction(): boolean {
	return scope.getStore() === true;
}
