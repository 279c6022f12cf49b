import type { JSONValue } from 'convex/values';
import type { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import type { FunctionOperation } from '../../../../nodes/Convex/convex/functions/functionCall';
import { parseFunctionResponse } from '../../../../nodes/Convex/convex/responses/functionResponse';

const OPERATIONS: FunctionOperation[] = ['query', 'mutation', 'action', 'run'];
const SIDE_EFFECTS: FunctionOperation[] = ['mutation', 'action', 'run'];

const answered = (operation: FunctionOperation, httpStatus: number, body: string) =>
	parseFunctionResponse(operation, { httpStatus, body });

function failureOf(operation: FunctionOperation, httpStatus: number, body: string): ConvexFailure {
	const result = answered(operation, httpStatus, body);
	if (result.status === 'failure') return result.failure;
	throw new Error('Expected a failure');
}

describe('a value', () => {
	it.each<JSONValue>([null, false, 0, '', [], {}, { status: 'error' }, [{ a: ['b'] }], 'text'])(
		'%j is the result, whatever the operation',
		(value) => {
			const body = JSON.stringify({ status: 'success', value, logLines: ["[LOG] 'hi'"] });
			for (const operation of OPERATIONS) {
				expect(answered(operation, 200, body)).toEqual({
					status: 'success',
					value,
					logLines: ["[LOG] 'hi'"],
				});
			}
		},
	);

	it.each([
		['there are none', undefined, []],
		['there is an empty list', [], []],
		['there are several', ["[LOG] 'a'", "[ERROR] 'b'"], ["[LOG] 'a'", "[ERROR] 'b'"]],
		['they are no list', 'text', []],
		['some are no text', ['a', 1, null, { b: 1 }], ['a']],
	])('comes with a list of log lines when %s', (_what, logLines, expected) => {
		const body = JSON.stringify({ status: 'success', value: 1, logLines });
		expect(answered('query', 200, body)).toEqual({
			status: 'success',
			value: 1,
			logLines: expected,
		});
	});

	it('is read from whatever blanks surround the answer', () => {
		expect(answered('query', 200, '\n {"status": "success", "value": 1} \r\n')).toMatchObject({
			status: 'success',
			value: 1,
		});
	});
});

describe('the failure of a function', () => {
	const error = {
		status: 'error',
		errorMessage:
			'[Request ID: 0f3c] Server Error\nUncaught Error: boom\n    at handler (../convex/m.ts:3:9)\n',
		logLines: ["[LOG] 'before'"],
	};

	it.each([200, 560])('is read from an answer with status %i', (httpStatus) => {
		const failure = failureOf('mutation', httpStatus, JSON.stringify(error));
		expect(failure.message).toBe('Uncaught Error: boom');
		expect(failure.details).toEqual({
			kind: 'function',
			logLines: ["[LOG] 'before'"],
			requestId: '0f3c',
			retryable: false,
			outcome: 'failed',
		});
	});

	it.each<JSONValue>([null, '', 0, { code: 7 }, ['a']])(
		'with the data %j is one of the application',
		(errorData) => {
			const failure = failureOf('query', 200, JSON.stringify({ ...error, errorData }));
			expect(failure.details).toMatchObject({ kind: 'application', errorData });
		},
	);

	it('is a redacted one when Convex hides what happened', () => {
		const body = JSON.stringify({
			status: 'error',
			errorMessage: '[Request ID: 0f3c] Server Error',
		});
		const failure = failureOf('query', 200, body);
		expect(failure.message).toBe('Server Error');
		expect(failure.description).toMatch(/hides what happened\. .* under the request ID 0f3c\./);
	});

	it('counts for a status of 200 and 560 only', () => {
		const failure = failureOf('query', 500, JSON.stringify(error));
		expect(failure.details).toMatchObject({ kind: 'deployment', httpStatus: 500 });
	});
});

describe('any other status', () => {
	it.each([
		[400, { code: 'BadJsonBody', message: 'missing field `args`' }, 'notExecuted'],
		[503, { code: 'InternalServerError', message: 'Try again later.' }, 'unknown'],
	])('is a failure of the deployment (%i)', (httpStatus, body, outcome) => {
		const failure = failureOf('mutation', httpStatus, JSON.stringify(body));
		expect(failure.message).toBe(body.message);
		expect(failure.details).toMatchObject({
			kind: 'deployment',
			code: body.code,
			httpStatus,
			outcome,
		});
	});

	it('is one also if the answer looks like a success', () => {
		const body = JSON.stringify({ status: 'success', value: 1 });
		expect(answered('query', 404, body)).toMatchObject({ status: 'failure' });
	});
});

describe('an answer that was cut off', () => {
	const whole = JSON.stringify({ status: 'success', value: [{ a: 'text' }], logLines: [] });

	it.each([1, 10, 21, 30, whole.length - 1])('after %i characters says so', (length) => {
		const failure = failureOf('query', 200, whole.slice(0, length));
		expect(failure.message).toBe('The answer of the deployment was cut off');
		expect(failure.description).toBe(
			'The connection broke while the result arrived. Try again later.',
		);
		expect(failure.details).toEqual({
			kind: 'network',
			httpStatus: 200,
			retryable: true,
			outcome: 'unknown',
		});
	});

	it.each([400, 401, 404, 413, 429, 503])('proves nothing by its status %i', (httpStatus) => {
		const refusal = JSON.stringify({ code: 'BadFormat', message: 'Unknown format' });
		for (const operation of SIDE_EFFECTS) {
			for (const length of [1, 12, refusal.length - 1]) {
				const failure = failureOf(operation, httpStatus, refusal.slice(0, length));
				expect(failure.message).toBe('The answer of the deployment was cut off');
				expect(failure.details).toMatchObject({ httpStatus, retryable: false, outcome: 'unknown' });
			}
		}
	});

	it.each(SIDE_EFFECTS)('of a %s leaves it open what ran', (operation) => {
		const failure = failureOf(operation, 200, whole.slice(0, -1));
		expect(failure.details).toMatchObject({ retryable: false, outcome: 'unknown' });
	});
});

describe('an answer that is not of Convex', () => {
	it.each([
		['a web page', '<!doctype html><html><body>Sign in</body></html>', 'a web page'],
		['a web page after blanks', '\n\n  <html>', 'a web page'],
		['XML', '<?xml version="1.0"?>', 'a web page'],
		['nothing', '', 'something'],
		['a text', 'OK', 'something'],
		['a list', '[{"status":"success","value":1}]', 'something'],
		['a lone value', 'null', 'something'],
	])('%s says that the URL may be wrong', (_what, body, words) => {
		const failure = failureOf('query', 200, body);
		expect(failure.message).toBe(`The server answered with ${words} that is not a Convex answer`);
		expect(failure.description).toMatch(/^Check the credential's 'Deployment URL': .* website/);
		expect(failure.details).toEqual({
			kind: 'deployment',
			httpStatus: 200,
			retryable: false,
			outcome: 'unknown',
		});
	});
});

it.each(['{"ok":true}', '{"status":"success"}', '{"status":"error"}'])(
	'a whole JSON answer of something else is not taken for one that was cut off: %s',
	(body) => {
		const result = parseFunctionResponse('mutation', { httpStatus: 200, body });
		expect(result).toMatchObject({
			failure: {
				message: 'The server answered with something that is not a Convex answer',
				details: { kind: 'deployment', outcome: 'unknown' },
			},
		});
	},
);
