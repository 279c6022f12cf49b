import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { JSONValue } from 'convex/values';
import { ConvexFailure } from '../../convex/failure';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import type { SystemFunction } from '../../convex/functions/systemFunctions';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { ItemParameters } from '../../parameters/itemParameters';
import type { Caller } from '../../transport/caller';
import { callSystemFunction } from '../../transport/http/callSystemFunction';
import type { Retries } from '../../transport/retries';

/** What the operations on files share in a run. */
export interface FileRun {
	context: IExecuteFunctions;
	parameters: ItemParameters;
	retriesOf: (caller: Caller) => Retries;
}

/** What is done for an item. @throws ConvexFailure which ends this item only */
export type FileWork = (
	run: FileRun,
	itemIndex: number,
	caller: Caller,
) => Promise<INodeExecutionData[]>;

/**
 * Calls a system function, and once more where that is safe.
 *
 * @param timeoutMs for one answer
 * @throws ConvexFailure
 */
export async function callSystem(
	{ context, retriesOf }: FileRun,
	caller: Caller,
	systemFunction: SystemFunction,
	args: EncodedArguments,
	timeoutMs: number,
): Promise<JSONValue> {
	const result = await retriesOf(caller).run(
		async () => await callSystemFunction(context, caller, systemFunction, args, timeoutMs),
	);
	if (result.status === 'failure') throw result.failure;
	return result.value;
}

/** What a system function gave is not what it gave when it was read. */
export function unexpectedResult({ path, purpose, instead }: SystemFunction): ConvexFailure {
	return new ConvexFailure(
		`This version of Convex does not ${purpose} as n8n-nodes-convex expects: the result of '${formatFunctionPath(path)}' has another form`,
		`${instead} Report it as a defect of n8n-nodes-convex, with the version of Convex.`,
		{ kind: 'deployment', retryable: false, outcome: 'failed' },
	);
}
