import type { JSONValue } from 'convex/values';
import { ADVICE, type AdvisedReason } from '../../../../nodes/Convex/convex/advice';
import type { FunctionOperation } from '../../../../nodes/Convex/convex/functions/functionCall';
import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';

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

function helpOn(reason: AdvisedReason): string {
	const advice = ADVICE[reason];
	return typeof advice === 'string' ? advice : advice.help;
}

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
		['mutation', 'The function threw. Nothing was written: a mutation that fails is rolled back.'],
		['action', 'The function threw. What an action did before it failed is not undone.'],
		['run', 'The function threw. What an action did before it failed is not undone.'],
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

/**
 * An error as the backend writes it when called functions threw it: each call around it repeats the
 * whole text of the one inside, and adds its stack (convex-backend crates/common/src/errors.rs,
 * npm-packages/convex src/server/impl/syscall.ts).
 */
function nested(innermost: string, stacks: string[][], name = 'Error'): string {
	const [inner = [], ...outer] = stacks.map((frames) =>
		frames.map((frame) => `${frame}\n`).join(''),
	);
	return outer.reduce(
		(text, stack) => `Uncaught ${name}: ${text}\n${stack}`,
		`${innermost}\n${inner}`,
	);
}

const FRAMES = {
	inner: '    at handler (../convex/inner.ts:3:9)',
	anonymous: '    at <anonymous> (../convex/inner.ts:1:2)',
	builtIn: '    at async Promise.all (index 0)all (<anonymous>)',
	element: '    at async Promise.all (index 12)',
	bare: '    at ../convex/inner.ts:7:1',
	native: '    at map [as map] (native)',
	outer: '    at async handler (../convex/outer.ts:12:5)',
	outermost: '    at async <anonymous> (../convex/outermost.ts:20:1)',
};

describe('an error in a function that another one called', () => {
	it.each<[string, string, string | undefined]>([
		[
			nested('Uncaught Error: kaboom', [[FRAMES.anonymous], [FRAMES.outer]]),
			'Uncaught Error: kaboom',
			FRAMES.anonymous,
		],
		[
			nested('Uncaught TypeError: kaboom', [
				[FRAMES.inner, FRAMES.builtIn, FRAMES.native],
				[FRAMES.outer, FRAMES.builtIn],
				[FRAMES.outermost],
			]),
			'Uncaught TypeError: kaboom',
			FRAMES.inner,
		],
		[
			nested('Uncaught Error: kaboom', [
				[FRAMES.element, FRAMES.inner],
				[FRAMES.outer, FRAMES.element],
			]),
			'Uncaught Error: kaboom',
			FRAMES.inner,
		],
		[
			nested('Uncaught Error: kaboom', [[FRAMES.bare], [FRAMES.outer]]),
			'Uncaught Error: kaboom',
			FRAMES.bare,
		],
		// Frames of the backend's own code are left out, so that a stack may be empty.
		[
			nested('Uncaught Error: kaboom', [[], [FRAMES.outer]]),
			'Uncaught Error: kaboom',
			FRAMES.outer,
		],
		[nested('Uncaught Error: kaboom', [[], []]), 'Uncaught Error: kaboom', undefined],
		[
			nested('Uncaught (in promise) Error: kaboom', [[FRAMES.inner], [FRAMES.outer]]),
			'Uncaught (in promise) Error: kaboom',
			FRAMES.inner,
		],
		[
			`Uncaught (in promise) Error: Uncaught Error: kaboom\n${FRAMES.inner}\n`,
			'Uncaught Error: kaboom',
			FRAMES.inner,
		],
		// What is no Error has no name.
		[
			nested('Uncaught #<Object>', [[FRAMES.inner], [FRAMES.outer]]),
			'Uncaught #<Object>',
			FRAMES.inner,
		],
		[nested('Uncaught', [[FRAMES.inner], [FRAMES.outer]]), 'Uncaught', FRAMES.inner],
		[
			nested('Uncaught Error: one\n\n  two\n', [[FRAMES.inner], [FRAMES.outer]]),
			'Uncaught Error: one\n\n  two',
			FRAMES.inner,
		],
		[
			nested('Uncaught Error: Import failed: Uncaught Error: kaboom', [
				[FRAMES.inner],
				[FRAMES.outer],
			]),
			'Uncaught Error: Import failed: Uncaught Error: kaboom',
			FRAMES.inner,
		],
		[
			nested('ArgumentValidationError: Value does not match validator.\n\nValue: 1', [
				[],
				[FRAMES.outer],
			]),
			'Uncaught Error: ArgumentValidationError: Value does not match validator.\n\nValue: 1',
			FRAMES.outer,
		],
	])('says what was thrown first, and where: %j', (text, message, place) => {
		const failure = reported(`${PREFIX}\n${text}`);
		expect(failure.message).toBe(message);
		expect(failure.description).toBe(
			place === undefined ? 'The function threw.' : `Thrown ${place.trim()}.`,
		);
		expect(failure.details).toMatchObject({ kind: 'function', outcome: 'failed' });
	});

	it.each<[string, string]>([
		['Uncaught ConvexError: {"code":"taken"}', 'Uncaught ConvexError: {"code":"taken"}'],
		['Uncaught FooError: {"code":"taken"}', 'Uncaught FooError: {"code":"taken"}'],
		['Uncaught ConvexError: taken', 'Uncaught ConvexError: taken'],
	])('may be a ConvexError, whose data is kept: %s', (innermost, message) => {
		const stacks = [[FRAMES.inner], [FRAMES.outer], [FRAMES.outermost]];
		const text = nested(innermost, stacks, 'ConvexError');
		const failure = reported(`${PREFIX}\n${text}`, { errorData: { code: 'taken' } });
		expect(failure.message).toBe(message);
		expect(failure.details).toMatchObject({
			kind: 'application',
			errorData: { code: 'taken' },
			outcome: 'failed',
		});
	});

	it('caught and thrown again with words of its own keeps them', () => {
		const inner = `Uncaught Error: kaboom\n${FRAMES.inner}\n`;
		const text = `Uncaught Error: ${inner} (while importing)\n${FRAMES.outer}\n`;
		const failure = reported(`${PREFIX}\n${text}`);
		expect(failure.message).toBe(`Uncaught Error: kaboom\n${FRAMES.inner}\n (while importing)`);
		expect(failure.description).toBe(`Thrown ${FRAMES.outer.trim()}.`);
	});

	it.each([
		'Uncaught Error: failed\n    at step 3 of 5',
		'Uncaught Error: see\n    at the docs (chapter two)',
		'Uncaught Error: it is\n    at 10:30',
	])('keeps a text of its own that looks like a stack: %j', (text) => {
		const failure = reported(`${PREFIX}\n${nested(text, [[FRAMES.inner], [FRAMES.outer]])}`);
		expect(failure.message).toBe(text);
		expect(failure.description).toBe('Thrown at handler (../convex/inner.ts:3:9).');
	});

	it('is read in time, however deep and long it is', () => {
		for (const part of [
			'Uncaught Error: ',
			`${FRAMES.inner}\n`,
			'    at :1:1:1',
			'\n',
			'<anonymous>:1',
		]) {
			const failure = reported(`Uncaught Error: ${part.repeat(400_000)}end`);
			expect(failure.message.endsWith('end')).toBe(true);
		}
	});
});

describe('a limit of Convex that a function ran into', () => {
	it.each([
		[
			'Too many documents read in a single function execution (limit: 32000). Consider using',
			'limitExceeded',
		],
		[
			'Too many bytes read in a single function execution (limit: 16777216 bytes). Consider',
			'limitExceeded',
		],
		[
			'Too many reads in a single function execution (limit: 4096). Consider using',
			'limitExceeded',
		],
		['Too many writes in a single function execution (limit: 16000)', 'limitExceeded'],
		['Too many bytes written in a single function execution (limit: 16 MiB)', 'limitExceeded'],
		['Too many functions scheduled by this mutation (limit: 1000)', 'limitExceeded'],
		[
			'Too large total size of the arguments of scheduled functions from this mutation (limit',
			'limitExceeded',
		],
		['Query scanned too many documents (fetched 32001).', 'limitExceeded'],
		['Query scanned too much data (fetched 16777217 bytes).', 'limitExceeded'],
		['Search query scanned too many documents (fetched 1024).', 'limitExceeded'],
		['Audit logs exceed function execution limits', 'limitExceeded'],
		['Action `jobs.js:run` execution timed out (maximum duration 600s)', 'limitExceeded'],
		['Value is too large (1.2 MiB > maximum size 1 MiB)', 'valueTooLarge'],
		['Value is too nested (nested 65 levels deep > maximum nesting 64)', 'valueTooLarge'],
		['Document is too nested (nested 17 levels deep > maximum nesting 16)', 'valueTooLarge'],
		['Array length is too long (8193 > maximum length 8192)', 'valueTooLarge'],
		['Object has too many fields (1025 > maximum number 1024)', 'valueTooLarge'],
		[
			'Failed to insert or update a document in table "tasks" because it does not match the schema: Object',
			'schemaMismatch',
		],
		[
			'Documents read from or written to the "counters" table changed while this mutation was being run and on every',
			'writeConflict',
		],
		['Cross component call depth limit exceeded. Do you have an infinite loop', 'endlessCalls'],
	] as const)('comes with what to do: %s', (text, reason) => {
		const inside = reported(`${PREFIX}\nUncaught Error: ${text}\n${FRAMES.inner}\n`);
		expect(inside.message).toBe(`Uncaught Error: ${text}`);
		expect(inside.description).toMatch(/^Thrown at handler .*\. [A-Z]/);
		expect(inside.description).toContain(helpOn(reason));
		// Some are found only when the mutation commits.
		const atCommit = reported(`${PREFIX}\n${text}\n`, { operation: 'mutation' });
		expect(atCommit.message).toBe(text);
		expect(atCommit.description).toContain(helpOn(reason));
		expect(atCommit.description).toMatch(/Nothing was written/);
		for (const { details, reason: given } of [inside, atCommit]) {
			expect(given).toBe(reason);
			expect(details).toMatchObject({ kind: 'function', retryable: false, outcome: 'failed' });
		}
	});
});

describe('a function that threw a ConvexError', () => {
	const text = 'Uncaught ConvexError: {"code":"taken"}';

	it.each<JSONValue>([{ code: 'taken' }, 'taken', '', 0, null, false, []])(
		'keeps its data %j',
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
		const isAction = operation === 'action' || operation === 'run';
		const left = isAction ? ' What an action did before it failed is not undone.' : '';
		expect(failure.description).toBe(
			`This production deployment hides what happened. Look it up on the Logs page of the Convex dashboard, under the request ID 0f3c9a1b2d4e5f60. A function can throw a ConvexError to tell its callers more.${left}`,
		);
		expect(failure.details).toEqual({
			kind: 'function',
			requestId: '0f3c9a1b2d4e5f60',
			retryable: false,
			outcome: 'failed',
		});
	});
});

const KNOWN_ADVICE: Array<[text: string, AdvisedReason]> = [
	['Could not find public function for "a:b".', 'functionNotFound'],
	['Trying to execute a.js:b as Query, but it is defined as HttpAction.', 'httpAction'],
	['ArgumentValidationError: Object', 'badArguments'],
	['Arguments for a.js:b are too large', 'argumentsTooLarge'],
	["Couldn't find JavaScript module 'a.js'", 'notDeployable'],
	["Component path 'mail' not found", 'componentNotFound'],
	['You do not have permission to perform this operation.', 'permissionNeeded'],
	['Cannot run functions while this deployment is paused.', 'paused'],
	['This deployment has been disabled', 'disabled'],
];

describe("Convex's own text for a call", () => {
	it.each([
		["Could not find public function for 'messages:nope'.", 'functionNotFound'],
		[
			"Could not find function for 'm:x'. Did you forget to run `npx convex dev`?",
			'functionNotFound',
		],
		['Trying to execute messages.js:send as Query, but it is defined as Mutation.', 'wrongType'],
		['Trying to execute http.js:default as Query, but it is defined as HttpAction.', 'httpAction'],
		[
			'ArgumentValidationError: Object is missing the required field `body`. Consider wrapping the field\nvalidator in `v.optional(...)` if this is expected.\n\nObject: {author: "a"}\nValidator: {author: v.string(), body: v.string()}',
			'badArguments',
		],
		['Invalid arguments for messages.js:send: Value is too nested', 'badArguments'],
		[
			'Arguments for messages.js:send are too large (actual: 17 MiB, limit: 16 MiB)',
			'argumentsTooLarge',
		],
		[
			'Node actions arguments size is too large. The maximum size is 5 MiB. Reduce the size',
			'argumentsTooLarge',
		],
		["Couldn't find JavaScript module 'jobs.js'. Did you forget to run", 'notDeployable'],
		['Couldn\'t find "run" in module "jobs.js".', 'notDeployable'],
		['Invalid module path: "a b.js"', 'notDeployable'],
		['Top-level awaits in source files are unsupported', 'notDeployable'],
		[
			'Function "jobs.js:run" is neither a query or mutation. Did you forget to wrap it',
			'notDeployable',
		],
		[
			'Function "jobs.js:run" is registered as a mutation but is being run as a query.',
			'notDeployable',
		],
		[
			'Convex functions at or below version 0.13.0 are no longer supported. Update your Convex npm',
			'notDeployable',
		],
		["Component path 'mail' not found", 'componentNotFound'],
	] as const)('%s', (text, reason) => {
		for (const operation of OPERATIONS) {
			const failure = reported(`${PREFIX}\n${text}\n`, { operation });
			expect(failure.message).toBe(text);
			expect(failure.reason).toBe(reason);
			expect(failure.details).toEqual({
				kind: 'function',
				requestId: '0f3c9a1b2d4e5f60',
				retryable: false,
				outcome: 'notExecuted',
			});
		}
	});

	it.each(KNOWN_ADVICE)('has the advice of its reason: %s', (text, reason) => {
		expect(reported(text).description).toBe(helpOn(reason));
	});

	it.each([
		[
			'Trying to execute a/b.js:list as Mutation, but it is defined as Query.',
			"Set 'Operation' to 'Query', or to 'Run by Path', which takes every type.",
		],
		[
			'Trying to execute jobs.js:send as Query, but it is defined as Action.',
			"Set 'Operation' to 'Action', or to 'Run by Path', which takes every type.",
		],
		[
			'You do not have permission to perform this operation (deployment:functions:runInternalQueries).',
			"Use a deploy key that has the permission 'deployment:functions:runInternalQueries'.",
		],
	])('has its own advice, where the text says more: %s', (text, description) => {
		expect(reported(text).description).toBe(description);
	});

	it.each([
		[
			'You do not have permission to perform this operation (deployment:functions:runInternalQueries).',
			'permissionNeeded',
		],
		['You do not have permission to perform this operation.', 'permissionNeeded'],
		[
			'Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.',
			'paused',
		],
		['You have exceeded the free plan limits, so your deployments have been disabled.', 'disabled'],
		['You have exceeded your spending limits, so your deployments have been disabled.', 'disabled'],
		['This deployment has been disabled because it exceeded a configured usage limit.', 'disabled'],
		['Cannot run functions while this deployment is suspended.', 'disabled'],
	] as const)('is one of the deployment: %s', (text, reason) => {
		const failure = reported(`${PREFIX}\n${text}`);
		expect(failure.message).toBe(text);
		expect(failure.reason).toBe(reason);
		expect(failure.details).toMatchObject({
			kind: 'deployment',
			retryable: false,
			outcome: 'notExecuted',
		});
	});

	it.each([
		['Function execution timed out (maximum duration: 1s)', 'limitExceeded'],
		['Your request timed out performing too many system operations.', 'limitExceeded'],
		['JavaScript execution ran out of memory (maximum memory usage: 64 MB)', 'limitExceeded'],
		[
			'Function execution unexpectedly timed out. Check your function for infinite loops',
			'limitExceeded',
		],
		[
			'Function jobs.js:run return value is too large (actual: 17 MiB, limit: 16 MiB)',
			'resultTooLarge',
		],
		[
			'Function jobs.js:run return value invalid: Value is too nested (nested 65 levels',
			'resultNotSupported',
		],
		[
			'Function jobs.js:run failed. Could not parse return value as json: EOF',
			'resultNotSupported',
		],
		['ConvexError with invalid data: Value is too nested', 'errorDataNotSupported'],
		['Returned promise will never resolve', 'neverResolves'],
		['ReturnsValidationError: Value does not match validator.', 'badResult'],
	] as const)('is one of a function that ran: %s', (text, reason) => {
		const failure = reported(`${PREFIX}\n${text}`, { operation: 'mutation' });
		expect(failure.message).toBe(text);
		expect(failure.reason).toBe(reason);
		expect(failure.description).toContain(helpOn(reason));
		expect(failure.description).toMatch(/ Nothing was written: .* is rolled back\.$/);
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

it('a line of a message that begins with "at" is not taken for the stack', () => {
	const failure = functionFailure({
		operation: 'query',
		errorMessage:
			'[Request ID: a] Server Error\nUncaught Error: look\n  at this\n    at handler (../convex/a.ts:1:2)\n    at other (../convex/b.ts:3:4)\n',
		errorData: undefined,
		logLines: [],
	});
	expect(failure.message).toBe('Uncaught Error: look\n  at this');
	expect(failure.description).toBe('Thrown at handler (../convex/a.ts:1:2).');
});

it.each<[string, string, JSONValue | undefined]>([
	['an error', `${PREFIX}\nUncaught Error: boom`, undefined],
	['a ConvexError', `${PREFIX}\nUncaught ConvexError: "no"`, 'no'],
	['a hidden error', PREFIX, undefined],
	['a result that is too large', `${PREFIX}\nFunction a:b return value is too large`, undefined],
])('what an action did before it failed is said to stay: %s', (_what, errorMessage, errorData) => {
	const described = (operation: FunctionOperation) =>
		functionFailure({ operation, errorMessage, errorData, logLines: [] }).description;
	for (const operation of ['action', 'run'] as const) {
		expect(described(operation)).toContain('What an action did before it failed is not undone.');
	}
	expect(described('mutation')).not.toContain('action did');
});

describe('a cursor that does not fit its query any more', () => {
	const system = { isConvexSystemError: true, paginationError: 'InvalidCursor' };

	it('is known by the text of the backend, and by the data of its ConvexError', () => {
		const text = 'Uncaught Error: InvalidCursor: Tried to run a query starting from a cursor';
		expect(reported(`${PREFIX}\n${text}`).reason).toBe('invalidCursor');
		expect(reported(PREFIX, { errorData: system }).reason).toBe('invalidCursor');
	});

	it.each<[string, string, JSONValue | undefined]>([
		['another error', 'Uncaught Error: boom', undefined],
		['a cursor that cannot be read', 'Uncaught Error: Failed to parse cursor', undefined],
		['a hidden error', PREFIX, undefined],
		['data of the app that looks alike', PREFIX, { paginationError: 'InvalidCursor' }],
		['another error of the system', PREFIX, { ...system, paginationError: 'Other' }],
		['data that is a list', PREFIX, [system]],
	])('is not %s', (_what, errorMessage, errorData) => {
		expect(reported(errorMessage, { errorData }).reason).not.toBe('invalidCursor');
	});
});
