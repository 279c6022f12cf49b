import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { systemFailure } from '../../convex/failures/systemFailure';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { SystemFunction } from '../../convex/functions/systemFunctions';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { CallContext, Caller } from '../caller';
import { callFunction } from './functionCalls';

/**
 * Calls a system function, once. They run by `/api/query` and `/api/mutation` only, and in the encoded
 * format no value loses its type. Never throws.
 *
 * @param timeoutMs how long to wait for the whole answer
 */
export async function callSystemFunction(
	context: CallContext,
	caller: Caller,
	systemFunction: SystemFunction,
	args: EncodedArguments,
	timeoutMs: number,
): Promise<FunctionResult> {
	const { operation, path, isRepeatable, purpose, instead } = systemFunction;
	const call = {
		operation,
		functionPath: path,
		args,
		isRepeatable,
		valueFormat: 'encoded' as const,
	};
	const result = await callFunction(context, caller, call, timeoutMs);
	if (result.status === 'success') return result;
	if (result.failure.reason !== 'functionNotFound') {
		return { ...result, failure: systemFailure(result.failure, systemFunction) };
	}
	const failure = result.failure.with({
		message: `This version of Convex does not ${purpose}: it has no system function '${formatFunctionPath(path)}'`,
		advice: `${instead} If you host Convex yourself, update it.`,
		details: { outcome: 'notExecuted' },
	});
	return { ...result, failure };
}

/**
 * What reads or changes data past the functions of an app needs a deploy key.
 *
 * @param subject what needs it, e.g. "'Resource: Document'"
 * @param instead what to do without one
 * @throws ConvexFailure (`input`) for any other credential
 */
export function requireDeployKey(
	{ credential }: Caller,
	subject: string,
	instead = 'With other credentials, call a function of your own.',
): void {
	if (credential.authentication === 'deployKey') return;
	throw needsDeployKey(subject, instead);
}

function needsDeployKey(subject: string, instead: string): ConvexFailure {
	return inputFailure(
		`${subject} needs a deploy key`,
		`Set the credential's 'Authentication' to 'Deploy Key'. ${instead}`,
		'invalidCredential',
	);
}
