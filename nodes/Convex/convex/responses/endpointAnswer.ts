import type { JSONValue } from 'convex/values';
import { platformFailure } from '../failures/platformFailure';
import type { ConvexFailure } from '../failure';
import type { DeploymentResponse, FunctionOperation } from '../functions/functionCall';
import { STATUS_OK, unreadableAnswer } from './functionResponse';

export type EndpointAnswer =
	{ status: 'success'; body: JSONValue } | { status: 'failure'; failure: ConvexFailure };

/**
 * Reads the answer of an endpoint that is not about functions: JSON, or nothing at all.
 *
 * @param operation decides what an answer that was lost may mean
 * @param isExpected whether this is what the endpoint answers
 */
export function parseEndpointAnswer(
	operation: FunctionOperation,
	response: DeploymentResponse,
	isExpected: (body: JSONValue) => boolean,
): EndpointAnswer {
	if (response.httpStatus !== STATUS_OK) {
		return { status: 'failure', failure: platformFailure(operation, response) };
	}
	const body = jsonOf(response.body);
	return body !== undefined && isExpected(body)
		? { status: 'success', body }
		: { status: 'failure', failure: unreadableAnswer(operation, response) };
}

/** @returns null for an empty body, undefined for what is no JSON */
function jsonOf(text: string): JSONValue | undefined {
	if (text === '') return null;
	try {
		const json: JSONValue = JSON.parse(text);
		return json;
	} catch {
		return undefined;
	}
}
