import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Whether the workflow continues when the node throws. Where a node has the older setting beside
 * `onError: 'stopWorkflow'`, n8n tells the node that it stops, and continues all the same with the input
 * as if that were the output (n8n-core `continuesOnError` in workflow-execute).
 */
export function continuesOnError(context: IExecuteFunctions): boolean {
	return context.continueOnFail() || context.getNode().continueOnFail === true;
}

/**
 * Whether n8n sends failed items to a branch of their own. A node that is the first of its run has no
 * input item to add fields of, so n8n does not copy what it sends there (n8n-core
 * `handleNodeErrorOutput`): such an item would lose its details.
 */
export function leadsToErrorBranch(context: IExecuteFunctions): boolean {
	return (
		context.getNode().onError === 'continueErrorOutput' && context.getExecuteData().source !== null
	);
}
