/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ConvexError, type Value } from 'convex/values';
import { PlatformFailure } from './platformFailure';
import { inBackendWords } from './transactionLimits';

/** Whether the next function to start is the one that was asked for, or one that it calls. */
const calls = new AsyncLocalStorage<'outer' | 'nested'>();

/** A failure that the backend words itself: nothing that the function threw. */
export class BackendFailure extends Error {}

/** What failed, as a client is told it. */
export interface FunctionFailure {
	message: string;
	/** With its stack, of which a newline ends each line but the last: crates/common/src/errors.rs. */
	text: string;
	/** A ConvexError's. */
	data?: Value;
}

/** The function that a handler belongs to, and where it stands as a stack shows it. */
export interface HandlerPlace {
	type: 'query' | 'mutation' | 'action' | 'httpAction';
	/** `''` for the app itself. */
	componentPath: string;
	file: string;
	/** `handler`, or nothing for a function that was registered without that word. */
	name: string;
	runsInNode: boolean;
}

const UNKNOWN_PLACE: HandlerPlace = {
	type: 'action',
	componentPath: '',
	file: '../convex/_deps.js',
	name: '',
	runsInNode: false,
};

/** Carries the failure of a function out of convex-test. */
class ThrownFailure extends Error {
	constructor(readonly failure: FunctionFailure) {
		super(failure.text);
	}
}

/** A function that runs, and the messages of the errors that its calls gave it. */
interface RunningHandler {
	place: HandlerPlace;
	received: Set<string>;
}

const running = new AsyncLocalStorage<RunningHandler>();

/** Where the function that runs stands. */
export function currentPlace(): HandlerPlace {
	return running.getStore()?.place ?? UNKNOWN_PLACE;
}

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
	place: HandlerPlace,
	handler: () => Promise<Result>,
): Promise<Result> {
	const caller = calls.getStore() === 'outer' ? undefined : running.getStore();
	const own: RunningHandler = { place, received: new Set() };
	try {
		return await calls.run('nested', async () => await running.run(own, handler));
	} catch (thrown) {
		if (thrown instanceof PlatformFailure) throw thrown;
		const failure = failureAt(own, thrown);
		if (caller === undefined) throw new ThrownFailure(failure);
		caller.received.add(`${failure.text}\n`);
		throw asSeenByCaller(failure);
	}
}

/**
 * The failure of a function that was called by `asOuterCall`.
 *
 * @throws PlatformFailure when it is the platform's
 */
export function failureOf(thrown: unknown): FunctionFailure {
	if (thrown instanceof PlatformFailure) throw thrown;
	return thrown instanceof ThrownFailure
		? thrown.failure
		: failureAt({ place: UNKNOWN_PLACE, received: new Set() }, thrown);
}

function asSeenByCaller({ text, data }: FunctionFailure): Error {
	const error = data === undefined ? new Error(`${text}\n`) : new ConvexError<Value>(`${text}\n`);
	if (error instanceof ConvexError) error.data = data;
	return error;
}

function failureAt({ place, received }: RunningHandler, thrown: unknown): FunctionFailure {
	if (thrown instanceof BackendFailure) return { message: thrown.message, text: thrown.message };
	const isPassedOn = thrown instanceof Error && received.has(thrown.message);
	const message = uncaught(thrown);
	return {
		message,
		text: `${message}\n    ${frameOf(place, isPassedOn ? 'async ' : '')}`,
		...(isConvexError(thrown) && { data: thrown.data }),
	};
}

export function frameOf({ file, name }: HandlerPlace, prefix = ''): string {
	return `at ${prefix}${name === '' ? '<anonymous>' : name} (${file}:1:1)`;
}

/** crates/isolate/src/helpers.rs `format_uncaught_error`; what is no error is shown as text. */
function uncaught(thrown: unknown): string {
	const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
	if (!isError) return `Uncaught ${String(thrown)}`;
	const name = 'name' in thrown ? String(thrown.name) : 'Error';
	const message = inBackendWords(String(thrown.message));
	return `Uncaught ${[name, message].filter((part) => part !== '').join(': ')}`;
}

function isConvexError(thrown: unknown): thrown is { message: string; data: Value } {
	return typeof thrown === 'object' && thrown !== null && Symbol.for('ConvexError') in thrown;
}
