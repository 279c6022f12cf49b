import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { expectFailure } from '../support/expectFailure';

const convex = useEmbeddedDeployment('deployKey');

describe('a function that does not complete', () => {
	it('throws', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('query', 'failures:throwError', { message: 'no updatePermissions' }) },
			{
				message: 'Uncaught Error: no updatePermissions',
				description: /^Thrown at handler \(\.\.\/convex\/failures\.ts/,
				details: {
					functionPath: 'failures:throwError',
					kind: 'function',
					reason: 'thrown',
					logLines: ["[WARN] 'about to throw'"],
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});

	it('throws a ConvexError with data', async () => {
		const errorData = { code: 'NOT_FOUND', id: 3 };
		await expectFailure(
			convex,
			{ parameters: calling('query', 'failures:throwConvexError', { data: errorData }) },
			{
				message: 'Uncaught ConvexError: {"code":"NOT_FOUND","id":3}',
				description: /details\.errorData/,
				details: {
					functionPath: 'failures:throwConvexError',
					kind: 'application',
					reason: 'convexError',
					errorData,
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});

	it('throws in a mutation, which is rolled back', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('mutation', 'failures:writeThenThrow', { name: 'rolled back' }) },
			{
				message: 'Uncaught Error: thrown after a write',
				description: /rolled back/,
				details: {
					functionPath: 'failures:writeThenThrow',
					kind: 'function',
					reason: 'thrown',
					retryable: false,
					outcome: 'failed',
				},
			},
		);
		const { success } = await convex.run({
			parameters: calling('query', 'counters:get', { name: 'rolled back' }),
		});
		expect(success[0]?.json.value).toBe(0);
	});

	it('throws in an action, which may have had effects', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('action', 'failures:actThenThrow', { name: 'a' }) },
			{
				message: 'Uncaught Error: thrown after a mutation',
				description: /is not undone/,
				details: {
					functionPath: 'failures:actThenThrow',
					kind: 'function',
					reason: 'thrown',
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});

	it('returns what its validator refuses', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('mutation', 'failures:badReturn', { name: 'a' }) },
			{
				message: /^ReturnsValidationError: Value does not match validator\./,
				description: /Fix this in the Convex function/,
				details: {
					functionPath: 'failures:badReturn',
					kind: 'function',
					reason: 'badResult',
					retryable: false,
					outcome: 'failed',
				},
			},
		);
		const { success } = await convex.run({
			parameters: calling('query', 'counters:get', { name: 'a' }),
		});
		expect(success[0]?.json.value).toBe(0);
	});

	it('throws in a function that it called, two calls deep', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('action', 'failures:throwDeep') },
			{
				message: 'Uncaught Error: kaboom',
				description: /^Thrown at handler \(\.\.\/convex\/failures\.ts:1:1\)\. What an action did/,
				details: {
					functionPath: 'failures:throwDeep',
					kind: 'function',
					reason: 'thrown',
					logLines: ["[WARN] 'about to throw'"],
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});

	it('throws a ConvexError in a function that it called, two calls deep', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('action', 'failures:throwDeep', { data: { code: 'TAKEN' } }) },
			{
				message: 'Uncaught ConvexError: {"code":"TAKEN"}',
				description: /details\.errorData/,
				details: {
					functionPath: 'failures:throwDeep',
					kind: 'application',
					reason: 'convexError',
					errorData: { code: 'TAKEN' },
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});

	it('calls another with arguments that it does not take, which is its own failure', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('action', 'failures:passOnWrongly') },
			{
				message:
					/^Uncaught Error: ArgumentValidationError: Value does not match validator\.\n(?!.* {4}at )/s,
				description: /^Thrown at async handler/,
				details: {
					functionPath: 'failures:passOnWrongly',
					kind: 'function',
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});

	it.each([
		['a ConvexError', 'failures:throwConvexError', { data: 'nope' }, 'ConvexError: nope'],
		['an error', 'failures:throwError', {}, 'Server Error'],
	])('hides %s in production', async (_what, path, args, message) => {
		const errorData = 'data' in args ? args.data : undefined;
		await expectFailure(
			convex,
			{
				parameters: calling('query', path, args),
				prepare: async () => await convex.deployment.redact(),
			},
			{
				message,
				description: errorData === undefined ? /under the request ID [0-9a-f]{16}/ : /errorData/,
				details: {
					functionPath: path,
					kind: errorData === undefined ? 'function' : 'application',
					errorData,
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});
});

describe('a call that Convex refuses before the function runs', () => {
	const notExecuted = { kind: 'function', retryable: false, outcome: 'notExecuted' };

	it.each([
		[
			'a missing argument',
			{ title: undefined },
			/missing the required field `title`/,
			/^Give 'title'/,
		],
		[
			'an extra argument',
			{ title: 't', extra: 1 },
			/contains extra field `extra`/,
			/^Leave 'extra' out/,
		],
		[
			'an argument of the wrong type',
			{ title: 3 },
			/Value does not match validator/,
			/Compare 'Arguments'/,
		],
	])('for %s', async (_what, args, text, description) => {
		await expectFailure(
			convex,
			{ parameters: calling('mutation', 'tasks:create', args) },
			{
				message: new RegExp(`^ArgumentValidationError: .*${text.source}`),
				description,
				details: { functionPath: 'tasks:create', ...notExecuted, reason: 'badArguments' },
			},
		);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('for a function that does not exist', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('query', 'tasks:nope') },
			{
				message: "Could not find public function for 'tasks:nope'.",
				description: /Check the spelling/,
				details: { functionPath: 'tasks:nope', ...notExecuted, reason: 'functionNotFound' },
			},
		);
	});

	it('for a function that does not exist, by path', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('run', 'tasks:nope') },
			{
				message: /^Could not find function for 'tasks:nope'\. Did you forget to run/,
				description: /Check the spelling/,
				details: { functionPath: 'tasks:nope', ...notExecuted, reason: 'functionNotFound' },
			},
		);
	});

	it('for an internal function without a deploy key', async () => {
		const credential = { deploymentUrl: convex.deployment.url, authentication: 'none' };
		await expectFailure(
			convex,
			{ credential, parameters: calling('mutation', 'jobs:tick', { name: 'a' }) },
			{
				message: "Could not find public function for 'jobs:tick'.",
				description: /internal functions need a credential with a deploy key/,
				details: { functionPath: 'jobs:tick', ...notExecuted, reason: 'functionNotFound' },
			},
		);
	});

	it('for a function of another type, naming the operation to choose', async () => {
		await expectFailure(
			convex,
			{ parameters: calling('query', 'tasks:create', { title: 't' }) },
			{
				message: 'Trying to execute tasks.js:create as Query, but it is defined as Mutation.',
				description: /Set 'Operation' to 'Mutation'/,
				details: { functionPath: 'tasks:create', ...notExecuted, reason: 'wrongType' },
			},
		);
	});

	it('while the deployment is paused', async () => {
		await expectFailure(
			convex,
			{
				parameters: calling('query', 'version'),
				prepare: async () => await convex.deployment.setPaused(true),
			},
			{
				message: /^Cannot run functions while this deployment is paused\./,
				description: /Resume the deployment/,
				details: {
					functionPath: 'version:default',
					...notExecuted,
					kind: 'deployment',
					reason: 'paused',
				},
			},
		);
	});

	it.each([
		['deployKey', 'wrong|key', 'BadAdminKey', /deploy key does not belong/],
		['bearerToken', 'not.a.token', 'InvalidAuthHeader', /Get a new token/],
		['bearerToken', 'expired', 'InvalidAuthHeader', /Get a new token/],
		['bearerToken', 'foreign', 'NoAuthProvider', /auth\.config\.ts/],
	])('for a %s that is not accepted (%s)', async (authentication, token, code, description) => {
		const tokens: Record<string, Record<string, unknown>> = {
			expired: { exp: 1000 },
			foreign: { iss: 'https://elsewhere.test' },
		};
		const claims = tokens[token];
		const secret = claims === undefined ? token : await convex.deployment.signToken(claims);
		const credential = { deploymentUrl: convex.deployment.url, authentication, token: secret };
		await expectFailure(
			convex,
			{ credential, parameters: calling('query', 'version') },
			{
				message: /./,
				description,
				details: {
					functionPath: 'version:default',
					...notExecuted,
					kind: 'deployment',
					code,
					httpStatus: 401,
					requestId: undefined,
				},
			},
		);
	});
});
