import type { JSONValue } from 'convex/values';
import { isPlainObject } from '../values/plainObject';
import { FOREIGN_ANSWER } from '../failures/callOutcome';
import { failureOf, type ConvexFailure } from '../failure';
import type { DeploymentResponse, FunctionOperation } from '../functions/functionCall';
import { functionFailure } from '../failures/functionFailure';
import { parseJsonObject } from '../values/jsonText';
import {
	cutOffAnswer,
	describeForeign,
	isCutOff,
	platformFailure,
} from '../failures/platformFailure';

export type FunctionResult =
	| { status: 'success'; value: JSONValue; logLines: string[] }
	| { status: 'failure'; failure: ConvexFailure };

export const STATUS_OK = 200;
/** convex-js `STATUS_CODE_UDF_FAILED` (src/browser/http_client.ts): a function's own failure, as with 200. */
export const STATUS_FUNCTION_FAILED = 560;

/**
 * Reads the answer to a function call: a value, the function's own failure (both HTTP 200), or the
 * platform's (any other status). Everything that is none of these is a failure with a sentence too.
 */
export function parseFunctionResponse(
	operation: FunctionOperation,
	response: DeploymentResponse,
): FunctionResult {
	const { httpStatus, body } = response;
	if (httpStatus !== STATUS_OK && httpStatus !== STATUS_FUNCTION_FAILED) {
		return { status: 'failure', failure: platformFailure(operation, response) };
	}
	return parseFunctionAnswer(operation, parseJsonObject(body), response);
}

/**
 * Reads one function's answer, which stands alone in a response or among others in that of a batch.
 *
 * @param answer the parsed answer
 * @param response where it stands, for a failure that says what came instead
 */
export function parseFunctionAnswer(
	operation: FunctionOperation,
	answer: JSONValue | Record<string, JSONValue | undefined> | undefined,
	response: DeploymentResponse,
): FunctionResult {
	if (!isPlainObject(answer)) {
		return { status: 'failure', failure: unreadableAnswer(operation, response) };
	}
	if (answer.status === 'success' && answer.value !== undefined) {
		return { status: 'success', value: answer.value, logLines: textList(answer.logLines) };
	}
	if (answer.status === 'error' && typeof answer.errorMessage === 'string') {
		const failure = functionFailure({
			operation,
			errorMessage: answer.errorMessage,
			errorData: answer.errorData,
			logLines: textList(answer.logLines),
		});
		return { status: 'failure', failure };
	}
	return { status: 'failure', failure: unreadableAnswer(operation, response) };
}

export function unreadableAnswer(
	operation: FunctionOperation,
	{ httpStatus, body }: DeploymentResponse,
): ConvexFailure {
	if (isCutOff(body)) return cutOffAnswer(operation, httpStatus);
	return failureOf('notConvex', `The server answered with ${describeForeign(body)}`, {
		kind: 'deployment',
		httpStatus,
		...FOREIGN_ANSWER,
	});
}

function textList(value: JSONValue | undefined): string[] {
	if (!Array.isArray(value)) return [];
	return value.every((line) => typeof line === 'string')
		? value
		: value.filter((line) => typeof line === 'string');
}
