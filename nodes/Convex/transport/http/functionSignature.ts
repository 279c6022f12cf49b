import type { FunctionTarget } from '../../convex/functions/functionCall';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { quote } from '../../convex/values/quote';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import {
	findFunction,
	isCallable,
	nearestFunctionPath,
	type FunctionSignature,
} from '../../convex/functions/functionSpec';
import type { CallContext, Caller } from '../caller';
import { toFailure } from '../nodeError';
import { settledWithin } from '../timers';
import { readFunctionSpec } from './readFunctionSpec';

/**
 * What the deployment says of the function that a node calls. What was just deployed is not in a list
 * of some seconds ago, so a function is refused only by a list that was asked for since a given time.
 *
 * @param refusedSinceMs that time, by `performance.now()`
 * @param timeoutMs how long to wait for the list, if that is less than 30 seconds
 * @throws ConvexFailure (`input`) when it is gone, naming the nearest one, or has another type
 */
export async function readSignature(
	context: CallContext,
	caller: Caller,
	target: FunctionTarget,
	refusedSinceMs = performance.now(),
	timeoutMs?: number,
): Promise<FunctionSignature> {
	const { componentPath } = target;
	const spec = await readFunctionSpec(context, caller, componentPath, undefined, timeoutMs);
	const signature = findFunction(spec, target.functionPath);
	return signature !== undefined && isCallable(signature, target.operation)
		? signature
		: await readSignatureSince(context, caller, target, refusedSinceMs, timeoutMs);
}

/**
 * The same, in any case by a list that was asked for since then.
 *
 * @param askedSinceMs by `performance.now()`
 */
export async function readSignatureSince(
	context: CallContext,
	caller: Caller,
	target: FunctionTarget,
	askedSinceMs: number,
	timeoutMs?: number,
): Promise<FunctionSignature> {
	const { operation, functionPath, componentPath, isWatched } = target;
	const spec = await readFunctionSpec(context, caller, componentPath, askedSinceMs, timeoutMs);
	const signature = findFunction(spec, functionPath);
	const name = formatFunctionPath(functionPath);
	if (signature === undefined) {
		const nearest = nearestFunctionPath(spec, functionPath);
		throw inputFailure(
			`The deployment has no function ${quote(name)}${componentPath === undefined ? '' : ` in the component ${quote(componentPath)}`}`,
			nearest === undefined
				? "It was renamed, removed or not deployed yet. Choose another in 'Function'."
				: `It was renamed, removed or not deployed yet. Did you mean ${quote(nearest)}?`,
			'functionNotFound',
		);
	}
	if (!isCallable(signature, operation)) {
		const [type, wanted] = [signature.type, operation].map(capitalise);
		throw inputFailure(
			`${isWatched ? "'Function': " : ''}${quote(name)} is a ${signature.type}, not a ${operation}`,
			isWatched
				? "Only queries can be watched. Choose a query in 'Function'."
				: `Set 'Operation' to '${type}' instead of '${wanted}', or to 'Run by Path'.`,
			'wrongType',
		);
	}
	return signature;
}

/**
 * Handles a signature or a list of functions that cannot be had: where it is the list that could not
 * be read, the failure also says how to do without.
 *
 * @param instead gives what to do, behind "You can also"; undefined where nothing else helps
 * @throws ConvexFailure always
 */
export function adviseInstead(instead: () => string | undefined): (thrown: unknown) => never {
	return (thrown) => {
		const failure = toFailure(thrown);
		const { reason, details, description } = failure;
		// A function that is not in the list, or has another type, needs other advice.
		const isListMissing = details.kind !== 'input' || reason === 'invalidCredential';
		const other = isListMissing && reason !== 'cancelled' ? instead() : undefined;
		if (other === undefined) throw failure;
		throw failure.with({ advice: `${description} You can also ${other}.` });
	};
}

/** What failed is told without the name when the list takes longer, as before an activation has to end. */
const SUGGESTION_TIMEOUT_MS = 3_000;

/** The name that was probably meant by one that was not found, where the list can be read soon. */
export async function nearestName(
	context: CallContext,
	caller: Caller,
	{ functionPath, componentPath }: FunctionTarget,
): Promise<string | undefined> {
	if (caller.credential.authentication !== 'deployKey') return undefined;
	const reading = readFunctionSpec(context, caller, componentPath).catch(() => []);
	const spec = (await settledWithin(reading, SUGGESTION_TIMEOUT_MS)) ?? [];
	return nearestFunctionPath(spec, functionPath);
}

/** Adds that name to the failure of a function that was not found. */
export async function withNearestName(
	context: CallContext,
	caller: Caller,
	target: FunctionTarget,
	failure: ConvexFailure,
): Promise<ConvexFailure> {
	if (failure.reason !== 'functionNotFound') return failure;
	return withSuggestedName(await nearestName(context, caller, target), failure);
}

export function withSuggestedName(name: string | undefined, failure: ConvexFailure): ConvexFailure {
	if (name === undefined) return failure;
	return failure.with({ advice: `Did you mean ${quote(name)}? ${failure.description}` });
}

function capitalise(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}
