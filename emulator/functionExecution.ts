import { makeFunctionReference } from 'convex/server';
import type { Value } from 'convex/values';
import { withinTime } from './actionTimeout';
import type { App } from './app';
import type { CanonicalPath } from './canonicalPath';
import type { Caller } from './identity';
import type { AppFunction } from './registeredFunction';

/** A function that may be run with these arguments. */
export interface Execution {
	appFunction: AppFunction;
	/** `''` for the app itself. */
	componentPath: string;
	path: CanonicalPath;
	args: Value;
	caller: Caller;
}

/** What convex-test can do with a component, beside its documented methods. */
export interface ComponentBackend {
	fun: (
		path: { componentPath: string; udfPath: string },
		args: unknown,
	) => Promise<Value | undefined>;
}

/**
 * Runs a function in convex-test, an action within its time.
 *
 * @param actionTimeoutMs - the backend's limit unless given
 */
export async function execute(
	backend: App['backend'],
	execution: Execution,
	actionTimeoutMs: number | undefined,
): Promise<Value | undefined> {
	const run = async () => await executeUntimed(backend, execution);
	const { appFunction, path } = execution;
	if (appFunction.type !== 'action') return await run();
	const { runsInNode } = appFunction;
	return await withinTime({ name: path.name, runsInNode, timeoutMs: actionTimeoutMs }, run);
}

async function executeUntimed(
	backend: App['backend'],
	{ appFunction, componentPath, path, args, caller }: Execution,
): Promise<Value | undefined> {
	const udfPath = `${path.module}:${path.name}`;
	if (componentPath !== '') {
		const { fun } = backend as unknown as ComponentBackend;
		return await fun({ componentPath, udfPath }, args);
	}
	const as = asCaller(backend, caller);
	const reference = makeFunctionReference<'query' | 'mutation' | 'action'>(udfPath);
	const run = as[appFunction.type] as (
		reference: unknown,
		args: unknown,
	) => Promise<Value | undefined>;
	return await run(reference, args);
}

/** convex-test as who calls. */
export function asCaller(backend: App['backend'], caller: Caller) {
	return 'identity' in caller ? backend.withIdentity(caller.identity) : backend;
}
