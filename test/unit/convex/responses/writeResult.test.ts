import {
	parseFunctionResponse,
	type FunctionResult,
} from '../../../../nodes/Convex/convex/responses/functionResponse';
import { writeResult } from '../../../../nodes/Convex/convex/responses/writeResult';

function resultOf(answer: object): FunctionResult {
	const body = JSON.stringify(answer);
	return writeResult(parseFunctionResponse('mutation', { httpStatus: 200, body }));
}

const failureOf = (answer: object) => {
	const result = resultOf(answer);
	if (result.status === 'success') throw new Error('expected a failure');
	const { message, reason, details, description } = result.failure;
	return { message, reason, details, description };
};

const PREFIX = '[Request ID: abc] Server Error\n';

it('a success is one', () => {
	expect(resultOf({ status: 'success', value: { success: true } })).toMatchObject({
		status: 'success',
	});
});

it('a success that says that it is none is a failure with its text', () => {
	const error = 'Can’t import more than 4096 documents at once.';
	expect(failureOf({ status: 'success', value: { success: false, error } })).toMatchObject({
		message: error,
		details: { kind: 'function', retryable: false, outcome: 'failed' },
	});
});

it('what the schema refuses is no ConvexError of the app', () => {
	const text =
		'Failed to insert or update a document in table "tasks" because it does not match the schema: Object is missing the required field `title`.';
	const failure = failureOf({
		status: 'error',
		errorMessage: `${PREFIX}Uncaught ConvexError: ${text}\n    at handler (../x.js:1:1)\n`,
		errorData: text,
	});
	expect(failure).toMatchObject({
		message: text,
		reason: 'schemaMismatch',
		details: { kind: 'function', outcome: 'failed', requestId: 'abc' },
	});
	expect(failure.details.errorData).toBeUndefined();
	expect(failure.description).toContain("Compare 'Fields' with it. It was not written.");
});

it.each([
	["Cannot read properties of null (reading '_id')", 'documentNotFound'],
	['Value is too large (1.5 MiB > maximum size 1 MiB)', 'valueTooLarge'],
	['Something else', 'other'],
])('%s has the reason %s', (errorData, reason) => {
	const errorMessage = `${PREFIX}Uncaught ConvexError: ${errorData}`;
	expect(failureOf({ status: 'error', errorMessage, errorData }).reason).toBe(reason);
});

it.each([
	['Delete on nonexistent document ID j57', 'documentNotFound'],
	['Too many writes in a single function execution (limit: 16000)', 'limitExceeded'],
])('%s, thrown, has the reason %s', (text, reason) => {
	const errorMessage = `${PREFIX}Uncaught Error: ${text}`;
	expect(failureOf({ status: 'error', errorMessage })).toMatchObject({ message: text, reason });
});

it('what a deployment says of a key stays as it is', () => {
	const errorMessage = `${PREFIX}You do not have permission to perform this operation (deployment:data:write).`;
	expect(failureOf({ status: 'error', errorMessage })).toMatchObject({
		reason: 'permissionNeeded',
		details: { outcome: 'notExecuted' },
	});
});
