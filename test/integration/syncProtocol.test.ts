/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { randomUUID } from 'node:crypto';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { RawSyncClient, type Frame } from '../support/rawSyncClient';
import { openHttp } from '../support/syncClients';

/** The sync protocol frame by frame, where the official client hides it. */
const convex = useEmbeddedDeployment('none');
let client: RawSyncClient;

beforeEach(async () => {
	client = await RawSyncClient.open(convex.deployment.url);
});

const increment = async (name: string) =>
	await openHttp(convex.deployment.url).mutation('counters:increment', { name });

const transitions = (): Frame[] => client.frames.all.filter(({ type }) => type === 'Transition');

const untilTransition = async (count: number): Promise<Frame> =>
	await client.frames.until((frame) => transitions()[count - 1] === frame);

describe('transitions', () => {
	it('follow one another by their versions', async () => {
		client.add(0, [{ udfPath: 'counters:get', args: { name: 'a' } }]);
		const first = await untilTransition(1);
		expect(first).toMatchObject({
			startVersion: { querySet: 0, identity: 0, ts: 'AAAAAAAAAAA=' },
			endVersion: { querySet: 1, identity: 0 },
			modifications: [{ type: 'QueryUpdated', queryId: 0, value: 0, logLines: [], journal: null }],
			serverTs: expect.any(Number),
		});
		await increment('a');
		const second = await untilTransition(2);
		expect(second.startVersion).toEqual(first.endVersion);
		expect(second).toMatchObject({ modifications: [{ queryId: 0, value: 1 }] });
	});

	it('are not sent when no result changed', async () => {
		client.add(0, [
			{ udfPath: 'counters:get', args: { name: 'a' } },
			{ udfPath: 'counters:get', args: { name: 'b' } },
			{ udfPath: 'failures:throwError', args: {} },
		]);
		expect((await untilTransition(1)).modifications).toHaveLength(3);
		await increment('c');
		await increment('b');
		const next = await untilTransition(2);
		expect(next).toMatchObject({ modifications: [{ queryId: 1, value: 1 }] });
		expect(next.modifications).toHaveLength(1);
	});

	it('say that a query was removed, and show no more of it', async () => {
		client.add(0, [
			{ udfPath: 'counters:get', args: { name: 'a' } },
			{ udfPath: 'counters:get', args: { name: 'b' } },
		]);
		await untilTransition(1);
		const modifications = [{ type: 'Remove', queryId: 0 }];
		client.send({ type: 'ModifyQuerySet', baseVersion: 1, newVersion: 2, modifications });
		const removed = await untilTransition(2);
		expect(removed).toMatchObject({
			endVersion: { querySet: 2 },
			modifications: [{ type: 'QueryRemoved', queryId: 0 }],
		});
		expect(await convex.deployment.syncStats()).toMatchObject({
			subscriptions: 1,
			distinctQueries: 1,
		});
		await increment('a');
		await increment('b');
		expect(await untilTransition(3)).toMatchObject({ modifications: [{ queryId: 1 }] });
	});

	it('show all queries at one moment', async () => {
		const name = 'a';
		client.add(0, [
			{ udfPath: 'counters:get', args: { name } },
			{ udfPath: 'failures:throwWhenOdd', args: { name } },
		]);
		await untilTransition(1);
		await Promise.all(Array.from({ length: 20 }, async () => await increment(name)));
		await client.frames.until(({ modifications }) =>
			JSON.stringify(modifications).includes('"value":20'),
		);
		let count: unknown = 0;
		let even: unknown = 0;
		for (const { modifications } of transitions()) {
			for (const { queryId, value, errorData } of modifications as Frame[]) {
				if (queryId === 0) count = value;
				else even = value ?? Object(errorData).count;
			}
			expect(even).toBe(count);
		}
	});

	it('follow a mutation that they include, and bring its log lines', async () => {
		client.add(0, [{ udfPath: 'tasks:list', args: {} }]);
		await untilTransition(1);
		client.mutate(0, 'tasks:create', { title: 't' });
		const second = await untilTransition(2);
		expect(client.types()).toEqual(['Transition', 'MutationResponse', 'Transition']);
		const response = await client.answer(0);
		expect(response).toMatchObject({ success: true, logLines: ["[LOG] 'creating' 't'"] });
		expect(second).toMatchObject({ endVersion: { ts: response.ts } });
	});

	it('follow a mutation also when it changed nothing that is watched', async () => {
		client.mutate(0, 'counters:increment', { name: 'a' });
		const { ts } = await client.answer(0);
		expect(await untilTransition(1)).toMatchObject({ modifications: [], endVersion: { ts } });
	});
});

describe('a connection ends', () => {
	const modify = { type: 'ModifyQuerySet', modifications: [] };
	const add = { type: 'Add', queryId: 0, udfPath: 'version', args: [{}] };
	const mutation = { type: 'Mutation', requestId: 0, args: [{}] };

	it.each([
		[
			'the wrong base version',
			{ ...modify, baseVersion: 7, newVersion: 8 },
			/^Base version 7 passed up doesn't match the current version 0$/,
		],
		['no JSON', '{', /^Received Invalid JSON on websocket: /],
		['an unknown message', { type: 'Nonsense' }, /^Received Invalid JSON on websocket: /],
		[
			'a malformed path',
			{ ...mutation, udfPath: 'a.ts:b' },
			/^Received Invalid JSON on websocket: .*has an extension that isn't 'js'/s,
		],
		[
			'no arguments',
			{ type: 'Mutation', requestId: 0, udfPath: 'version' },
			/^Received Invalid JSON/,
		],
		[
			'a user with an attribute of the wrong type',
			{
				type: 'Authenticate',
				tokenType: 'Admin',
				value: 'key',
				baseVersion: 0,
				impersonating: { tokenIdentifier: 'a|b', emailVerified: 'true' },
			},
			/^Received Invalid JSON on websocket: .*emailVerified/s,
		],
	])('with a fatal error after %s', async (_what, message, error) => {
		client.send(message);
		expect(await client.first('FatalError')).toMatchObject({ error: expect.stringMatching(error) });
		expect(await client.closed).toEqual({ code: 1005, reason: '' });
	});

	it.each([
		['a version that does not grow', { ...modify, baseVersion: 0, newVersion: 0 }],
		[
			'a query that was there',
			{ ...modify, baseVersion: 0, newVersion: 1, modifications: [add, add] },
		],
		['the wrong identity version', { type: 'Authenticate', tokenType: 'None', baseVersion: 3 }],
		['a component, for a user', { ...mutation, udfPath: 'marks:add', componentPath: 'tally' }],
		[
			'a time to come',
			{
				type: 'Connect',
				sessionId: randomUUID(),
				connectionCount: 1,
				maxObservedTimestamp: '/////////38=',
			},
		],
	])('with an internal error after %s', async (_what, message) => {
		client.send(message);
		expect(await client.closed).toEqual({ code: 1011, reason: 'InternalServerError' });
	});

	it.each([
		[503, 'CommitterFullError', 1013],
		[429, 'TooManyWrites', 1013],
		[500, 'InternalServerError', 1011],
	])('after a failure of the platform: %d %s', async (status, code, closeCode) => {
		await convex.deployment.addFault({
			path: '/sync/Mutation/counters:increment',
			kind: 'answer',
			status,
			body: { code, message: 'm' },
		});
		client.mutate(0, 'counters:increment', { name: 'a' });
		expect(await client.closed).toEqual({ code: closeCode, reason: code });
	});

	it('after a failure where a transition was to come', async () => {
		const code = 'CommitterFullError';
		await convex.deployment.addFault({ path: '/sync/Transition', kind: 'rejection', code });
		client.add(0, [{ udfPath: 'version', args: {} }]);
		expect(await client.closed).toEqual({ code: 1013, reason: code });
	});

	it('when the client is silent for too long', async () => {
		await convex.deployment.setSyncLimits({ heartbeatMs: 10, clientTimeoutMs: 50 });
		const silent = await RawSyncClient.open(convex.deployment.url);
		await convex.deployment.freezeSockets();
		await new Promise((resolve) => setTimeout(resolve, 200));
		await convex.deployment.unfreezeSockets();
		expect(await silent.closed).toEqual({ code: 1000, reason: 'ClientDisconnected' });
	});
});
