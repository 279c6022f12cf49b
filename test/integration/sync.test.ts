import { ConvexHttpClient, type ConvexClient } from 'convex/browser';
import { ConvexError, type Value } from 'convex/values';
import type { TestDeployment } from '../../emulator/client';
import { deploymentUnderTest } from '../support/deploymentUnderTest';
import {
	action,
	internals,
	mutation,
	query,
	useConvexClients,
	watch,
} from '../support/syncClients';

/**
 * Live queries, mutations and actions over a socket, seen by the official client. Runs against the
 * embedded deployment, and against a real one that serves examples/convex when CONVEX_URL and
 * CONVEX_DEPLOY_KEY are set. So it relies on nothing but what it does itself.
 */
let deployment: TestDeployment;
let http: ConvexHttpClient;
let client: ConvexClient;
let name: string;

beforeAll(async () => {
	deployment = await deploymentUnderTest();
	http = new ConvexHttpClient(deployment.url, { logger: false });
});

afterAll(async () => await deployment.stop());

const openClient = useConvexClients(() => deployment.url);

beforeEach(() => {
	client = openClient();
	name = `counter ${Date.now()} ${Math.random()}`;
});

const increment = mutation('counters:increment');

describe('a watched query', () => {
	it('gives its result at first, and each result that is different', async () => {
		const watched = watch(client, 'counters:get', { name });
		await watched.until(0);
		await http.mutation(increment, { name });
		await watched.until(1);
		await http.mutation(increment, { name: `${name} of somebody else` });
		await http.mutation(increment, { name });
		await watched.until(2);
		expect(watched.values).toEqual([0, 1, 2]);
	});

	it('has seen a mutation of its own client when that is answered', async () => {
		const watched = watch(client, 'counters:get', { name });
		await watched.until(0);
		expect(await client.mutation(increment, { name })).toBe(1);
		expect(watched.values).toEqual([0, 1]);
		expect(await client.mutation(increment, { name })).toBe(2);
		expect(watched.values).toEqual([0, 1, 2]);
	});

	it('sees what other clients do', async () => {
		const watched = watch(client, 'counters:get', { name });
		await watched.until(0);
		await openClient().mutation(increment, { name });
		await watched.until(1);
	});

	it('sees what an action writes, even one that fails afterwards', async () => {
		const watched = watch(client, 'counters:get', { name });
		await watched.until(0);
		const failing = client.action(action('failures:actThenThrow'), { name });
		await expect(failing).rejects.toThrow('thrown after a mutation');
		await watched.until(1);
	});

	it('sees nothing of a mutation that is rolled back', async () => {
		const watched = watch(client, 'counters:get', { name });
		await watched.until(0);
		const failing = client.mutation(mutation('failures:writeThenThrow'), { name });
		await expect(failing).rejects.toThrow('thrown after a write');
		await client.mutation(increment, { name });
		expect(watched.values).toEqual([0, 1]);
	});

	it('reports its failure with data, and recovers', async () => {
		const watched = watch(client, 'failures:throwWhenOdd', { name });
		await watched.until(0);
		await http.mutation(increment, { name });
		const failure = await watched.failures.until(() => true);
		expect(failure).toBeInstanceOf(ConvexError);
		expect(failure).toMatchObject({ data: { code: 'ODD', count: 1 } });
		await http.mutation(increment, { name });
		await watched.until(2);
		expect(watched.values).toEqual([0, 2]);
	});

	it.each([
		['is missing', 'counters:nope', {}, "Could not find public function for 'counters:nope'."],
		['is internal', 'jobs:status', {}, "Could not find public function for 'jobs:status'."],
		[
			'is a mutation',
			'counters:increment',
			{ name: 'x' },
			'as Query, but it is defined as Mutation',
		],
		['refuses an argument', 'version', { x: 1 }, 'Object contains extra field `x`'],
	])('reports that it %s', async (_what, path, args, text) => {
		const watched = watch(client, path, args);
		const failure = await watched.failures.until(() => true);
		expect(failure.message).toMatch(/\[Request ID: \w+\] Server Error/);
		expect(failure.message).toContain(text);
	});

	it('comes with its log lines', async () => {
		await watch(client, 'logs:everyLevel', {}).until(null);
		const logLines = internals(client).localQueryLogs?.('logs:everyLevel', {});
		expect(logLines).toContainEqual("[LOG] 'plain' 42");
	});

	it('is no more when nobody watches it', async () => {
		const seen: unknown[] = [];
		const { unsubscribe } = client.onUpdate(query('counters:get'), { name }, (value) => {
			seen.push(value);
		});
		await watch(client, 'counters:get', { name }).until(0);
		unsubscribe();
		await client.mutation(increment, { name });
		expect(seen).toEqual([0]);
	});
});

describe('a mutation', () => {
	it('runs in its turn when many are sent at once', async () => {
		const counts = Array.from({ length: 100 }, async () => client.mutation(increment, { name }));
		expect(await Promise.all(counts)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
	});

	it('carries every value there and back', async () => {
		const value: Value = [
			null,
			true,
			-0,
			Number.NaN,
			2n ** 63n - 1n,
			'ä \u0000 😀',
			new Uint8Array([0, 255]).buffer,
			{ a: { b: [] } },
		];
		expect(await client.mutation(mutation('values:echoMutation'), { value })).toStrictEqual(value);
		expect(await client.query(query('values:echo'), { value })).toStrictEqual(value);
	});

	it('fails with its data', async () => {
		const order = { orderId: name, email: 'a@mail.test', total: -1 };
		const failure: unknown = await client
			.mutation(mutation('orders:upsert'), order)
			.catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(ConvexError);
		expect(failure).toMatchObject({ data: { code: 'NEGATIVE_TOTAL' } });
	});
});

describe('with a deploy key', () => {
	it('internal functions can be watched and run', async () => {
		internals(client).setAdminAuth?.(deployment.deployKey);
		await watch(client, 'jobs:status', {}).until('idle');
		expect(await client.mutation(mutation('jobs:tick'), { name })).toBe('ticked');
		expect(await client.action(action('jobs:runAll'), {})).toBe('ticked');
	});

	it('one acts as a user, then as another', async () => {
		const ada = { tokenIdentifier: 'test|ä', subject: 'ä', issuer: 'test', name: 'Ada' };
		const bob = { tokenIdentifier: 'test|b', subject: 'b', issuer: 'test', name: 'Bob' };
		internals(client).setAdminAuth?.(deployment.deployKey, ada);
		const { results } = watch(client, 'users:whoami', {});
		const asAda = await results.until(() => true);
		expect(asAda.value).toMatchObject(ada);
		internals(client).setAdminAuth?.(deployment.deployKey, bob);
		const asBob = await results.until((result) => result !== asAda);
		expect(asBob.value).toMatchObject(bob);
		client.client.clearAuth();
		expect((await results.until(({ value }) => value === null)).value).toBeNull();
	});
});
