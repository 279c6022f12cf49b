import type { ConvexClient } from 'convex/browser';
import { startDeployment, type EmbeddedDeployment } from '../../emulator/client';
import type { FaultEffect } from '../../emulator/faults';
import { action, mutation, openHttp, useConvexClients, watch } from '../support/syncClients';

/** What becomes of the official client's mutations and actions when its sockets break. */
let deployment: EmbeddedDeployment;
let client: ConvexClient;

beforeAll(async () => {
	deployment = await startDeployment();
});

afterAll(async () => await deployment.stop());

const openClient = useConvexClients(() => deployment.url);

beforeEach(async () => {
	await deployment.reset();
	client = openClient();
});

const counter = { name: 'a' };
const increment = mutation('counters:increment');
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a mutation', () => {
	it.each([
		['before it ran', 'dropBefore'],
		['after it ran', 'dropAfter'],
	] as const)('runs once when the connection breaks %s', async (_when, kind) => {
		await deployment.addFault({ path: '/sync/Mutation/counters:increment', kind });
		const watched = watch(client, 'counters:get', counter);
		expect(await client.mutation(increment, counter)).toBe(1);
		expect(watched.results.latest).toEqual({ value: 1 });
		expect(client.connectionState().connectionCount).toBe(2);
		expect(await deployment.executions()).toMatchObject({ 'counters:increment': 1 });
	});

	it('runs once whatever else goes wrong', async () => {
		const effects: FaultEffect[] = [
			{ kind: 'resetBefore' },
			{ kind: 'resetAfter' },
			{ kind: 'truncate' },
			{ kind: 'rejection', code: 'CommitterFullError' },
			{ kind: 'serverError', status: 500, when: 'after' },
			{ kind: 'answer', status: 503, body: { code: 'Overloaded' }, when: 'after' },
		];
		for (const effect of effects) await deployment.addFault({ path: '/sync/Mutation', ...effect });
		const names = effects.map(({ kind }) => kind);
		const counts = names.map(async (name) => await openClient().mutation(increment, { name }));
		expect(await Promise.all(counts)).toEqual(names.map(() => 1));
		expect(await deployment.executions()).toEqual({ 'counters:increment': names.length });
		const { faults } = await deployment.requestStats();
		expect(Object.keys(faults).toSorted()).toEqual(names.toSorted());
	});

	it('runs once when the deployment restarts before the answer is heard', async () => {
		const watched = watch(client, 'counters:get', counter);
		await watched.until(0);
		await deployment.addFault({ path: '/sync/Mutation', kind: 'drip', bytes: 1 });
		const lost = client.mutation(increment, counter);
		const other = openClient();
		const awake = watch(other, 'counters:get', counter);
		await awake.until(1);
		expect(await other.mutation(increment, counter)).toBe(2);
		expect(watched.values).toEqual([0]);
		await deployment.restart({ downMs: 50 });
		expect(await lost).toBe(1);
		await deployment.addFault({ path: '/sync/Mutation', kind: 'restart', downMs: 50 });
		expect(await client.mutation(increment, counter)).toBe(3);
		await watched.until(3);
		expect(await deployment.executions()).toMatchObject({ 'counters:increment': 3 });
	});

	it('is answered again when only its answer was lost on the way', async () => {
		await deployment.addFault({ path: '/sync/Transition', kind: 'dropBefore' });
		const watched = watch(client, 'counters:get', counter);
		expect(await client.mutation(increment, counter)).toBe(1);
		expect(watched.results.latest).toEqual({ value: 1 });
		expect(await deployment.executions()).toMatchObject({ 'counters:increment': 1 });
	});

	it.each(['dropBefore', 'resetBefore'] as const)(
		'that follows one whose connection broke by %s does not run before it',
		async (kind) => {
			await deployment.addFault({ path: '/sync/Mutation', kind });
			const names = ['a', 'b', 'c'];
			const order: string[] = [];
			await Promise.all(
				names.map(async (title) => {
					await client.mutation(mutation('tasks:create'), { title });
					order.push(title);
				}),
			);
			expect(order).toEqual(names);
			const tasks = await openHttp(deployment.url).query('tasks:list', {});
			expect(tasks).toMatchObject(names.map((title) => ({ title })));
		},
	);

	it('runs once, in its turn, however often the connection breaks', async () => {
		for (const kind of ['dropAfter', 'dropBefore'] as const) {
			await deployment.addFault({ path: '/sync/Mutation', kind });
		}
		const counts = upTo(200).map(async () => client.mutation(increment, counter));
		expect(await Promise.all(counts)).toEqual(upTo(200));
		expect(client.connectionState().connectionCount).toBe(3);
		expect(await deployment.executions()).toMatchObject({ 'counters:increment': 200 });
	});

	it('that failed may run again', async () => {
		await deployment.addFault({ path: '/sync/Mutation', kind: 'dropAfter' });
		const failing = client.mutation(mutation('failures:writeThenThrow'), counter);
		await expect(failing).rejects.toThrow('thrown after a write');
		expect(await deployment.executions()).toMatchObject({ 'failures:writeThenThrow': 2 });
	});

	it('is answered late, and others wait for it', async () => {
		await deployment.addFault({ path: '/sync/Mutation', kind: 'delay', ms: 50 });
		const late = client.mutation(increment, counter);
		const next = client.mutation(increment, counter);
		expect(await Promise.race([late, next])).toBe(1);
		expect(await next).toBe(2);
	});
});

describe('an action', () => {
	it.each([
		['before it ran', 'dropBefore', 0],
		['after it ran', 'dropAfter', 1],
	] as const)('fails when the connection breaks %s', async (_when, kind, runs) => {
		await deployment.addFault({ path: '/sync/Action', kind });
		const lost = client.action(action('counters:wait'), { ms: 1 });
		await expect(lost).rejects.toThrow('Connection lost while action was in flight');
		expect((await deployment.executions())['counters:wait'] ?? 0).toBe(runs);
		expect(await client.action(action('counters:wait'), { ms: 2 })).toBe(2);
	});
});
