import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import { ConvexFailure, inputFailure } from '../convex/failure';
import { isDataObject } from './dataObject';
import { thrownText } from './thrownText';

/**
 * The item of a failed call in the one output of a node that continues (On Error: Continue). What to
 * do is in `details.hint`: n8n takes an item with any other key for a success.
 */
export function toErrorItem(
	failure: ConvexFailure,
	itemIndex: number,
	more: IDataObject = {},
): INodeExecutionData {
	const details: IDataObject = { ...shownDetails(failure), hint: failure.description, ...more };
	return { json: { error: failure.message, details }, pairedItem: { item: itemIndex } };
}

/**
 * The item of a failed call for n8n's error branch (On Error: Continue, using error output). n8n
 * adds the fields of the input item; those that `error` and `details` replace there are kept in
 * `details.inputFields`. Its files are handed on here.
 *
 * n8n from 2.34.4 on recognises such an item by having no key but `error` and `details`, every n8n
 * before it only by an `error` property of the item (n8n-core `handleNodeErrorOutput`). The property
 * is not enumerable: n8n copies the item without it. Where it stays, n8n replaces the whole json by
 * the message (`normalizeNodeErrors`), so an item that is not for that branch must not have it.
 *
 * @param input the input item
 */
export function toErrorBranchItem(
	failure: ConvexFailure,
	itemIndex: number,
	{ json, binary }: INodeExecutionData,
): INodeExecutionData {
	const inputFields = replacedFields(json);
	const item = toErrorItem(failure, itemIndex, inputFields === undefined ? {} : { inputFields });
	if (binary !== undefined) item.binary = binary;
	return Object.defineProperty(item, 'error', {
		value: failure,
		enumerable: false,
		configurable: true,
		writable: true,
	});
}

/**
 * The fields of an item that its failure replaces. Those of a failure before are no data of the item:
 * where the error branch leads back to the node, each pass would keep all passes before it.
 */
function replacedFields(json: IDataObject): IDataObject | undefined {
	const { details } = json;
	if (isDetails(details)) {
		const { inputFields } = details;
		return isDataObject(inputFields) ? inputFields : undefined;
	}
	const replaced = Object.entries(json).filter(([name]) => ['error', 'details'].includes(name));
	return replaced.length === 0 ? undefined : Object.fromEntries(replaced);
}

/** Whether they are those of a failure, as this package writes them. */
function isDetails(value: unknown): value is IDataObject {
	if (!isDataObject(value)) return false;
	const { kind, outcome, retryable, hint } = value;
	const texts = [kind, outcome, hint];
	return texts.every((text) => typeof text === 'string') && typeof retryable === 'boolean';
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
	error.context.data = shownDetails(failure);
	if (error instanceof NodeApiError) {
		error.httpCode = httpStatus === undefined ? null : String(httpStatus);
	}
	return error;
}

/**
 * The details as a workflow sees them, with the reason where there is one to branch on. Of what may have run, a
 * workflow is not told to repeat it, though HTTP would allow that of a PUT or DELETE.
 */
function shownDetails({ details, reason, mayHaveRun }: ConvexFailure): IDataObject {
	return {
		...details,
		...(mayHaveRun && { retryable: false }),
		...(reason !== 'other' && { reason }),
	};
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
	// Only a value of an expression can nest so deeply: Convex's own values may not.
	if (thrown instanceof RangeError && /call stack/.test(thrown.message)) {
		return inputFailure(
			'A value contains itself, or is nested too deeply to be read',
			'Have the expression give the fields that the function takes, and not a whole object of another system.',
		);
	}
	const message = thrownText(thrown);
	const description =
		thrown instanceof Error && 'description' in thrown && typeof thrown.description === 'string'
			? thrown.description
			: "Check the node's parameters and their expressions.";
	return inputFailure(message, description);
}
