import type { JSONValue } from 'convex/values';
import { parseTableNames } from '../../convex/documents/tables';
import { ConvexFailure } from '../../convex/failure';
import { componentIdIn } from '../../convex/functions/componentPath';
import { SYSTEM_FUNCTIONS, type SystemFunction } from '../../convex/functions/systemFunctions';
import type { FunctionResult } from '../../convex/responses/functionResponse';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import { describeType } from '../../convex/values/plainObject';

/** Calls a system function of a deployment, with the retries that where it is called has. Never throws. */
export type CallSystem = (
	systemFunction: SystemFunction,
	args: EncodedArguments,
) => Promise<FunctionResult>;

/** The tables of an app, or of one of its components. */
export interface Tables {
	/** Undefined for the app itself. */
	componentId: string | undefined;
	/** Without those of Convex itself. */
	names: string[];
}

/** @throws ConvexFailure for a component that is not there, and tables that cannot be read */
export async function readTables(
	call: CallSystem,
	componentPath: string | undefined,
): Promise<Tables> {
	const componentId =
		componentPath === undefined ? undefined : await readComponentId(call, componentPath);
	const listed = await lookUp(call, SYSTEM_FUNCTIONS.listTables, inComponent(componentId));
	const names = parseTableNames(listed);
	if (names !== undefined) return { componentId, names };
	throw unreadable('tables', `the answer is ${describeType(listed)}, not a list by number`);
}

/** What system functions are told of where a table is. Older versions of Convex know no components. */
export function inComponent(componentId: string | undefined): EncodedArguments {
	return componentId === undefined ? {} : { componentId };
}

async function readComponentId(call: CallSystem, componentPath: string): Promise<string> {
	const listed = await lookUp(call, SYSTEM_FUNCTIONS.listComponents, {});
	if (Array.isArray(listed)) return componentIdIn(listed, componentPath);
	throw unreadable('components', `the answer is ${describeType(listed)}, not a list`);
}

/**
 * Asks for what has to be known before something is done.
 *
 * @throws ConvexFailure where Convex does not answer, which leaves that undone
 */
export async function lookUp(
	call: CallSystem,
	systemFunction: SystemFunction,
	args: EncodedArguments,
): Promise<JSONValue> {
	const result = await call(systemFunction, args);
	if (result.status === 'success') return result.value;
	throw result.failure.with({ details: { outcome: 'notExecuted' } });
}

function unreadable(what: string, why: string): ConvexFailure {
	return new ConvexFailure(
		`The ${what} of the deployment could not be read: ${why}`,
		'This version of Convex lists them in another way. Call a function of your own instead.',
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
	);
}
