import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import { ConvexFailure, inputFailure } from '../convex/failure';

/**
 * The item for n8n's error branch. n8n recognises it by having no key but `error` and `details`, and
 * then adds the input item's fields; an `error` property on the item itself would lose them.
 */
export function toErrorItem(failure: ConvexFailure, itemIndex: number): INodeExecutionData {
	const details: IDataObject = { ...failure.details };
	return { json: { error: failure.message, details }, pairedItem: { item: itemIndex } };
}

/**
 * The error that stops the workflow.
 *
 * n8n's constructors replace a message that contains a name such as EPERM anywhere (also inside
 * "updatePermissions"), so the message and the description are set afterwards.
 *
 * @param itemIndex undefined for a failure that is not one item's own
 */
export function toNodeError(
	node: INode,
	failure: ConvexFailure,
	itemIndex: number | undefined,
): NodeApiError | NodeOperationError {
	const item = itemIndex === undefined ? {} : { itemIndex };
	const { kind, httpStatus } = failure.details;
	const error =
		kind === 'input'
			? new NodeOperationError(node, 'Invalid input', item)
			: new NodeApiError(node, {}, { message: 'Call failed', ...item });
	error.message = failure.message;
	error.description = failure.description;
	error.messages = [];
	error.context.data = { ...failure.details };
	if (error instanceof NodeApiError) {
		error.httpCode = httpStatus === undefined ? null : String(httpStatus);
	}
	return error;
}

/**
 * The error that n8n's editor shows in the place of a list or a form. It shows the message only, so
 * what to do stands there too.
 */
export function toEditorError(node: INode, thrown: unknown): NodeApiError | NodeOperationError {
	const failure = toFailure(thrown);
	const error = toNodeError(node, failure, undefined);
	error.message = failure.sentences;
	return error;
}

/**
 * What was thrown while a call was prepared: this package's own failure, or one of n8n's, for
 * example of an expression.
 */
export function toFailure(thrown: unknown): ConvexFailure {
	if (thrown instanceof ConvexFailure) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	const description =
		thrown instanceof Error && 'description' in thrown && typeof thrown.description === 'string'
			? thrown.description
			: "Check the node's parameters and their expressions.";
	return inputFailure(message, description);
}
