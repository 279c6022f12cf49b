/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ConvexError, type Value } from 'convex/values';

/** Whether the next function to start is the one that was asked for, or one that it calls. */
const calls = new AsyncLocalStorage<'outer' | 'nested'>();

/** A failure that the backend words itself: nothing that the function threw. */
export class BackendFailure extends Error {}

/** Calls a function on behalf of a client. */
export async function asOuterCall<Result>(call: () => Promise<Result>): Promise<Result> {
	return await calls.run('outer', call);
}

/**
 * Runs a function's handler. What a nested one throws reaches its caller as an error whose message is
 * the whole text of the failure, with its stack: crates/isolate/src/environment/helpers/promise.rs,
 * npm-packages/convex/src/server/impl/syscall.ts.
 */
export async function runHandler<Result>(
	module: string,
	handler: () => Promise<Result>,
): Promise<Result> {
	if (calls.getStore() === 'outer') return await calls.run('nested', handler);
	try {
		return await handler();
	} catch (thrown) {
		throw asSeenByCaller(thrown, module);
	}
}

function asSeenByCaller(thrown: unknown, module: string): Error {
	const text = `${failureText(thrown, module)}\n`;
	if (!isConvexError(thrown)) return new Error(text);
	const error = new ConvexError<Value>(text);
	error.data = thrown.data;
	return error;
}

/** The text of a failure with its stack, of which a newline ends each line: crates/common/src/errors.rs. */
export function failureText(thrown: unknown, module: string): string {
	if (thrown instanceof BackendFailure) return thrown.message;
	const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
	return `Uncaught ${name}: ${message}\n    at handler (../convex/${module}.ts:1:1)`;
}

export function isConvexError(thrown: unknown): thrown is { message: string; data: Value } {
	return typeof thrown === 'object' && thrown !== null && Symbol.for('ConvexError') in thrown;
}
