import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ConvexFailure, inputFailure } from '../convex/failure';
import { openDeployment, type Deployment } from '../transport/deployment';
import { toErrorItem, toFailure, toNodeError } from '../transport/nodeError';
import { operations } from './function';
import { openRetryMemory, type EndedItem } from './retryMemory';

/**
 * Runs the chosen operation for each input item, one after another.
 *
 * Whatever goes wrong becomes either the one error that stops the node or, when the node continues
 * on errors, an error item: n8n sends what is thrown then to the success branch, without a word.
 */
export async function router(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const memory = openRetryMemory(context);
	const runItem = itemRunner(context);
	const output: INodeExecutionData[] = [];
	let firstItemFailed = false;

	for (let itemIndex = 0; itemIndex < context.getInputData().length; itemIndex++) {
		if (context.getExecutionCancelSignal()?.aborted === true) break;
		const ended = memory.recall(itemIndex) ?? (await runItem(itemIndex));
		if (ended.status !== 'failed') memory.remember(itemIndex, ended);
		if (ended.status === 'succeeded') {
			output.push(...ended.items);
			continue;
		}
		if (!context.continueOnFail()) {
			memory.endTry(true);
			throw toNodeError(context.getNode(), ended.failure, itemIndex);
		}
		firstItemFailed ||= output.length === 0;
		output.push(toErrorItem(ended.failure, itemIndex));
	}
	memory.endTry(firstItemFailed);
	return [output];
}

type RunItem = EndedItem | { status: 'failed'; failure: ConvexFailure };

/** Runs single items; the credential is read when the first one needs it, once for all. */
function itemRunner(context: IExecuteFunctions): (itemIndex: number) => Promise<RunItem> {
	const operation: string = context.getNodeParameter('operation', 0);
	let deployment: Promise<Deployment> | undefined;
	return async (itemIndex) => {
		try {
			deployment ??= openDeployment(context);
			const execute = executorOf(operation);
			const items = await execute.call(context, await deployment, itemIndex);
			return { status: 'succeeded', items };
		} catch (thrown) {
			const failure = namingItem(toFailure(thrown).ofCall({ operation }), itemIndex);
			const { outcome } = failure.details;
			return {
				status: outcome === 'unknown' && operation !== 'query' ? 'unknown' : 'failed',
				failure,
			};
		}
	};
}

function executorOf(operation: string) {
	for (const [name, { execute }] of Object.entries(operations)) {
		if (name === operation) return execute;
	}
	throw inputFailure(
		`'Operation' has the unknown value '${operation}'`,
		`It is one of: ${Object.keys(operations).join(', ')}.`,
	);
}

/** A parameter's value differs from item to item, so its failure says which item it was. */
function namingItem(failure: ConvexFailure, itemIndex: number): ConvexFailure {
	if (failure.details.kind !== 'input') return failure;
	return new ConvexFailure(
		`${failure.message} [item ${itemIndex}]`,
		failure.description,
		failure.details,
	);
}
