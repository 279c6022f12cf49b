import type { JSONValue } from 'convex/values';
import type { FunctionOperation } from '../../nodes/Convex/convex/functionCall';
import { functionFailure } from '../../nodes/Convex/convex/functionFailure';

const OPERATIONS: FunctionOperation[] = ['query', 'mutation', 'action', 'run'];
const PREFIX = '[Request ID: 0f3c9a1b2d4e5f60] Server Error';
const STACK = '    at boom (../convex/m.ts:1:2)\n    at async handler (../convex/m.ts:9:3)\n';

interface Answer {
	operation?: FunctionOperation;
	errorData?: JSONValue;
	logLines?: string[];
}

const reported = (errorMessage: string, answer: Answer = {}) =>
	functionFailure({
		operation: 'query',
		errorData: undefined,
		logLines: [],
		...answer,
		errorMessage,
	});

describe('a function that threw', () => {
	it('says what it threw and where, without the stack', () => {
		const failure = reported(`${PREFIX}\nUncaught Error: boom\n${STACK}`);
		expect(failure.message).toBe('Uncaught Error: boom');
		expect(failure.description).toBe('Thrown at boom (../convex/m.ts:1:2).');
		expect(failure.details).toEqual({
			kind: 'function',
			requestId: '0f3c9a1b2d4e5f60',
			retryable: false,
			outcome: 'failed',
		});
	});

	it('keeps all lines of its text', () => {
		const failure = reported(`${PREFIX}\nUncaught Error: one\n\n  two\n${STACK}`);
		expect(failure.message).toBe('Uncaught Error: one\n\n  two');
	});

	it('does without a stack and a request ID', () => {
		const failure = reported('Uncaught Error: boom');
		expect(failure.message).toBe('Uncaught Error: boom');
		expect(failure.description).toBe('The function threw.');
		expect(failure.details).not.toHaveProperty('requestId');
	});

	it.each([
		['query', 'The function threw.'],
		['mutation', 'The function threw. Nothing was written: a mutation that throws is rolled back.'],
		['action', 'The function threw. What an action did before it threw is not undone.'],
		['run', 'The function threw. What an action did before it threw is not undone.'],
	] as const)('says what became of its effects: %s', (operation, description) => {
		const failure = reported('Uncaught Error: boom', { operation });
		expect(failure.description).toBe(description);
		expect(failure.details).toMatchObject({ retryable: false, outcome: 'failed' });
	});

	it('says what it logged', () => {
		const logLines = ["[LOG] 'before'", "[WARN] 'oh'"];
		expect(reported('Uncaught Error: boom', { logLines }).details.logLines).toEqual(logLines);
		expect(reported('Uncaught Error: boom').details).not.toHaveProperty('logLines');
	});

	it.each([
		'Could not find public function for "a:b".',
		'Trying to execute a.js:b as Query, but it is defined as Mutation.',
		'ArgumentValidationError: mine',
		'Arguments for a.js:b are too large',
		"Component path 'mail' not found",
		'Function execution timed out',
		'You do not have permission to perform this operation.',
		'You have exceeded the free plan limits',
	])('of a nested call is not the failure of this one: %s', (nested) => {
		const failure = reported(`Uncaught Error: ${nested}`);
		expect(failure.description).toBe('The function threw.');
		expect(failure.details).toMatchObject({ kind: 'function', outcome: 'failed' });
	});
});

describe('a function that threw a ConvexError', () => {
	const text = 'Uncaught ConvexError: {"code":"taken"}';

	it.each<JSONValue>([{ code: 'taken' }, 'taken', '', 0, null, false, []])(
		'hands on its data %j',
		(errorData) => {
			const failure = reported(`${PREFIX}\n${text}\n${STACK}`, { errorData });
			expect(failure.message).toBe(text);
			expect(failure.description).toMatch(/with a ConvexError: .* in 'details\.errorData'\.$/);
			expect(failure.details).toEqual({
				kind: 'application',
				errorData,
				requestId: '0f3c9a1b2d4e5f60',
				retryable: false,
				outcome: 'failed',
			});
		},
	);

	it.each<[JSONValue, string]>([
		['Name taken', 'ConvexError: Name taken'],
		[{ code: 'taken' }, 'ConvexError: {"code":"taken"}'],
		[null, 'ConvexError: null'],
	])('in a production deployment says its data %j', (errorData, message) => {
		expect(reported(PREFIX, { errorData }).message).toBe(message);
	});

	it('is never taken for a failure of Convex', () => {
		const failure = reported('Could not find public function', { errorData: 1 });
		expect(failure.details).toMatchObject({ kind: 'application', outcome: 'failed' });
	});
});

describe('a production deployment', () => {
	it.each(OPERATIONS)('hides what happened: where to look is said (%s)', (operation) => {
		const failure = reported(PREFIX, { operation });
		expect(failure.message).toBe('Server Error');
		expect(failure.description).toBe(
			'This production deployment hides what happened. Look it up on the Logs page of the Convex dashboard, under the request ID 0f3c9a1b2d4e5f60. A function can throw a ConvexError to tell its callers more.',
		);
		expect(failure.details).toEqual({
			kind: 'function',
			requestId: '0f3c9a1b2d4e5f60',
			retryable: false,
			outcome: 'failed',
		});
	});
});

describe("Convex's own text for a call", () => {
	it.each([
		[
			"Could not find public function for 'messages:nope'.",
			/^Check the spelling of 'Function', .* internal functions need a credential with a deploy key/,
		],
		[
			"Could not find function for 'm:x'. Did you forget to run `npx convex dev`?",
			/^Check the spelling of 'Function'/,
		],
		[
			'Trying to execute messages.js:send as Query, but it is defined as Mutation.',
			/^Set 'Operation' to 'Mutation', or to 'Run by Path', which takes every type\.$/,
		],
		[
			'Trying to execute a/b.js:list as Mutation, but it is defined as Query.',
			/^Set 'Operation' to 'Query', or to 'Run by Path'/,
		],
		[
			'Trying to execute jobs.js:send as Query, but it is defined as Action.',
			/^Set 'Operation' to 'Action', or to 'Run by Path'/,
		],
		[
			'Trying to execute http.js:default as Query, but it is defined as HttpAction.',
			/^HTTP actions are called by their own URL\./,
		],
		[
			'ArgumentValidationError: Object is missing the required field `body`. Consider wrapping the field\nvalidator in `v.optional(...)` if this is expected.\n\nObject: {author: "a"}\nValidator: {author: v.string(), body: v.string()}',
			/^The arguments do not match the function's validator\. .* An int64 needs the argument type 'Int64'/,
		],
		[
			'Invalid arguments for messages.js:send: Value is too nested',
			/^The arguments do not match the function's validator\./,
		],
		[
			'Arguments for messages.js:send are too large (actual: 17 MiB, limit: 16 MiB)',
			/^Send less data per call/,
		],
		[
			"Component path 'mail' not found",
			/^Check the name of the component in convex\.config\.ts\.$/,
		],
	])('%s', (text, description) => {
		for (const operation of OPERATIONS) {
			const failure = reported(`${PREFIX}\n${text}\n`, { operation });
			expect(failure.message).toBe(text);
			expect(failure.description).toMatch(description);
			expect(failure.details).toEqual({
				kind: 'function',
				requestId: '0f3c9a1b2d4e5f60',
				retryable: false,
				outcome: 'notExecuted',
			});
		}
	});

	it.each([
		[
			'You do not have permission to perform this operation (deployment:functions:runInternalQueries).',
			/^Use a deploy key that has the permission 'deployment:functions:runInternalQueries'\.$/,
		],
		[
			'You do not have permission to perform this operation.',
			/^Use a deploy key that has this permission\.$/,
		],
		[
			'Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.',
			/^Resume the deployment in its settings on the Convex dashboard\.$/,
		],
		[
			'You have exceeded the free plan limits, so your deployments have been disabled.',
			/^Open the deployment on the Convex dashboard to see why it is stopped\.$/,
		],
		[
			'You have exceeded your spending limits, so your deployments have been disabled.',
			/to see why it is stopped\.$/,
		],
		[
			'This deployment has been disabled because it exceeded a configured usage limit.',
			/to see why it is stopped\.$/,
		],
		['Cannot run functions while this deployment is suspended.', /to see why it is stopped\.$/],
	])('is one of the deployment: %s', (text, description) => {
		const failure = reported(`${PREFIX}\n${text}`);
		expect(failure.message).toBe(text);
		expect(failure.description).toMatch(description);
		expect(failure.details).toMatchObject({
			kind: 'deployment',
			retryable: false,
			outcome: 'notExecuted',
		});
	});

	it.each([
		['Function execution timed out (maximum duration: 1s)', /more than Convex allows in one call/],
		[
			'Your request timed out performing too many system operations.',
			/docs\.convex\.dev\/production\/state\/limits/,
		],
		[
			'JavaScript execution ran out of memory (maximum memory usage: 64 MB)',
			/more than Convex allows in one call/,
		],
		[
			'ReturnsValidationError: Value does not match validator.',
			/^The function's result does not match its 'returns' validator\. .* mended in the Convex fun/,
		],
	])('is one of a function that ran: %s', (text, description) => {
		const failure = reported(`${PREFIX}\n${text}`, { operation: 'mutation' });
		expect(failure.message).toBe(text);
		expect(failure.description).toMatch(description);
		expect(failure.details).toMatchObject({
			kind: 'function',
			retryable: false,
			outcome: 'failed',
		});
	});

	it('comes with what was logged', () => {
		const failure = reported('Function execution timed out', { logLines: ['[LOG] 1'] });
		expect(failure.details.logLines).toEqual(['[LOG] 1']);
	});
});
