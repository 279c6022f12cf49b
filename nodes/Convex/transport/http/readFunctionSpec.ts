import type { AdviceTable } from '../../convex/advice';
import { SYSTEM_ADVICE } from '../../convex/failures/dataFailure';
import { ConvexFailure, credentialFailure } from '../../convex/failure';
import { componentIdIn } from '../../convex/functions/componentPath';
import { parseFunctionSpec, type FunctionSignature } from '../../convex/functions/functionSpec';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import { describeType } from '../../convex/values/plainObject';
import type { FunctionCall } from '../../convex/functions/functionCall';
import type { FunctionPath } from '../../convex/functions/functionPath';
import type { CallContext, Caller } from '../caller';
import { callFunction } from './functionCalls';
import { toFailure } from '../nodeError';

const SPEC_TIMEOUT_MS = 30_000;
/** Long enough for the requests of one form that opens, short enough to show what was just deployed. */
const CACHE_LIFETIME_MS = 5_000;

const LISTED_OTHERWISE = 'This version of Convex lists its functions in another way.';

/** For the list of functions and the form of arguments, whose requests the node makes by itself. */
const LIST_ADVICE = {
	...SYSTEM_ADVICE,
	functionNotFound: 'This version of Convex does not list its functions. Update it if you host it.',
	badArguments: LISTED_OTHERWISE,
} satisfies AdviceTable;

interface AskedList {
	functionPath: FunctionPath;
	args: Record<string, string>;
	timeoutMs: number;
}

interface CachedSpec {
	spec: Promise<FunctionSignature[]>;
	/** By `performance.now()`. */
	askedAtMs: number;
}

/** By deployment, key and component; n8n's editor asks for each dropdown of a form at once. */
const cache = new Map<string, CachedSpec>();

/**
 * The functions of a deployment, or of one of its components.
 *
 * @param componentPath e.g. `workflow/workpool`; undefined for the app itself
 * @param askedSinceMs a list that was asked for before this time may lack what was just deployed, and
 *   is asked for again; by default, one that is a few seconds old will do
 * @param timeoutMs how long to wait for each answer, if that is less than 30 seconds
 * @throws ConvexFailure that says which key or permission it takes
 */
export async function readFunctionSpec(
	context: CallContext,
	caller: Caller,
	componentPath: string | undefined,
	askedSinceMs = performance.now() - CACHE_LIFETIME_MS,
	timeoutMs = SPEC_TIMEOUT_MS,
): Promise<FunctionSignature[]> {
	const { deploymentUrl, authentication, authorization } = caller.credential;
	if (authentication !== 'deployKey') {
		throw credentialFailure(
			'The functions of a deployment can be read with a deploy key only',
			"Set the credential's 'Authentication' to 'Deploy Key'.",
		);
	}
	const cacheKey = JSON.stringify([deploymentUrl, authorization, componentPath]);
	const cached = cache.get(cacheKey);
	if (cached !== undefined && cached.askedAtMs >= askedSinceMs) {
		return await cached.spec.catch(async (thrown: unknown) => {
			const failure = toFailure(thrown);
			if (failure.reason !== 'cancelled') throw failure;
			// The run that asked first was cancelled, and not this one.
			return await askForSpec(context, caller, componentPath, timeoutMs);
		});
	}
	forgetExpired();
	const spec = askForSpec(context, caller, componentPath, timeoutMs);
	const asked = { spec, askedAtMs: performance.now() };
	cache.set(cacheKey, asked);
	spec.catch(() => {
		if (cache.get(cacheKey) === asked) cache.delete(cacheKey);
	});
	return await spec;
}

function forgetExpired(): void {
	const oldestMs = performance.now() - CACHE_LIFETIME_MS;
	for (const [key, { askedAtMs }] of cache) {
		if (askedAtMs < oldestMs) cache.delete(key);
	}
}

async function askForSpec(
	context: CallContext,
	caller: Caller,
	componentPath: string | undefined,
	timeoutMs: number,
): Promise<FunctionSignature[]> {
	const read = async (functionPath: FunctionPath, args: Record<string, string>) =>
		await readList(context, caller, { functionPath, args, timeoutMs });
	if (componentPath === undefined) {
		return parseFunctionSpec(await read(SYSTEM_FUNCTIONS.listFunctions.path, {}));
	}
	const components = await read(SYSTEM_FUNCTIONS.listComponents.path, {});
	const componentId = componentIdIn(components, componentPath);
	return parseFunctionSpec(await read(SYSTEM_FUNCTIONS.listFunctions.path, { componentId }));
}

/**
 * Reads a list that a system query gives. Of anything else nothing is known: least of all that the
 * deployment has no functions.
 */
async function readList(context: CallContext, caller: Caller, list: AskedList): Promise<unknown[]> {
	const value = await runSystemQuery(context, caller, list);
	if (Array.isArray(value)) return value;
	throw new ConvexFailure(
		`The functions of the deployment could not be read: the answer is ${describeType(value)}, not a list`,
		LISTED_OTHERWISE,
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
	);
}

/** System queries run by `/api/query` only, and in the encoded format no literal loses its type. */
async function runSystemQuery(
	context: CallContext,
	caller: Caller,
	{ functionPath, args, timeoutMs }: AskedList,
): Promise<unknown> {
	const call: FunctionCall = {
		operation: 'query',
		functionPath,
		args,
		valueFormat: 'encoded',
	};
	const result = await callFunction(context, caller, call, Math.min(timeoutMs, SPEC_TIMEOUT_MS));
	if (result.status === 'success') return result.value;
	const failure = result.failure.advisedBy(LIST_ADVICE);
	const isOwnLimit = failure.reason === 'timedOut' && timeoutMs < SPEC_TIMEOUT_MS;
	throw failure.with({
		message: `The functions of the deployment could not be read: ${failure.message}`,
		advice: isOwnLimit
			? `${failure.description} If it only takes long, raise 'Timeout' in the node's options.`
			: failure.description,
		// The function itself was not called yet.
		details: { outcome: 'notExecuted' },
	});
}
