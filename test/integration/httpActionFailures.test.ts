import type { NodeParameterValueType } from 'n8n-workflow';
import { startHttpServer } from '../support/awkwardServers';
import { callConvexTool } from '../support/agents';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { requestTo, requestToPath } from '../support/httpActions';

const convex = useEmbeddedDeployment('deployKey');

type Parameters = { [name: string]: NodeParameterValueType };

const WARNING =
	'The HTTP action may have run: do not call it again before checking that in Convex.';
const creating: Parameters = { body: 'json', bodyJson: { title: 'Call Ada' } };
const CANONICAL = '/api/v1/get_canonical_urls';

const runsOf = async (route: string) => (await convex.deployment.executions())[route] ?? 0;

const detailsOf = async (route: string, parameters: Parameters = {}) => {
	const { stoppedBy } = await convex.run({ parameters: requestTo(route, parameters) });
	return { message: stoppedBy?.message, ...(stoppedBy?.context.data as object) } as {
		message: string;
		[name: string]: unknown;
	};
};

describe('an HTTP action that fails', () => {
	it('sends its item to the error branch, with all that is known of it', async () => {
		const { success, error } = await convex.run({
			parameters: requestTo('POST /tasks', { body: 'json', bodyJson: '={{ $json }}' }),
			input: [{ title: 'a' }, { title: '' }, { title: 'c' }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toHaveLength(2);
		expect(error.map(({ json }) => json)).toEqual([
			{
				title: '',
				error: 'The HTTP action answered with HTTP status 400: {"error":"A task needs a title."}',
				details: {
					operation: 'call',
					resource: 'httpAction',
					method: 'POST',
					path: '/tasks',
					kind: 'function',
					reason: 'refusedByAction',
					httpStatus: 400,
					body: { error: 'A task needs a title.' },
					retryable: false,
					outcome: 'failed',
					hint: expect.stringMatching(/'Accept Any Status'/),
				},
			},
		]);
	});

	it('by throwing says what, and gives the data of a ConvexError', async () => {
		expect(await detailsOf('POST /orders')).toMatchObject({
			message: expect.stringMatching(/^Uncaught ConvexError: \{"reason":"soldOut","left":0\}/),
			kind: 'application',
			reason: 'convexError',
			httpStatus: 500,
			errorData: { reason: 'soldOut', left: 0 },
			outcome: 'failed',
		});
		await convex.deployment.redact();
		expect(await detailsOf('POST /orders')).toMatchObject({
			errorData: { reason: 'soldOut', left: 0 },
			outcome: 'failed',
		});
	});

	it('for a deployment that is paused says so', async () => {
		await convex.deployment.setPaused(true);
		expect(await detailsOf('GET /tasks')).toMatchObject({
			message: expect.stringMatching(/^Cannot run functions while this deployment is paused/),
			reason: 'paused',
			outcome: 'notExecuted',
		});
	});

	it('to be found says that no route matches', async () => {
		expect(await detailsOf('GET /nowhere')).toMatchObject({
			message: 'No matching routes found',
			reason: 'routeNotFound',
			outcome: 'notExecuted',
		});
		await convex.deployment.addFault({
			kind: 'answer',
			status: 404,
			body: 'This Convex deployment does not have HTTP actions enabled.',
		});
		expect(await detailsOf('GET /tasks', {})).toMatchObject({ reason: 'unknownSiteUrl' });
	});
});

describe('a request whose answer is lost', () => {
	it.each(['dropAfter', 'cut', 'truncate'] as const)(
		'warns of repeating a POST: %s',
		async (kind) => {
			await convex.deployment.addFault({ kind, path: '/http/tasks' });
			expect(await detailsOf('POST /tasks', creating)).toMatchObject({
				message: expect.stringContaining(WARNING),
				outcome: 'unknown',
				retryable: false,
			});
			expect(await runsOf('POST /tasks')).toBe(1);
		},
	);

	it('does not of a GET, which HTTP calls safe', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/http/tasks' });
		const { message, outcome } = await detailsOf('GET /tasks');
		expect(outcome).toBe('unknown');
		expect(message).not.toContain(WARNING);
	});

	it('that takes too long is given up', async () => {
		await convex.deployment.addFault({ kind: 'drip', bytes: 5, path: '/http/tasks' });
		expect(
			await detailsOf('POST /tasks', { ...creating, options: { timeout: 300 } }),
		).toMatchObject({
			message: expect.stringMatching(/^The HTTP action did not answer within 300 ms/),
		});
	});

	it('is not sent again by Retry On Fail unless it is a GET', async () => {
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/http/tasks', times: 2 });
		await convex.run({ parameters: requestTo('POST /tasks', creating), settings });
		expect(await runsOf('POST /tasks')).toBe(1);
		const { success } = await convex.run({ parameters: requestTo('GET /tasks'), settings });
		expect(success).toHaveLength(1);
		expect(await runsOf('GET /tasks')).toBe(2);
	});

	it('tells the model of an agent not to repeat it', async () => {
		await convex.deployment.addFault({ kind: 'dropAfter', path: '/http/tasks' });
		const parameters = requestTo('POST /tasks', {
			body: 'json',
			bodyJson: "={{ $fromAI('task', 'The task', 'json') }}",
		});
		const { credential } = convex;
		const call = { task: { title: 'a' } };
		const lost = await callConvexTool({ credential, parameters }, [call]);
		expect(String(lost?.answer)).toContain(WARNING);
		const kept = await callConvexTool({ credential, parameters }, [call]);
		expect(String(kept?.answer)).toMatch(/"id"/);
	});
});

describe('a request is sent again', () => {
	const overloaded = { kind: 'rejection', code: 'TooManyConcurrentRequests' } as const;
	const path = '/http/tasks';

	it('never, unless the user asks for it', async () => {
		for (const fault of [overloaded, { kind: 'dropBefore' } as const]) {
			await convex.deployment.addFault({ ...fault, path });
			const { stoppedBy } = await convex.run({ parameters: requestTo('GET /tasks') });
			expect(stoppedBy).toBeDefined();
		}
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/http']?.requests).toBe(2);
	});

	it('where Convex says that it was not run', async () => {
		await convex.deployment.addFault({ ...overloaded, path, times: 2 });
		const { stoppedBy } = await convex.run({
			parameters: requestTo('POST /tasks', { ...creating, options: { retry: 'notRun' } }),
		});
		expect(stoppedBy).toBeUndefined();
		expect(await runsOf('POST /tasks')).toBe(1);
	});

	it('as often as the user says', async () => {
		await convex.deployment.addFault({ ...overloaded, path, times: 5 });
		const options = { retry: 'notRun', maxRetries: 1 };
		const { stoppedBy } = await convex.run({
			parameters: requestTo('POST /tasks', { ...creating, options }),
		});
		expect(stoppedBy?.context.data).toMatchObject({ reason: 'overloaded', outcome: 'notExecuted' });
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/http']?.requests).toBe(2);
	});

	it.each([
		['POST', 'notRun', 1],
		['POST', 'idempotent', 1],
		['GET', 'notRun', 1],
		['GET', 'idempotent', 2],
	])('after its answer was lost only if it is idempotent: %s, %s', async (method, retry, runs) => {
		await convex.deployment.addFault({ kind: 'dropAfter', path });
		const parameters = method === 'POST' ? creating : {};
		await convex.run({
			parameters: requestTo(`${method} /tasks`, { ...parameters, options: { retry } }),
		});
		expect(await runsOf(`${method} /tasks`)).toBe(runs);
	});

	it.each([
		['PUT', 'unknown', { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 }],
		['DELETE', 'unknown', {}],
		['GET', 'notExecuted', {}],
	])(
		'with an outcome that is not that of the last request where one before may have run: %s',
		async (method, outcome, settings) => {
			await convex.deployment.addFault({ kind: 'dropAfter', path });
			await convex.deployment.addFault({ ...overloaded, path, times: 2 });
			const { error } = await convex.run({
				parameters: requestToPath(method, '/tasks', {
					options: { retry: 'idempotent', maxRetries: 2 },
				}),
				settings: { onError: 'continueErrorOutput', ...settings },
			});
			expect(error[0]?.json.details).toMatchObject({ reason: 'overloaded', outcome });
			const { endpoints } = await convex.deployment.requestStats();
			expect(endpoints['/http']?.requests).toBe(3);
		},
	);
});

describe('the site URL', () => {
	it('is asked for once in a run, with a deploy key', async () => {
		const { success } = await convex.run({
			parameters: requestTo('POST /echo/*', {
				restOfPath: '={{ $json.n }}',
				options: { concurrency: 3 },
			}),
			input: [{ n: 1 }, { n: 2 }, { n: 3 }],
		});
		expect(success).toHaveLength(3);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints[CANONICAL]?.requests).toBe(1);
	});

	it('is asked for with each key: one that is refused fails its own item', async () => {
		const { error } = await convex.run({
			credential: { ...convex.credential, token: '={{ $json.key }}' },
			parameters: requestTo('GET /tasks', { options: { concurrency: 3 } }),
			input: ['wrong|0123456789', convex.deployment.deployKey, convex.deployment.deployKey].map(
				(key) => ({ key }),
			),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toMatchObject([{ json: { details: { reason: 'deployKeyRefused' } } }]);
	});

	it('is asked for again where the user lets the node send requests again', async () => {
		await convex.deployment.addFault({ kind: 'serverError', status: 503, path: CANONICAL });
		const parameters = requestTo('GET /tasks', { options: { retry: 'notRun', maxRetries: 1 } });
		expect((await convex.run({ parameters })).stoppedBy).toBeUndefined();
		expect(await runsOf('GET /tasks')).toBe(1);
		await convex.deployment.addFault({ kind: 'serverError', status: 503, path: CANONICAL });
		const { stoppedBy } = await convex.run({ parameters: requestTo('GET /tasks') });
		expect(stoppedBy?.message).toMatch(/^The deployment could not be asked for its site URL/);
	});

	it('is not known without a deploy key', async () => {
		const { stoppedBy } = await convex.run({
			credential: { deploymentUrl: convex.deployment.url, authentication: 'none' },
			parameters: requestTo('GET /tasks'),
		});
		expect(stoppedBy?.message).toMatch(/^The site URL of the deployment is not known/);
		expect(stoppedBy?.description).toMatch(/^Set the credential's 'Site URL'/);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it.each([
		[404, '', /is not known: this version of Convex does not tell it/],
		[200, { convexSiteUrl: 'javascript:alert(1)' }, /tells none that can be used/],
		[200, { convexSiteUrl: 'http://user:pass@evil.test' }, /tells none that can be used/],
		[200, [], /tells none that can be used/],
		[
			503,
			{ code: 'Overloaded', message: 'too much' },
			/could not be asked for its site URL: too much/,
		],
	])('that the deployment does not tell is said so: %i %j', async (status, body, message) => {
		await convex.deployment.addFault({ kind: 'answer', status, body, path: CANONICAL });
		const { message: said, outcome } = await detailsOf('POST /tasks', creating);
		expect([said, outcome]).toEqual([expect.stringMatching(message), 'notExecuted']);
		expect(said).not.toContain(WARNING);
	});

	it('where nothing answers is named', async () => {
		const server = await startHttpServer(() => {});
		await server.stop();
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, siteUrl: server.url },
			parameters: requestToPath('POST', '/tasks', { options: { retry: 'never' } }),
		});
		expect(stoppedBy?.message).toBe(
			`Nothing answers at the site URL: the connection was refused (${server.url})`,
		);
		expect(stoppedBy?.description).toMatch(/'Site URL'/);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted', retryable: true });
	});
});

describe('the list of routes', () => {
	it('has methods and paths, and is searched', async () => {
		const names = async (filter?: string) =>
			(await convex.form({ resource: 'httpAction' }).searchHttpRoutes(filter)).map(
				({ value }) => value,
			);
		expect(await names()).toEqual(['POST /echo/*', 'POST /orders', 'GET /tasks', 'POST /tasks']);
		expect(await names('post /t')).toEqual(['POST /tasks']);
	});

	it('needs a deploy key, or one with the permission', async () => {
		const asked = async (credential: { [field: string]: string }) =>
			await convex
				.form({}, { deploymentUrl: convex.deployment.url, ...credential })
				.searchHttpRoutes();
		await expect(asked({ authentication: 'none' })).rejects.toThrow(
			/can be read with a deploy key only.*'By Path'/,
		);
		const token = await convex.deployment.createKey(['deployment:data:write']);
		await expect(asked({ authentication: 'deployKey', token })).rejects.toThrow(
			/The routes of the deployment could not be read: .*deployment:data:view/,
		);
	});
});

it('a cancelled run ends the request, and sends no other', async () => {
	const controller = new AbortController();
	await convex.deployment.addFault({ kind: 'delay', ms: 2_000, path: '/http/tasks' });
	const run = convex.run({
		parameters: requestTo('POST /tasks', creating),
		input: [{}, {}, {}],
		cancelSignal: controller.signal,
	});
	while ((await runsOf('POST /tasks')) === 0) continue;
	controller.abort();
	await run;
	expect(await runsOf('POST /tasks')).toBe(1);
});
