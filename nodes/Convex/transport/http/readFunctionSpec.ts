import type { AdviceTable } from '../../convex/advice';
import { SYSTEM_ADVICE } from '../../convex/failures/dataFailure';
import { systemFailure } from '../../convex/failures/systemFailure';
import { ConvexFailure, credentialFailure } from '../../convex/failure';
import { answerTimeout } from '../../convex/failures/liveFailure';
import { componentIdIn } from '../../convex/functions/componentPath';
import { parseFunctionSpec, type FunctionSignature } from '../../convex/functions/functionSpec';
import { SYSTEM_FUNCTIONS, type SystemFunction } from '../../convex/functions/systemFunctions';
import { describeType } from '../../convex/values/plainObject';
import type { FunctionCall } from '../../convex/functions/functionCall';
import type { CallContext, Caller } from '../caller';
import { callFunction } from './functionCalls';
import { toFailure } from '../nodeError';
import { settledWithin } from '../timers';

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
 * @param timeoutMs how long to wait for the list, if that is less than 30 seconds
 * @throws ConvexFailure that says which key or permission it takes
 */
export async function readFunctionSpec(
	context: CallContext,
	caller: Caller,
	componentPath: string | undefined,
	askedSinceMs = performance.now() - CACHE_LIFETIME_MS,
	timeoutMs = SPEC_TIMEOUT_MS,
): Promise<FunctionSignature[]> {
	const asked = sharedSpec(context, caller, componentPath, askedSinceMs);
	if (timeoutMs >= SPEC_TIMEOUT_MS) return await asked;
	const spec = await settledWithin(asked, timeoutMs);
	if (spec === undefined) throw listTimedOut(timeoutMs);
	return spec;
}

/** Others may wait for the list longer, or came to it later: each waits for it as long as it may. */
function listTimedOut(timeoutMs: number): ConvexFailure {
	const failure = unreadableList(answerTimeout(timeoutMs).advisedBy(LIST_ADVICE));
	return failure.with({
		advice: `${failure.description} If it only takes long, raise 'Timeout' in the node's options.`,
	});
}

/** The list that is asked for just now, or was a moment ago, by whichever execution. */
async function sharedSpec(
	context: CallContext,
	caller: Caller,
	componentPath: string | undefined,
	askedSinceMs: number,
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
			return await askForSpec(context, caller, componentPath);
		});
	}
	forgetExpired();
	const spec = askForSpec(context, caller, componentPath);
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
): Promise<FunctionSignature[]> {
	const read = async (systemFunction: SystemFunction, args: Record<string, string>) =>
		await readList(context, caller, systemFunction, args);
	if (componentPath === undefined) {
		return parseFunctionSpec(await read(SYSTEM_FUNCTIONS.listFunctions, {}));
	}
	const components = await read(SYSTEM_FUNCTIONS.listComponents, {});
	const componentId = componentIdIn(components, componentPath);
	return parseFunctionSpec(await read(SYSTEM_FUNCTIONS.listFunctions, { componentId }));
}

/**
 * Reads a list that a system query gives. Of anything else nothing is known: least of all that the
 * deployment has no functions.
 */
async function readList(
	context: CallContext,
	caller: Caller,
	systemFunction: SystemFunction,
	args: Record<string, string>,
): Promise<unknown[]> {
	const value = await runSystemQuery(context, caller, systemFunction, args);
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
	systemFunction: SystemFunction,
	args: Record<string, string>,
): Promise<unknown> {
	const call: FunctionCall = {
		operation: 'query',
		functionPath: systemFunction.path,
		args,
		valueFormat: 'encoded',
	};
	const result = await callFunction(context, caller, call, SPEC_TIMEOUT_MS);
	if (result.status === 'success') return result.value;
	const failure = systemFailure(result.failure, systemFunction);
	throw unreadableList(failure.advisedBy(LIST_ADVICE));
}

function unreadableList(failure: ConvexFailure): ConvexFailure {
	return failure.with({
		message: `The functions of the deployment could not be read: ${failure.message}`,
		// The function itself was not called yet.
		details: { outcome: 'notExecuted' },
	});
}
