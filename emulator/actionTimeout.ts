/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { clearTimeout, setTimeout } from 'node:timers';
import { BackendFailure } from './nestedCalls';

/** V8_ACTION_USER_TIMEOUT of crates/common/src/knobs.rs. */
export const ACTION_TIMEOUT_MS = 1_800_000;

const MS_PER_SECOND = 1000;

/**
 * Waits for an action; what it still does after the time is not undone.
 *
 * @throws BackendFailure when it does not end in time: crates/isolate/src/termination.rs
 */
export async function withinTime<Result>(
	timeoutMs: number,
	run: () => Promise<Result>,
): Promise<Result> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<never>((_resolve, reject) => {
		const text = `Function execution timed out (maximum duration: ${shown(timeoutMs)})`;
		timer = setTimeout(() => reject(new BackendFailure(text)), timeoutMs);
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
