import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { FunctionOperation } from '../../convex/functionCall';
import { formatFunctionPath } from '../../convex/functionPath';
import { callFunction, type Deployment } from '../../transport/deployment';
import { toFailure } from '../../transport/nodeError';
import { readArguments } from './arguments';
import { readFunctionPath } from './functionPath';
import { readOptions } from './options';
import { toItems } from './output';

/**
 * Runs the function that an item asks for.
 *
 * @returns the items of its result, paired with the input item
 * @throws ConvexFailure
 */
export async function runFunction(
	context: IExecuteFunctions,
	deployment: Deployment,
	operation: FunctionOperation,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const functionPath = readFunctionPath(context, itemIndex);
	try {
		const args = await readArguments(context, itemIndex);
		const { output, valueFormat, timeoutMs } = readOptions(context, itemIndex);
		const call = { operation, functionPath, args, valueFormat };
		const result = await callFunction(context, deployment, call, timeoutMs);
		if (result.status === 'success') return toItems(result, output, itemIndex);
		throw result.failure;
	} catch (thrown) {
		throw toFailure(thrown).ofCall({ functionPath: formatFunctionPath(functionPath), operation });
	}
}
