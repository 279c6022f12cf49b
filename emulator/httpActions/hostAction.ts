/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import { actionGeneric } from 'convex/server';
import type { ComponentBackend } from '../functionExecution';

/** What an HTTP action is given: `ctx.runQuery`, `ctx.storage`, …. */
export type ActionContext = object;

type Job = (ctx: ActionContext) => Promise<void>;

const jobs = new AsyncLocalStorage<Job>();

/**
 * Stands for the router in convex-test's place of `http.ts`: an action, within which HTTP actions of any
 * component run. convex-test's own `fetch` knows only the app's router, and makes up URL and identity.
 */
export const hostAction = actionGeneric({
	handler: async (ctx) => {
		await jobs.getStore()?.(ctx);
		return null;
	},
});

/** Runs something as an action of `http.ts` of a component. */
export async function runInHostAction(
	backend: ComponentBackend,
	componentPath: string,
	job: Job,
): Promise<void> {
	const path = { componentPath, udfPath: 'http:default' };
	await jobs.run(job, async () => await backend.fun(path, {}));
}
