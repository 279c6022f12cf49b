import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { FunctionOperation } from '../../convex/functionCall';
import { formatFunctionPath } from '../../convex/functionPath';
import { inputFailure } from '../../convex/failure';
import type { FunctionSignature } from '../../convex/functionSpec';
import { actingAs, callFunction, type Deployment } from '../../transport/deployment';
import {
	readSignature,
	suggestingName,
	type FunctionTarget,
} from '../../transport/functionSignature';
import { toFailure } from '../../transport/nodeError';
import { readArguments } from './arguments';
import { readFunctionPath } from './functionPath';
import { readOptions } from './options';
import { hintAtItems, toItems } from './output';

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
		const options = readOptions(context, itemIndex);
		const { identity, componentPath, output, valueFormat, timeoutMs } = options;
		const target = { operation, functionPath, componentPath };
		let known: FunctionSignature | undefined;
		const signature = async () => (known ??= await readSignature(context, deployment, target));
		const args = await readArguments(context, itemIndex, signature, options.convertTypes);
		const caller = identity === undefined ? deployment : actingAs(deployment, identity);
		const call = {
			...(await callableTarget(target, identity !== undefined, signature)),
			args,
			valueFormat,
		};
		const result = await callFunction(context, caller, call, timeoutMs);
		if (result.status === 'success') {
			if (itemIndex === 0) hintAtItems(context, output, known);
			return toItems(result, output, itemIndex);
		}
		throw await suggestingName(context, deployment, target, result.failure);
	} catch (thrown) {
		throw toFailure(thrown).ofCall({ functionPath: formatFunctionPath(functionPath), operation });
	}
}

/**
 * The call that reaches a function. The endpoint for components runs functions of any type, so the
 * type is checked first; the ones for any type do not find internal functions for an administrator
 * who acts as a user, so the function's own is used (convex-backend crates/application/src/lib.rs).
 */
async function callableTarget(
	target: FunctionTarget,
	actsAsUser: boolean,
	signature: () => Promise<FunctionSignature>,
): Promise<FunctionTarget> {
	if (target.componentPath !== undefined) {
		if (actsAsUser) {
			throw inputFailure(
				"The options 'Component' and 'Act as User' do not go together",
				'Convex lets an administrator act as a user in the app itself only. Remove one of the options.',
			);
		}
		await signature();
		return target;
	}
	const needsType = actsAsUser && target.operation === 'run';
	return needsType ? { ...target, operation: (await signature()).type } : target;
}
