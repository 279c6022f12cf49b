import type { IDataObject } from 'n8n-workflow';
import type { Fault } from '../../emulator/faults';
import { startHttpServer, startUntrustedServer, unusedUrl } from '../support/awkwardServers';
import { calling, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import type { CredentialValues } from '../support/engine';

const convex = useEmbeddedDeployment('deployKey');

let credential: CredentialValues;

beforeEach(() => {
	credential = convex.credential;
});

/** What stands in the message where a mutation or action may have run. */
const MAY_HAVE_RUN =
	'. The function may have run: do not call it again before checking that in Convex.';

/** What may be sent again is looked at in the first try; anything else has all its retries left. */
const firstTry = (retryable: boolean) => (retryable ? { maxRetries: 0 } : {});

interface ExpectedFailure {
	message: string | RegExp;
	description: RegExp;
	details: IDataObject;
}

/**
 * Runs the same call with each of n8n's settings and checks what each gives: the stored error, the
 * item of the error branch with the input's fields, and the item of the only output.
 */
async function expectFailure(
	options: Pick<ConvexRunOptions, 'parameters'> & { prepare?: () => Promise<void> },
	{ message, description, details }: ExpectedFailure,
): Promise<void> {
	const input = [{ order: 7 }];
	const { parameters, prepare = async () => {} } = options;
	const text = typeof message === 'string' ? message : expect.stringMatching(message);
	const expectedDetails = {
		operation: parameters.operation,
		requestId: expect.any(String),
		reason: expect.any(String),
		...details,
	};
	const hint = expect.stringMatching(description);
	const expectedJson = { error: text, details: { ...withoutUndefined(expectedDetails), hint } };

	await prepare();
	const stopped = await convex.run({ credential, parameters, input });
	expect(stopped.stoppedBy).toMatchObject({
		message: text,
		description: expect.stringMatching(description),
		context: { itemIndex: 0 },
	});
	expect(stopped.success).toEqual([]);

	await prepare();
	const branched = await convex.run({
		credential,
		parameters,
		input,
		settings: { onError: 'continueErrorOutput' },
	});
	expect(branched.stoppedBy).toBeUndefined();
	expect(branched.success).toEqual([]);
	expect(branched.error.map((item) => item.json)).toEqual([{ order: 7, ...expectedJson }]);

	await prepare();
	const continued = await convex.run({
		credential,
		parameters,
		input,
		settings: { onError: 'continueRegularOutput' },
	});
	expect(continued.success).toEqual([{ json: expectedJson, pairedItem: { item: 0 } }]);
}

function withoutUndefined(details: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}

describe('a function that does not complete', () => {
	it('throws', async () => {
		await expectFailure(
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
			credential,
			parameters: calling('query', 'counters:get', { name: 'rolled back' }),
		});
		expect(success[0]?.json.value).toBe(0);
	});

	it('throws in an action, which may have had effects', async () => {
		await expectFailure(
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
			credential,
			parameters: calling('query', 'counters:get', { name: 'a' }),
		});
		expect(success[0]?.json.value).toBe(0);
	});

	it('throws in a function that it called, two calls deep', async () => {
		await expectFailure(
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
			{ parameters: calling('run', 'tasks:nope') },
			{
				message: /^Could not find function for 'tasks:nope'\. Did you forget to run/,
				description: /Check the spelling/,
				details: { functionPath: 'tasks:nope', ...notExecuted, reason: 'functionNotFound' },
			},
		);
	});

	it('for an internal function without a deploy key', async () => {
		credential = { deploymentUrl: convex.deployment.url, authentication: 'none' };
		await expectFailure(
			{ parameters: calling('mutation', 'jobs:tick', { name: 'a' }) },
			{
				message: "Could not find public function for 'jobs:tick'.",
				description: /internal functions need a credential with a deploy key/,
				details: { functionPath: 'jobs:tick', ...notExecuted, reason: 'functionNotFound' },
			},
		);
	});

	it('for a function of another type, naming the operation to choose', async () => {
		await expectFailure(
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
		credential = { deploymentUrl: convex.deployment.url, authentication, token: secret };
		await expectFailure(
			{ parameters: calling('query', 'version') },
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

describe('an answer of the platform', () => {
	const answer = (status: number, code?: string, message = 'what Convex says'): Fault => ({
		kind: 'answer',
		path: '/api/',
		status,
		body: code === undefined ? '' : { code, message },
	});

	it.each([
		// operation, status, code, retryable, outcome
		['query', 429, 'TooManyConcurrentRequests', true, 'notExecuted'],
		['mutation', 429, 'TooManyConcurrentRequests', true, 'notExecuted'],
		['action', 429, 'TooManyConcurrentRequests', true, 'notExecuted'],
		['mutation', 429, 'TooManyWrites', true, 'failed'],
		['mutation', 503, 'OptimisticConcurrencyControlFailure', true, 'failed'],
		['mutation', 503, 'ExpiredInQueue', true, 'notExecuted'],
		['mutation', 503, 'WorkerOverloaded', true, 'notExecuted'],
		['action', 503, 'InitialPermitTimeoutError', true, 'notExecuted'],
		['query', 503, 'SearchIndexesUnavailable', true, 'unknown'],
		['mutation', 503, 'SearchIndexesUnavailable', false, 'unknown'],
		['query', 500, 'InternalServerError', true, 'unknown'],
		['mutation', 500, 'InternalServerError', false, 'unknown'],
		['run', 500, 'InternalServerError', false, 'unknown'],
		['query', 403, 'OperationNotPermitted', false, 'notExecuted'],
		['query', 403, 'BadDeployKey', false, 'notExecuted'],
		['mutation', 400, 'BadJsonBody', false, 'notExecuted'],
		['mutation', 400, 'BadFormat', false, 'unknown'],
		['query', 404, 'FunctionPathNotFound', false, 'notExecuted'],
		['query', 401, 'Unauthenticated', false, 'notExecuted'],
	])('%s: HTTP %i %s', async (operation, httpStatus, code, retryable, outcome) => {
		await expectFailure(
			{
				parameters: calling(operation, 'counters:increment', { name: 'a' }, firstTry(retryable)),
				prepare: async () => await convex.deployment.addFault(answer(httpStatus, code)),
			},
			{
				message: `what Convex says${outcome === 'unknown' && operation !== 'query' ? MAY_HAVE_RUN : ''}`,
				description: /./,
				details: {
					functionPath: 'counters:increment',
					kind: 'deployment',
					code,
					httpStatus,
					retryable,
					outcome,
					requestId: undefined,
				},
			},
		);
	});

	it.each([
		['query', 408, true, 'unknown', /300 seconds/],
		['action', 408, false, 'unknown', /300 seconds.*show whether it ran/],
		['query', 404, false, 'notExecuted', /no Convex deployment at this address/],
		['query', 502, true, 'unknown', /Try again later/],
	])(
		'%s: HTTP %i without a body',
		async (operation, httpStatus, retryable, outcome, description) => {
			await expectFailure(
				{
					parameters: calling(operation, 'version', {}, firstTry(retryable)),
					prepare: async () => await convex.deployment.addFault(answer(httpStatus)),
				},
				{
					message: `The deployment answered with HTTP status ${httpStatus}${operation === 'query' ? '' : MAY_HAVE_RUN}`,
					description,
					details: {
						functionPath: 'version:default',
						kind: 'deployment',
						httpStatus,
						retryable,
						outcome,
						requestId: undefined,
					},
				},
			);
		},
	);

	it.each([
		['query', 400, 'notExecuted', false, /answered instead of the deployment/],
		['mutation', 403, 'unknown', false, /blocks the call, not the deploy key/],
		['mutation', 413, 'notExecuted', false, /or raise the proxy's limit/],
		['action', 429, 'notExecuted', true, /A proxy in front of the deployment limits how often/],
	])(
		'%s: HTTP %i with the web page of a proxy',
		async (operation, httpStatus, outcome, retryable, description) => {
			const text = `The server answered with HTTP status ${httpStatus} and a web page that is not a Convex answer`;
			await expectFailure(
				{
					parameters: calling(operation, 'version', {}, firstTry(retryable)),
					prepare: async () =>
						await convex.deployment.addFault({
							kind: 'answer',
							path: '/api/',
							status: httpStatus,
							body: '<html>Blocked</html>',
						}),
				},
				{
					message: outcome === 'unknown' ? `${text}${MAY_HAVE_RUN}` : text,
					description,
					details: {
						functionPath: 'version:default',
						kind: 'deployment',
						httpStatus,
						retryable,
						outcome,
						requestId: undefined,
					},
				},
			);
		},
	);

	it('HTTP 560 is a failure of the function, as with 200', async () => {
		await expectFailure(
			{
				parameters: calling('query', 'version'),
				prepare: async () =>
					await convex.deployment.addFault({
						kind: 'answer',
						status: 560,
						body: {
							status: 'error',
							errorMessage: '[Request ID: 0f3c] Server Error\nUncaught Error: boom\n',
							errorData: { a: 1 },
						},
					}),
			},
			{
				message: 'Uncaught Error: boom',
				description: /./,
				details: {
					functionPath: 'version:default',
					kind: 'application',
					reason: 'convexError',
					errorData: { a: 1 },
					requestId: '0f3c',
					retryable: false,
					outcome: 'failed',
				},
			},
		);
	});

	it('names the permission that a key lacks', async () => {
		const text =
			'You do not have permission to perform this operation (deployment:functions:runInternalQueries).';
		await expectFailure(
			{
				parameters: calling('query', 'jobs:status'),
				prepare: async () =>
					await convex.deployment.addFault({
						kind: 'answer',
						status: 200,
						body: { status: 'error', errorMessage: `[Request ID: a] Server Error\n${text}` },
					}),
			},
			{
				message: text,
				description: /permission 'deployment:functions:runInternalQueries'/,
				details: {
					functionPath: 'jobs:status',
					kind: 'deployment',
					reason: 'permissionNeeded',
					retryable: false,
					outcome: 'notExecuted',
				},
			},
		);
	});
});

describe('no whole answer', () => {
	const lost = { functionPath: 'version:default', requestId: undefined };
	const html = '<!doctype html><title>Sign in</title>';

	it.each(['query', 'mutation'])('%s: the connection is refused', async (operation) => {
		credential = { ...credential, deploymentUrl: await unusedUrl() };
		await expectFailure(
			{ parameters: calling(operation, 'version', {}, firstTry(true)) },
			{
				message: /connection was refused$/,
				description: /Check the credential's 'Deployment URL'/,
				details: {
					...lost,
					kind: 'network',
					reason: 'connectionRefused',
					code: 'ECONNREFUSED',
					retryable: true,
					outcome: 'notExecuted',
				},
			},
		);
	});

	it('the host does not exist', async () => {
		credential = { ...credential, deploymentUrl: 'http://nowhere.invalid' };
		await expectFailure(
			{ parameters: calling('query', 'version', {}, firstTry(true)) },
			{
				message: /host name/,
				description: /typing mistakes/,
				details: {
					...lost,
					kind: 'network',
					code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
					// Which of the two it is depends on the network that the test runs in.
					retryable: expect.any(Boolean),
					outcome: 'notExecuted',
				},
			},
		);
	});

	it.each(['dropBefore', 'dropAfter'] as const)('the connection breaks (%s)', async (kind) => {
		await expectFailure(
			{
				parameters: calling('mutation', 'counters:increment', { name: 'a' }),
				prepare: async () => await convex.deployment.addFault({ kind }),
			},
			{
				message: `The connection broke before the answer arrived${MAY_HAVE_RUN}`,
				description: /^The Logs page of the Convex dashboard .* show whether it ran\.$/,
				details: {
					...lost,
					functionPath: 'counters:increment',
					kind: 'network',
					reason: 'connectionBroken',
					code: 'ECONNRESET',
					retryable: false,
					outcome: 'unknown',
				},
			},
		);
		// Three runs of one item, one for each setting of n8n: none was sent twice.
		const executions = await convex.deployment.executions();
		expect(executions).toEqual(kind === 'dropAfter' ? { 'counters:increment': 3 } : {});
	});

	it('the answer takes longer than the timeout', async () => {
		await expectFailure(
			{ parameters: calling('action', 'counters:wait', { ms: 2000 }, { timeout: 50 }) },
			{
				message: `The deployment did not answer within 50 ms${MAY_HAVE_RUN}`,
				description: /Raise 'Timeout'.*show whether it ran/,
				details: {
					...lost,
					functionPath: 'counters:wait',
					kind: 'network',
					reason: 'timedOut',
					code: 'ECONNABORTED',
					retryable: false,
					outcome: 'unknown',
				},
			},
		);
	});

	it.each([
		['query', true],
		['mutation', false],
	])('%s: the answer is cut off', async (operation, retryable) => {
		const path = operation === 'query' ? 'version' : 'counters:increment';
		await expectFailure(
			{
				parameters: calling(
					operation,
					path,
					operation === 'query' ? {} : { name: 'a' },
					firstTry(retryable),
				),
				prepare: async () => await convex.deployment.addFault({ kind: 'truncate' }),
			},
			{
				message: `The answer of the deployment was cut off${operation === 'query' ? '' : MAY_HAVE_RUN}`,
				description: /connection broke/,
				details: {
					...lost,
					functionPath: operation === 'query' ? 'version:default' : path,
					kind: 'network',
					reason: 'cutOff',
					httpStatus: 200,
					retryable,
					outcome: 'unknown',
				},
			},
		);
	});

	it('the certificate is not trusted', async () => {
		const server = await startUntrustedServer();
		credential = { ...credential, deploymentUrl: server.url };
		await expectFailure(
			{ parameters: calling('mutation', 'version') },
			{
				message: "The deployment URL's certificate is not trusted",
				description: /NODE_EXTRA_CA_CERTS/,
				details: {
					...lost,
					kind: 'network',
					reason: 'certificateNotTrusted',
					code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
					retryable: false,
					outcome: 'notExecuted',
				},
			},
		);
		await server.stop();
	});

	it('a TLS connection to a server without TLS', async () => {
		credential = { ...credential, deploymentUrl: convex.deployment.url.replace('http:', 'https:') };
		await expectFailure(
			{ parameters: calling('query', 'version') },
			{
				message: /No secure connection/,
				description: /http:\/\//,
				details: {
					...lost,
					kind: 'network',
					reason: 'noSecureConnection',
					code: expect.any(String),
					retryable: false,
					outcome: 'notExecuted',
				},
			},
		);
	});

	it('a web page instead of an answer', async () => {
		const server = await startHttpServer((_request, response) => {
			response.writeHead(200, { 'content-type': 'text/html' }).end(html);
		});
		credential = { ...credential, deploymentUrl: server.url };
		await expectFailure(
			{ parameters: calling('query', 'version') },
			{
				message: 'The server answered with a web page that is not a Convex answer',
				description: /sign-in page of a proxy/,
				details: {
					...lost,
					kind: 'deployment',
					reason: 'notConvex',
					httpStatus: 200,
					retryable: false,
					outcome: 'unknown',
				},
			},
		);
		await server.stop();
	});

	it('a redirect, which the credential does not follow', async () => {
		const target = await startHttpServer((_request, response) => response.end('{}'));
		const server = await startHttpServer((_request, response) => {
			response.writeHead(307, { location: `${target.url}/login?token=x` }).end();
		});
		credential = { ...credential, deploymentUrl: server.url };
		await expectFailure(
			{ parameters: calling('mutation', 'version') },
			{
				message: `The server redirects to ${target.url} instead of answering${MAY_HAVE_RUN}`,
				description: /Redirects are not followed/,
				details: {
					...lost,
					kind: 'deployment',
					reason: 'redirected',
					httpStatus: 307,
					retryable: false,
					outcome: 'unknown',
				},
			},
		);
		expect(target.authorizations).toEqual([]);
		await Promise.all([server.stop(), target.stop()]);
	});
});
