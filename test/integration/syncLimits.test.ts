/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { RawSyncClient } from '../support/rawSyncClient';
import { openHttp } from '../support/syncClients';

/** Handshakes, bounds and sizes of the sync protocol. */
const convex = useEmbeddedDeployment('none');
let client: RawSyncClient;

beforeEach(async () => {
	client = await RawSyncClient.open(convex.deployment.url);
});

it('pings a client that hears nothing else', async () => {
	await convex.deployment.setSyncLimits({ pingAfterMs: 20 });
	const idle = await RawSyncClient.open(convex.deployment.url);
	expect(await idle.first('Ping')).toEqual({ type: 'Ping' });
});

it('runs a request that two connections of a session send only once', async () => {
	const sessionId = randomUUID();
	const [one, other] = await Promise.all([
		RawSyncClient.open(convex.deployment.url, { sessionId }),
		RawSyncClient.open(convex.deployment.url, { sessionId }),
	]);
	for (const twin of [one, other]) twin.mutate(5, 'counters:increment', { name: 'a' });
	expect(await one.answer(5)).toEqual(await other.answer(5));
	expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
	client.mutate(5, 'counters:increment', { name: 'a' });
	expect(await client.answer(5)).toMatchObject({ result: 2 });
	await convex.deployment.reset();
	const reconnected = await RawSyncClient.open(convex.deployment.url, { sessionId });
	reconnected.mutate(5, 'counters:increment', { name: 'a' });
	expect(await reconnected.answer(5)).toMatchObject({ result: 1 });
	expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
});

it('serves others while a queue of mutations runs', async () => {
	client.add(0, [{ udfPath: 'counters:get', args: { name: 'a' } }]);
	for (let id = 0; id < 200; id++) client.mutate(id, 'counters:increment', { name: 'a' });
	await client.answer(199);
	const transitions = client.types().filter((type) => type === 'Transition');
	expect(transitions.length).toBeGreaterThan(50);
});

describe('large transitions', () => {
	const value = '😀'.repeat(50);

	it.each([
		['in chunks', '1.28.0', 'TransitionChunk'],
		['whole to old clients', '1.27.5', 'Transition'],
	])('are sent %s', async (_how, version, type) => {
		await convex.deployment.setSyncLimits({ transitionChunkLength: 31 });
		const reader = await RawSyncClient.open(convex.deployment.url, { version });
		reader.add(0, [{ udfPath: 'values:echo', args: { value } }]);
		const { totalParts } = await reader.first(type);
		const frames = type === 'Transition' ? 1 : Number(totalParts);
		await reader.frames.until(() => reader.frames.all.length === frames);
		expect(new Set(reader.types())).toEqual(new Set([type]));
		const chunks = reader.frames.all.map(({ chunk }) => String(chunk));
		expect(chunks.every((chunk) => chunk.isWellFormed())).toBe(true);
	});
});

it('runs queries that are alike once for all clients', async () => {
	const clients = await Promise.all(
		Array.from({ length: 50 }, async () => await RawSyncClient.open(convex.deployment.url)),
	);
	for (const each of clients) each.add(0, [{ udfPath: 'counters:get', args: { name: 'a' } }]);
	await Promise.all(clients.map(async (each) => await each.first('Transition')));
	expect(await convex.deployment.syncStats()).toMatchObject({
		sockets: 51,
		subscriptions: 50,
		distinctQueries: 1,
	});
	const before = (await convex.deployment.executions())['counters:get'] ?? 0;
	await openHttp(convex.deployment.url).mutation('counters:increment', { name: 'a' });
	await Promise.all(
		clients.map(async ({ frames }) => await frames.until(() => frames.all.length === 2)),
	);
	expect((await convex.deployment.executions())['counters:get']).toBe(before + 1);
	for (const each of clients) each.close();
	await Promise.all(clients.map(async ({ closed }) => await closed));
});

describe('queued requests', () => {
	const start = (type: string, requestId: number, udfPath: string, args: object) =>
		client.send({ type, requestId, udfPath, args: [args] });

	it('are at most a thousand mutations', async () => {
		await convex.deployment.addFault({ path: '/sync/Mutation', kind: 'delay', ms: 600_000 });
		for (let id = 0; id < 1000; id++) start('Mutation', id, 'counters:increment', { name: 'a' });
		start('Action', 1000, 'counters:wait', { ms: 1 });
		expect(await client.answer(1000)).toMatchObject({ success: true });
		start('Mutation', 1001, 'counters:increment', { name: 'a' });
		expect(await client.closed).toEqual({ code: 1013, reason: 'TooManyConcurrentMutations' });
		expect(await convex.deployment.executions()).toEqual({
			'counters:increment': 1,
			'counters:wait': 1,
		});
	});

	it('are at most a thousand actions, and one more', async () => {
		for (let id = 0; id < 1001; id++) start('Action', id, 'counters:wait', { ms: 600_000 });
		client.mutate(1001, 'counters:increment', { name: 'a' });
		expect(await client.answer(1001)).toMatchObject({ success: true });
		start('Action', 1002, 'counters:wait', { ms: 1 });
		const reason = 'TooManyInflightActionsForSingleClient';
		expect(await client.closed).toEqual({ code: 1013, reason });
	});
});

it('takes messages of sixteen megabytes, and ends the connection at a larger one', async () => {
	const event = (length: number) => {
		const empty = JSON.stringify({ type: 'Event', eventType: 'large', event: '' });
		return empty.replace('"event":""', `"event":"${'x'.repeat(length - empty.length)}"`);
	};
	client.send(event(16 * 2 ** 20));
	client.mutate(0, 'counters:increment', { name: 'a' });
	expect(await client.answer(0)).toMatchObject({ success: true });
	client.send(event(16 * 2 ** 20 + 1));
	await client.closed;
});

describe('a handshake', () => {
	const statusOf = async (path: string) =>
		await new Promise((resolve, reject) => {
			const headers = {
				connection: 'Upgrade',
				upgrade: 'websocket',
				'sec-websocket-key': randomBytes(16).toString('base64'),
				'sec-websocket-version': '13',
			};
			request(`${convex.deployment.url}${path}`, { headers })
				.on('response', (response) => resolve(response.resume().statusCode))
				.on('upgrade', (response, socket) => resolve(socket.destroy() && response.statusCode))
				.on('error', reject)
				.end();
		});

	it.each([
		['/api/sync', 101],
		['/api/1.48.0/sync', 101],
		['/api/1.48.0-alpha.1/sync', 101],
		['/api/latest/sync', 400],
		['/api/0.19.1/sync', 400],
		['/api/1.48.0/nothing', 404],
	])('at %s gets %d', async (path, status) => {
		expect(await statusOf(path)).toBe(status);
	});

	it('can be refused', async () => {
		await convex.deployment.addFault({ path: '/sync/handshake', kind: 'answer', status: 503 });
		expect(await statusOf('/api/1.48.0/sync')).toBe(503);
	});
});
