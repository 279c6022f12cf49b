import type { ITriggerFunctions } from 'n8n-workflow';
import type { ConvexFailure } from '../convex/failure';
import { toNodeError } from '../transport/nodeError';

/**
 * Reports a failure of a trigger that keeps running, as a failed execution of its workflow. n8n
 * 2.0 and older cannot record one, and `emitError` would end the trigger: there it is a line in n8n's
 * log.
 */
export function reportFailure(context: ITriggerFunctions, failure: ConvexFailure): void {
	const node = context.getNode();
	if (typeof context.saveFailedExecution === 'function') {
		context.saveFailedExecution(toNodeError(node, failure, 0));
		return;
	}
	const { id = '', name = '' } = context.getWorkflow();
	context.logger.error(`"${node.name}" in workflow "${name}" (${id}): ${failure.sentences}`);
}
