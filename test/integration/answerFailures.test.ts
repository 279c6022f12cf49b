import type { Fault } from '../../emulator/faults';
import { startHttpServer, startUntrustedServer, unusedUrl } from '../support/awkwardServers';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { expectFailure, firstTry, MAY_HAVE_RUN } from '../support/expectFailure';

const convex = useEmbeddedDeployment('deployKey');

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
			convex,
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
				convex,
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
				convex,
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
			convex,
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
			convex,
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
		const credential = { ...convex.credential, deploymentUrl: await unusedUrl() };
		await expectFailure(
			convex,
			{ credential, parameters: calling(operation, 'version', {}, firstTry(true)) },
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
		const credential = { ...convex.credential, deploymentUrl: 'http://nowhere.invalid' };
		await expectFailure(
			convex,
			{ credential, parameters: calling('query', 'version', {}, firstTry(true)) },
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
			convex,
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
			convex,
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
			convex,
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
		const credential = { ...convex.credential, deploymentUrl: server.url };
		await expectFailure(
			convex,
			{ credential, parameters: calling('mutation', 'version') },
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
		const credential = {
			...convex.credential,
			deploymentUrl: convex.deployment.url.replace('http:', 'https:'),
		};
		await expectFailure(
			convex,
			{ credential, parameters: calling('query', 'version') },
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
		const credential = { ...convex.credential, deploymentUrl: server.url };
		await expectFailure(
			convex,
			{ credential, parameters: calling('query', 'version') },
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
		const credential = { ...convex.credential, deploymentUrl: server.url };
		await expectFailure(
			convex,
			{ credential, parameters: calling('mutation', 'version') },
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
