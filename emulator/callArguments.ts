import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { CanonicalPath } from './canonicalPath';
import type { AppFunction } from './registeredFunction';
import { displayValue, isObject, validationError, type TableOfId } from './validation';
import { valueError } from './valueLimits';

export type DecodedArguments = { args: Value[]; error: '' } | { args?: undefined; error: string };

/** Reads the arguments of a call: the object, or a list of it alone, as Convex's own clients send it. */
export function decodeArguments(encoded: JSONValue, path: CanonicalPath): DecodedArguments {
	const list = Array.isArray(encoded) ? encoded : [encoded];
	try {
		const problem = list.map(valueError).find((error) => error !== undefined);
		if (problem !== undefined) throw new Error(problem);
		return { args: list.map((arg) => jsonToConvex(arg)), error: '' };
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return { error: `Invalid arguments for ${path.full}: ${why}` };
	}
}

/** Why a function does not take these arguments, or undefined: crates/udf/src/validation.rs. */
export function argumentsError(
	{ args: validator }: AppFunction,
	args: Value[],
	tableOfId: TableOfId,
): string | undefined {
	if (validator.type !== 'object') return undefined;
	const [single] = args;
	if (args.length !== 1 || single === undefined) {
		return `Expected to receive a single object as the function's argument. Instead received ${args.length} arguments: ${displayValue(args)}`;
	}
	return isObject(single)
		? validationError(validator, single, tableOfId)
		: `Expected to receive an object as the function's argument. Instead received: ${displayValue(single)}`;
}
