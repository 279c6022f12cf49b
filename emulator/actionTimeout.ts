/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { clearTimeout, setTimeout } from 'node:timers';
import { BackendFailure } from './nestedCalls';

/** V8_ACTION_USER_TIMEOUT and NODE_ACTION_USER_TIMEOUT of crates/common/src/knobs.rs. */
const ACTION_TIMEOUT_MS = 1_800_000;
const NODE_ACTION_TIMEOUT_MS = 600_000;

const MS_PER_SECOND = 1000;

export interface ActionTime {
	/** The action's export. */
	name: string;
	runsInNode: boolean;
	/** The backend's limit unless given. */
	timeoutMs: number | undefined;
}

/**
 * Waits for an action; what it still does after the time is not undone.
 *
 * @throws BackendFailure when it does not end in time: crates/isolate/src/termination.rs,
 * npm-packages/node-executor/src/executor.ts
 */
export async function withinTime<Result>(
	{ name, runsInNode, timeoutMs }: ActionTime,
	run: () => Promise<Result>,
): Promise<Result> {
	const limitMs = timeoutMs ?? (runsInNode ? NODE_ACTION_TIMEOUT_MS : ACTION_TIMEOUT_MS);
	const text = runsInNode
		? `Action \`${name}\` execution timed out (maximum duration ${limitMs / MS_PER_SECOND}s)`
		: `Function execution timed out (maximum duration: ${shown(limitMs)})`;
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new BackendFailure(text)), limitMs);
	});
	try {
		return await Promise.race([run(), timeout]);
	} finally {
		clearTimeout(timer);
	}
}

/** Rust's `{:?}` of a duration. */
function shown(ms: number): string {
	return ms < MS_PER_SECOND ? `${ms}ms` : `${ms / MS_PER_SECOND}s`;
}
