import type { IDataObject } from 'n8n-workflow';
import { startHttpServer, unusedUrl } from '../support/awkwardServers';
import { calling, type ConvexRunOptions, userOf } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { startMalformedMessageServer } from '../support/misbehavingSyncServers';
import { addingKeys, sessionWithTimeouts, inSession, keys } from '../support/sessions';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

/** Of the WebSocket library of Convex's backend, in bytes. */
const LARGEST_FRAME = 16 * 2 ** 20;

type RunOptions = Partial<ConvexRunOptions> & Pick<ConvexRunOptions, 'parameters'>;

/** How a call fails that stops the node, and on the error branch. */
async function failureOf(options: RunOptions): Promise<{ stopped: unknown; branch: unknown }> {
	const input = [{ order: 7 }];
	const { stoppedBy } = await convex.run({ input, ...options });
	const { error } = await convex.run({
		input,
		...options,
		settings: { onError: 'continueErrorOutput' },
	});
	const { message, description, name, httpCode, context } = stoppedBy ?? {};
	return {
		stopped: { message, description, name, httpCode, context: withoutIds(context?.data) },
		branch: error.map(({ json, pairedItem }) => ({
			json: { ...json, details: withoutIds(json.details) },
			pairedItem,
		})),
	};
}

/** Each call has a request id of its own. */
function withoutIds(details: unknown): IDataObject {
	const { requestId, ...others } = details as IDataObject;
	return { ...others, hasRequestId: requestId !== undefined };
}

describe('a function that fails in a session', () => {
	const data = { code: 'NO', big: { $integer: 'KgAAAAAAAAA=' } };

	it.each<[string, 'mutation' | 'action', string, unknown, Parameters<typeof calling>[3]?]>([
		['throws', 'mutation', 'failures:writeThenThrow', { name: 'a' }],
		['throws a ConvexError', 'mutation', 'tasks:create', { title: '' }],
		['throws a ConvexError with data', 'mutation', 'failures:refuse', { data }],
		['with lossless data', 'mutation', 'failures:refuse', { data }, { valueFormat: 'encoded' }],
		['throws a ConvexError of text', 'mutation', 'failures:refuse', { data: 'no' }],
		['throws in an action', 'action', 'failures:actThenThrow', { name: 'a' }],
		['returns what its validator refuses', 'mutation', 'failures:badReturn', { name: 'a' }],
		['is a query', 'mutation', 'failures:throwError', {}],
		['is an action', 'mutation', 'counters:wait', { ms: 1 }],
		['is a mutation', 'action', 'counters:increment', { name: 'a' }],
		['is not there, but one like it', 'mutation', 'counters:incremen', { name: 'a' }],
		['gets a wrong argument', 'mutation', 'counters:increment', { name: 42 }],
		['gets an argument too many', 'mutation', 'counters:increment', { name: 'a', more: 1 }],
		['gets no arguments', 'action', 'counters:wait', {}],
		['is of an unknown component', 'mutation', 'a:b', {}, { componentPath: 'nowhere' }],
	])('%s: fails as over HTTP', async (_what, operation, path, args, options = {}) => {
		const overHttp = await failureOf({ parameters: calling(operation, path, args, options) });
		const session = await failureOf({ parameters: inSession(operation, path, args, options) });
		expect(session).toEqual(overHttp);
		expect(overHttp.branch).toHaveLength(1);
	});

	it('has its reason hidden in production, as over HTTP', async () => {
		await convex.deployment.redact();
		const failing = ['mutation', 'failures:writeThenThrow', { name: 'a' }] as const;
		const overHttp = await convex.run({ parameters: calling(...failing) });
		const session = await convex.run({ parameters: inSession(...failing) });
		expect(session.stoppedBy?.message).toBe('Server Error');
		expect(session.stoppedBy?.description).toMatch(/under the request ID \w+\./);
		expect(session.stoppedBy?.message).toBe(overHttp.stoppedBy?.message);
	});

	it('fails as over HTTP while the deployment is paused', async () => {
		await convex.deployment.setPaused(true);
		const call = ['mutation', 'counters:increment', { name: 'a' }] as const;
		expect(await failureOf({ parameters: inSession(...call) })).toEqual(
			await failureOf({ parameters: calling(...call) }),
		);
	});

	it('leaves the items beside it alone', async () => {
		const { success, error } = await convex.run({
			parameters: inSession('mutation', '={{ $json.path }}', '={{ $json.args }}'),
			input: Array.from({ length: 60 }, (_, index) =>
				index % 3 === 0
					? { path: 'failures:writeThenThrow', args: { name: 'a' } }
					: { path: 'counters:add', args: { name: 'list', key: `${index}` } },
			),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toHaveLength(20);
		expect(success.map(({ json }) => Number(json.value) % 3)).toEqual(
			Array.from({ length: 40 }, (_, index) => 1 + (index % 2)),
		);
	});

	it('stops the sending; what was sent ends, and the first failed item is named', async () => {
		const failing = 700;
		const { success, stoppedBy } = await convex.run({
			parameters: inSession('mutation', '={{ $json.path }}', '={{ $json.args }}'),
			input: Array.from({ length: 5_000 }, (_, index) =>
				index === failing
					? { path: 'failures:writeThenThrow', args: { name: 'a' } }
					: { path: 'counters:add', args: { name: 'list', key: `${index}` } },
			),
		});
		expect(success).toEqual([]);
		expect(stoppedBy?.context.itemIndex).toBe(failing);
		const { 'counters:add': additions = 0 } = await convex.deployment.executions();
		expect(additions).toBeGreaterThanOrEqual(failing);
		expect(additions).toBeLessThanOrEqual(failing + 500);
		const { success: listed } = await convex.run({
			parameters: calling('query', 'counters:additions', { name: 'list' }),
		});
		expect(listed[0]?.json.value).toHaveLength(additions);
	});
});

describe('what is refused before it is sent', () => {
	it.each([
		['an unknown delivery', { delivery: 'pigeon' }, /^The option 'Delivery' is not one of/],
		[
			'a user in a component',
			{ componentPath: 'tally', actAsUser: userOf('{"tokenIdentifier":"a|b"}') },
			/'Component' and 'Act as User' do not go together/,
		],
		['no timeout', { timeout: 0 }, /^The option 'Timeout' is not a whole number/],
	])('is %s', async (_what, options, message) => {
		const { stoppedBy } = await convex.run({
			parameters: inSession('mutation', 'counters:add', {}, options),
		});
		expect(stoppedBy?.message).toMatch(message);
		expect(stoppedBy?.context.data).toMatchObject({ kind: 'input', outcome: 'notExecuted' });
	});

	it('is a component without a deploy key, in words', async () => {
		const credential = { ...convex.credential, authentication: 'none' };
		const call = ['mutation', 'marks:add', { label: 'a' }, { componentPath: 'tally' }] as const;
		const overHttp = await failureOf({ credential, parameters: calling(...call) });
		const session = await failureOf({ credential, parameters: inSession(...call) });
		expect(session).toEqual(overHttp);
	});

	it('is a call that is too large, which costs its neighbours nothing', async () => {
		const { success, error } = await convex.run({
			parameters: addingKeys(),
			input: [{ key: 'a' }, { key: 'x'.repeat(LARGEST_FRAME - 100) }, { key: 'b' }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map((item) => item.json.value)).toEqual(['a', 'b']);
		expect(error.map((item) => item.json.error)).toEqual([
			'The arguments have 16.1 MiB as JSON [item 1]',
		]);
	});

	it('is not a call that is just not too large', async () => {
		const key = 'x'.repeat(LARGEST_FRAME - 2_000);
		const { success, stoppedBy } = await convex.run({
			parameters: inSession('action', 'counters:note', '={{ { key: $json.key } }}'),
			input: [{ key }],
		});
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.value).toHaveLength(key.length);
	});

	it('is a call with a field called __proto__, which the client would lose', async () => {
		const { success, error } = await convex.run({
			parameters: inSession(
				'mutation',
				'values:echoMutation',
				'={{ { value: JSON.parse($json.text) } }}',
			),
			input: ['{"__proto__":[1]}', '[{"a":{"__proto__":{"b":1}}}]', '"\\"__proto__\\":"'].map(
				(text) => ({ text }),
			),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map((item) => item.json.value)).toEqual(['"__proto__":']);
		expect(error.map(({ json }) => [json.error, json.details])).toEqual(
			[0, 1].map((item) => [
				`The arguments have a field called '__proto__', which a live connection (WebSocket) does not carry [item ${item}]`,
				expect.objectContaining({
					outcome: 'notExecuted',
					hint: "Rename the field, or leave it out, or remove the option 'Delivery'.",
				}),
			]),
		);
	});

	it('does not concern operations that have no delivery', async () => {
		for (const operation of ['query', 'run']) {
			const { success } = await convex.run({
				parameters: calling(operation, 'counters:get', { name: 'a' }, { delivery: 'session' }),
			});
			expect(success[0]?.json.value).toBe(0);
		}
		expect((await convex.deployment.syncStats()).sockets).toBe(0);
	});
});

describe('what goes wrong for one user', () => {
	it('costs the items of the others nothing', async () => {
		const fatal = JSON.stringify({ type: 'FatalError', error: 'unreadable' });
		const server = await startMalformedMessageServer(convex.deployment.url, Array(3).fill(fatal));
		const { success, error } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: inSession(
				'mutation',
				'users:sign',
				{},
				{ actAsUser: userOf('={{ ({ issuer: "https://issuer.test", subject: $json.user }) }}') },
			),
			input: ['ada', 'ada', 'bob', 'bob'].map((user) => ({ user })),
			settings: { onError: 'continueErrorOutput' },
		});
		await server.stop();
		expect(error.map(({ json }) => json.user)).toEqual(['ada', 'ada']);
		expect(success.map(({ json }) => json.value)).toEqual(['bob', 'bob']);
	});
});

describe('a credential that is refused', () => {
	it.each([
		['deployKey', 'local-deployment|0000', 'BadAdminKey'],
		['bearerToken', 'not.a.token', 'InvalidAuthHeader'],
	])('as %s fails all items as over HTTP', async (authentication, token, code) => {
		const credential = { ...convex.credential, authentication, token };
		const call = ['mutation', 'counters:increment', { name: 'a' }] as const;
		const overHttp = await failureOf({ credential, parameters: calling(...call) });
		const session = await failureOf({ credential, parameters: inSession(...call) });
		expect(session).toEqual(overHttp);
		expect(session.stopped).toMatchObject({ context: { code, outcome: 'notExecuted' } });

		const { error } = await convex.run({
			credential,
			parameters: addingKeys(),
			input: keys(1_200),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toHaveLength(1_200);
		expect(new Set(error.map(({ json }) => (json.details as IDataObject).outcome))).toEqual(
			new Set(['notExecuted']),
		);
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('as an expired token fails an action as over HTTP', async () => {
		const token = await convex.deployment.signToken({ exp: 1 });
		const credential = { ...convex.credential, authentication: 'bearerToken', token };
		const call = ['action', 'counters:wait', { ms: 1 }] as const;
		const overHttp = await failureOf({ credential, parameters: calling(...call) });
		const session = await failureOf({ credential, parameters: inSession(...call) });
		const withoutSeconds = (failure: unknown): unknown =>
			JSON.parse(JSON.stringify(failure).replaceAll(/expired \d+ seconds/g, 'expired'));
		expect(withoutSeconds(session)).toEqual(withoutSeconds(overHttp));
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('over the live connection only, and again and again, is told with what it said', async () => {
		const call = addingKeys();
		await convex.run({ parameters: call, input: keys(1) });
		const delayed = { kind: 'delay', ms: 1_000, path: '/sync/Mutation' } as const;
		await convex.deployment.addFault(delayed);
		const running = convex.run({
			parameters: call,
			input: keys(3),
			settings: { onError: 'continueErrorOutput' },
		});
		await until(async () => ((await convex.deployment.executions())['counters:add'] ?? 0) >= 2);
		await convex.deployment.expireAuth();
		const { error } = await running;
		expect(error).toHaveLength(3);
		for (const { json } of error) {
			expect(json.error).toBe(
				'The provided admin key was invalid for this instance. The function may have run: do not call it again before checking that in Convex.',
			);
			expect(json.details).toMatchObject({ kind: 'deployment', outcome: 'unknown' });
		}
		expect(await convex.deployment.executions()).toEqual({ 'counters:add': 2 });
	});
});

describe('a deployment that cannot be reached', () => {
	const withShortTimeouts = (deploymentUrl: string): RunOptions => ({
		credential: { ...convex.credential, deploymentUrl },
		parameters: addingKeys(),
		nodeType: sessionWithTimeouts('mutation', 200),
	});

	it('fails all items as over HTTP, after it was waited for', async () => {
		const deploymentUrl = await unusedUrl();
		const overHttp = await failureOf({
			credential: { ...convex.credential, deploymentUrl },
			parameters: calling('mutation', 'counters:add', '={{ $json }}', { maxRetries: 0 }),
		});
		expect(await failureOf(withShortTimeouts(deploymentUrl))).toEqual(overHttp);
		expect(overHttp.stopped).toMatchObject({
			message: 'Nothing answers at the deployment URL: the connection was refused',
			context: { code: 'ECONNREFUSED', outcome: 'notExecuted', retryable: true },
		});
	});

	it('at a host that does not exist fails at once', async () => {
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: 'http://nowhere.invalid' },
			parameters: addingKeys(),
			input: keys(2),
		});
		expect(stoppedBy?.message).toMatch(/host name (?:does not exist|could not be looked up)/);
		expect(stoppedBy?.context.data).toMatchObject({ kind: 'network', outcome: 'notExecuted' });
	});

	it('because a website is there fails at once', async () => {
		const website = await startHttpServer((_request, response) => response.end('<html>'));
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: website.url },
			parameters: addingKeys(),
			input: keys(2),
		});
		await website.stop();
		expect(stoppedBy?.message).toMatch(/answered with a web page that is not a Convex answer/);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted' });
	});

	it('over a live connection only fails after some tries, and says what to do', async () => {
		await convex.deployment.addFault({ kind: 'dropBefore', path: 'sync/handshake', times: 1000 });
		const { stoppedBy } = await convex.run({ parameters: addingKeys(), input: keys(2) });
		expect(stoppedBy?.message).toMatch(
			/live connection \(WebSocket\) to it could not be established/,
		);
		expect(stoppedBy?.description).toMatch(/'Delivery' to 'HTTP'/);
		expect(stoppedBy?.context.data).toMatchObject({ kind: 'network', outcome: 'notExecuted' });
	});
});
