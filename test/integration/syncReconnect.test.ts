import type { ConvexClient } from 'convex/browser';
import type { FaultEffect } from '../../emulator/faults';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { action, mutation, openHttp, useConvexClients, watch } from '../support/syncClients';
import { until } from '../support/waiting';

/** What the official client shows when its sockets break. */
const convex = useEmbeddedDeployment('none');
let client: ConvexClient;

const openClient = useConvexClients(() => convex.deployment.url);

beforeEach(async () => {
	client = openClient();
});

const counter = { name: 'a' };
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('queries of the official client whose sockets break', () => {
	const incrementOverHttp = async () =>
		await openHttp(convex.deployment.url).mutation('counters:increment', counter);

	describe('a watched query', () => {
		it('shows what changed while its socket was down', async () => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			expect(await convex.deployment.killSockets()).toBe(1);
			await incrementOverHttp();
			await watched.until(1);
			await incrementOverHttp();
			await watched.until(2);
		});

		it.each([1001, 4040])('comes back after a close with %d', async (code) => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			expect(await convex.deployment.closeSockets(code, 'restarting')).toBe(1);
			await incrementOverHttp();
			await watched.until(1);
		});

		it('shows what changed while its socket was frozen', async () => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			expect(await convex.deployment.freezeSockets()).toBe(1);
			const awake = watch(openClient(), 'counters:get', counter);
			for (const count of upTo(5)) {
				await incrementOverHttp();
				await awake.until(count);
			}
			expect(watched.values).toEqual([0]);
			await convex.deployment.unfreezeSockets();
			await watched.until(5);
			// Only two transitions wait for a slow client, the next one has everything since.
			expect(watched.values).toEqual([0, 1, 2, 5]);
		});

		it('comes back after a frozen socket is cut', async () => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			await convex.deployment.freezeSockets();
			await incrementOverHttp();
			expect(await convex.deployment.killSockets()).toBe(1);
			await watched.until(1);
		});

		it.each<FaultEffect>([
			{ kind: 'dropBefore' },
			{ kind: 'dropAfter' },
			{ kind: 'answer', status: 503 },
		])('survives a transition cut off by %j', async (effect) => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			await convex.deployment.addFault({ path: '/sync/Transition', ...effect });
			await incrementOverHttp();
			await watched.until(1);
			await incrementOverHttp();
			await watched.until(2);
			expect(client.connectionState().connectionCount).toBe(2);
		});

		it('sees what happens between two transitions', async () => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			const meanwhile = { kind: 'meanwhile', functionPath: 'counters:increment' } as const;
			await convex.deployment.addFault({ path: '/sync/Transition', ...meanwhile, args: counter });
			await incrementOverHttp();
			await watched.until(2);
			expect(watched.values).toEqual([0, 1, 2]);
		});

		it('runs again after a redeployment, which shows only what it changed', async () => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			const runs = async () => (await convex.deployment.executions())['counters:get'] ?? 0;
			const before = await runs();
			await convex.deployment.redeploy();
			await until(async () => (await runs()) !== before);
			await incrementOverHttp();
			await watched.until(1);
			expect(watched.values).toEqual([0, 1]);
		});

		it('waits for a deployment that refuses handshakes', async () => {
			await watch(client, 'counters:get', counter).until(0);
			await convex.deployment.addFault({ path: '/sync/handshake', kind: 'answer', status: 503 });
			const other = openClient();
			await watch(other, 'counters:get', counter).until(0);
			expect(await convex.deployment.syncStats()).toMatchObject({ sockets: 2 });
		});

		it('fails while the deployment is paused', async () => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			await convex.deployment.setPaused(true);
			const failure = await watched.failures.until(() => true);
			expect(failure.message).toContain('while this deployment is paused');
			await convex.deployment.setPaused(false);
			await watched.results.until(() => watched.values.length === 2);
			expect(watched.values).toEqual([0, 0]);
		});

		it('sends clients in production nothing of its failure but the data', async () => {
			await convex.deployment.redact();
			const watched = watch(client, 'failures:throwWhenOdd', counter);
			await watched.until(0);
			await incrementOverHttp();
			const failure = await watched.failures.until(() => true);
			expect(failure.message).toMatch(/\[Request ID: \w+\] Server Error\n {2}Called by client$/);
			expect(failure).toMatchObject({ data: { code: 'ODD' } });
		});

		it('is let go with its socket', async () => {
			await watch(client, 'counters:get', counter).until(0);
			await client.close();
			await until(async () => (await convex.deployment.syncStats()).sockets === 0);
			const nothing = { sockets: 0, subscriptions: 0, distinctQueries: 0 };
			expect(await convex.deployment.syncStats()).toMatchObject({
				...nothing,
				closeCodes: { 1005: 1 },
			});
		});
	});

	describe('pages', () => {
		const create = async (title: string) =>
			await openHttp(convex.deployment.url).mutation('tasks:create', { title });

		it('keep their end when documents are added, also over a new connection', async () => {
			await create('1');
			const watched = watch(client, 'tasks:page', {
				paginationOpts: { numItems: 2, cursor: null },
			});
			const titlesOf = (value: unknown) =>
				Object(value)
					.page.map(({ title }: { title: string }) => title)
					.join();
			const until = async (titles: string) =>
				await watched.results.until(({ value }) => titlesOf(value) === titles);
			await until('1');
			for (const title of ['2', '3']) await create(title);
			expect(await until('1,2,3')).toMatchObject({ value: { isDone: true } });
			const fresh = watch(openClient(), 'tasks:page', {
				paginationOpts: { numItems: 2, cursor: null },
			});
			const { value } = await fresh.results.until(() => true);
			expect(titlesOf(value)).toBe('1,2');
			await convex.deployment.killSockets();
			await create('4');
			await until('1,2,3,4');
		});
	});
});

describe('calls of the official client whose sockets break', () => {
	const increment = mutation('counters:increment');

	describe('a mutation', () => {
		it.each([
			['before it ran', 'dropBefore'],
			['after it ran', 'dropAfter'],
		] as const)('runs once when the connection breaks %s', async (_when, kind) => {
			await convex.deployment.addFault({ path: '/sync/Mutation/counters:increment', kind });
			const watched = watch(client, 'counters:get', counter);
			expect(await client.mutation(increment, counter)).toBe(1);
			expect(watched.results.latest).toEqual({ value: 1 });
			expect(client.connectionState().connectionCount).toBe(2);
			expect(await convex.deployment.executions()).toMatchObject({ 'counters:increment': 1 });
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
			for (const effect of effects)
				await convex.deployment.addFault({ path: '/sync/Mutation', ...effect });
			const names = effects.map(({ kind }) => kind);
			const counts = names.map(async (name) => await openClient().mutation(increment, { name }));
			expect(await Promise.all(counts)).toEqual(names.map(() => 1));
			expect(await convex.deployment.executions()).toEqual({ 'counters:increment': names.length });
			const { faults } = await convex.deployment.requestStats();
			expect(Object.keys(faults).toSorted()).toEqual(names.toSorted());
		});

		it('runs once when the deployment restarts before the answer is heard', async () => {
			const watched = watch(client, 'counters:get', counter);
			await watched.until(0);
			await convex.deployment.addFault({ path: '/sync/Mutation', kind: 'drip', bytes: 1 });
			const lost = client.mutation(increment, counter);
			const other = openClient();
			const awake = watch(other, 'counters:get', counter);
			await awake.until(1);
			expect(await other.mutation(increment, counter)).toBe(2);
			expect(watched.values).toEqual([0]);
			await convex.deployment.restart({ downMs: 50 });
			expect(await lost).toBe(1);
			await convex.deployment.addFault({ path: '/sync/Mutation', kind: 'restart', downMs: 50 });
			expect(await client.mutation(increment, counter)).toBe(3);
			await watched.until(3);
			expect(await convex.deployment.executions()).toMatchObject({ 'counters:increment': 3 });
		});

		it('is answered again when only its answer was lost on the way', async () => {
			await convex.deployment.addFault({ path: '/sync/Transition', kind: 'dropBefore' });
			const watched = watch(client, 'counters:get', counter);
			expect(await client.mutation(increment, counter)).toBe(1);
			expect(watched.results.latest).toEqual({ value: 1 });
			expect(await convex.deployment.executions()).toMatchObject({ 'counters:increment': 1 });
		});

		it.each(['dropBefore', 'resetBefore'] as const)(
			'that follows one whose connection broke by %s does not run before it',
			async (kind) => {
				await convex.deployment.addFault({ path: '/sync/Mutation', kind });
				const names = ['a', 'b', 'c'];
				const order: string[] = [];
				await Promise.all(
					names.map(async (title) => {
						await client.mutation(mutation('tasks:create'), { title });
						order.push(title);
					}),
				);
				expect(order).toEqual(names);
				const tasks = await openHttp(convex.deployment.url).query('tasks:list', {});
				expect(tasks).toMatchObject(names.map((title) => ({ title })));
			},
		);

		it('runs once, in its turn, however often the connection breaks', async () => {
			for (const kind of ['dropAfter', 'dropBefore'] as const) {
				await convex.deployment.addFault({ path: '/sync/Mutation', kind });
			}
			const counts = upTo(200).map(async () => client.mutation(increment, counter));
			expect(await Promise.all(counts)).toEqual(upTo(200));
			expect(client.connectionState().connectionCount).toBe(3);
			expect(await convex.deployment.executions()).toMatchObject({ 'counters:increment': 200 });
		});

		it('that failed may run again', async () => {
			await convex.deployment.addFault({ path: '/sync/Mutation', kind: 'dropAfter' });
			const failing = client.mutation(mutation('failures:writeThenThrow'), counter);
			await expect(failing).rejects.toThrow('thrown after a write');
			expect(await convex.deployment.executions()).toMatchObject({ 'failures:writeThenThrow': 2 });
		});

		it('is answered late, and others wait for it', async () => {
			await convex.deployment.addFault({ path: '/sync/Mutation', kind: 'delay', ms: 50 });
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
			await convex.deployment.addFault({ path: '/sync/Action', kind });
			const lost = client.action(action('counters:wait'), { ms: 1 });
			await expect(lost).rejects.toThrow('Connection lost while action was in flight');
			expect((await convex.deployment.executions())['counters:wait'] ?? 0).toBe(runs);
			expect(await client.action(action('counters:wait'), { ms: 2 })).toBe(2);
		});
	});
});
