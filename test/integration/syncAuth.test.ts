import type { ConvexClient } from 'convex/browser';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { RawSyncClient } from '../support/rawSyncClient';
import {
	internals,
	mutation,
	openHttp,
	useConvexClients,
	watch,
	type Watched,
} from '../support/syncClients';
import { Arrivals } from '../support/waiting';

/** Who a client is over a socket, and what happens when that ends. */
const convex = useEmbeddedDeployment('none');
let client: ConvexClient;
let logged: Arrivals<string>;
let whoami: Watched;

const openClient = useConvexClients(() => convex.deployment.url);

beforeEach(async () => {
	logged = new Arrivals();
	const error = (...texts: unknown[]) => logged.add(texts.join(' '));
	const logger = { error, warn: () => {}, log: () => {}, logVerbose: () => {} };
	client = openClient({ logger });
	whoami = watch(client, 'users:whoami', {});
	await whoami.until(null);
});

const named = (name: string) => (result: { value: unknown }) => Object(result.value).name === name;

const nobody = (results: unknown[]) => results.at(-1) === null;

/** How long tokens last. */
const HOUR_MS = 3_600_000;

/** Gives a client tokens in turn; notes what it asks for and how it fares. */
function setAuth(tokens: Array<string | null>) {
	const asked: boolean[] = [];
	const states = new Arrivals<boolean>();
	client.setAuth(
		async ({ forceRefreshToken }) => {
			asked.push(forceRefreshToken);
			return tokens.length > 1 ? tokens.shift() : tokens[0];
		},
		(isAuthenticated) => states.add(isAuthenticated),
	);
	return { asked, states };
}

const expiredToken = async (name: string) =>
	await convex.deployment.signToken({ name, exp: 1_000_000 });

describe("a user's token", () => {
	it('makes queries and mutations the user’s', async () => {
		const { states } = setAuth([await convex.deployment.signToken({ name: 'Ada' })]);
		const { value } = await whoami.results.until(named('Ada'));
		expect(value).toMatchObject({ name: 'Ada', subject: 'user-1' });
		expect(await states.until(() => true)).toBe(true);
	});

	it('is requested again when it is expired', async () => {
		const { asked, states } = setAuth([
			await expiredToken('Ada'),
			await convex.deployment.signToken({ name: 'Bob' }),
		]);
		await whoami.results.until(named('Bob'));
		expect(asked).toEqual([false, true]);
		expect(await states.until(() => true)).toBe(true);
		expect(whoami.results.all.some(named('Ada'))).toBe(false);
	});

	it('is given up when it is refused again and again', async () => {
		const { states } = setAuth([
			await expiredToken('1'),
			await expiredToken('2'),
			await expiredToken('3'),
			await expiredToken('4'),
			await expiredToken('5'),
		]);
		await states.until((isAuthenticated) => !isAuthenticated);
		expect(logged.all.join()).toMatch(
			/Failed to authenticate: "Could not validate token: Token expired \d+ seconds ago"/,
		);
	});

	it.each([
		['is no JWT', 'nonsense', 'Could not parse JWT payload'],
		['is of somebody unknown', { iss: 'https://unknown.test' }, 'No auth provider found'],
	])('that %s is refused', async (_what, claims, error) => {
		const token = typeof claims === 'string' ? claims : await convex.deployment.signToken(claims);
		const raw = await RawSyncClient.open(convex.deployment.url);
		raw.send({ type: 'Authenticate', tokenType: 'User', value: token, baseVersion: 0 });
		expect(await raw.first('AuthError')).toEqual({
			type: 'AuthError',
			error: expect.stringContaining(error),
			baseVersion: 0,
			authUpdateAttempted: true,
		});
		expect(await raw.closed).toEqual({ code: 1005, reason: '' });
	});

	it('is requested again when it ends early', async () => {
		const { asked, states } = setAuth([
			await convex.deployment.signToken({ name: 'Ada' }),
			await convex.deployment.signToken({ name: 'Ada', n: 2 }),
			await convex.deployment.signToken({ name: 'Bob' }),
		]);
		await whoami.results.until(({ value }) => Object(value).n === 2);
		expect(await convex.deployment.expireAuth()).toBe(1);
		await whoami.results.until(named('Bob'));
		expect(asked).toEqual([false, true, true]);
		expect(states.all).not.toContain(false);
	});

	it('ends the session of a user who gets no other', async () => {
		const token = await convex.deployment.signToken({ name: 'Ada' });
		const { states } = setAuth([token]);
		await whoami.results.until(named('Ada'));
		await convex.deployment.expireAuth();
		await states.until((isAuthenticated) => !isAuthenticated);
		await whoami.results.until(() => nobody(whoami.values));
	});

	it.each([
		['runs', async (raw: RawSyncClient) => raw.mutate(0, 'counters:increment', { name: 'a' })],
		[
			'sees',
			async () =>
				await openHttp(convex.deployment.url).mutation('counters:increment', { name: 'a' }),
		],
	])('is noticed to have ended when its user %s something', async (_what, act) => {
		const value = await convex.deployment.signToken({ name: 'Ada' });
		const raw = await RawSyncClient.open(convex.deployment.url);
		raw.send({ type: 'Authenticate', tokenType: 'User', value, baseVersion: 0 });
		raw.add(0, [{ udfPath: 'counters:get', args: { name: 'a' } }]);
		await raw.frames.until(({ modifications }) => Object(modifications).length === 1);
		await convex.deployment.advanceClock(HOUR_MS);
		await act(raw);
		expect(await raw.first('AuthError')).toEqual({
			type: 'AuthError',
			error: 'Convex token identity expired',
			baseVersion: 1,
			authUpdateAttempted: false,
		});
		expect(await raw.closed).toEqual({ code: 1005, reason: '' });
		expect(raw.frames.all.some(({ requestId }) => requestId === 0)).toBe(false);
	});
});

/** A connection of its own, with a deploy key. */
async function openAsAdmin(value = convex.deployment.deployKey): Promise<RawSyncClient> {
	const raw = await RawSyncClient.open(convex.deployment.url);
	raw.send({ type: 'Authenticate', tokenType: 'Admin', value, baseVersion: 0 });
	return raw;
}

describe('a deploy key', () => {
	it('that is wrong is refused', async () => {
		internals(client).setAdminAuth?.('wrong|key');
		const text = await logged.until(() => true);
		expect(text).toContain('The provided admin key was invalid for this instance');
	});

	it('that ends is refused, also when it is sent again', async () => {
		internals(client).setAdminAuth?.(convex.deployment.deployKey);
		const status = watch(client, 'jobs:status', {});
		await status.until('idle');
		await convex.deployment.expireAuth();
		const text = await logged.until(() => true);
		expect(text).toContain('The provided admin key was invalid for this instance');
		const failure = await status.failures.until(() => true);
		expect(failure.message).toContain("Could not find public function for 'jobs:status'");
		const raw = await openAsAdmin();
		expect(await raw.first('AuthError')).toMatchObject({ authUpdateAttempted: true });
	});

	it('without the right to act as users gives the query’s failure', async () => {
		const key = await convex.deployment.createKey(['deployment:data:view']);
		const ada = { tokenIdentifier: 'test|a', subject: 'a', issuer: 'test', name: 'Ada' };
		internals(client).setAdminAuth?.(key, ada);
		const failure = await whoami.failures.until(() => true);
		expect(failure.message).toContain('deployment:functions:actAsUser');
	});

	it('without the right to an internal action ends the connection', async () => {
		const raw = await openAsAdmin(await convex.deployment.createKey(['deployment:data:view']));
		raw.send({ type: 'Action', requestId: 0, udfPath: 'jobs:runAll', args: [{}] });
		expect(await raw.first('FatalError')).toMatchObject({
			error: expect.stringContaining('deployment:functions:runInternalActions'),
		});
		expect(await raw.closed).toEqual({ code: 1000, reason: 'OperationNotPermitted' });
	});

	it.each([
		['mutation', 'fails', 'MutationResponse'],
		['action', 'ends the connection', 'FatalError'],
	])('with a component that is not there, %s: %s', async (operation, _what, answer) => {
		const raw = await openAsAdmin();
		const call = { udfPath: 'marks:add', args: [{ label: 'a' }], componentPath: 'taly' };
		raw.send({ type: operation === 'action' ? 'Action' : 'Mutation', requestId: 0, ...call });
		expect(JSON.stringify(await raw.first(answer))).toContain("Component path 'taly' not found");
	});

	it('without the right to write data changes nothing in a component', async () => {
		const raw = await openAsAdmin(await convex.deployment.createKey(['deployment:data:view']));
		const call = { udfPath: 'marks:add', args: [{ label: 'a' }], componentPath: 'tally' };
		raw.send({ type: 'Mutation', requestId: 0, ...call });
		expect(await raw.first('MutationResponse')).toMatchObject({
			success: false,
			result: expect.stringContaining('(deployment:data:write)'),
		});
	});

	it('names the component whose function is not there', async () => {
		const raw = await openAsAdmin();
		const call = { udfPath: 'marks:ad', args: [{}], componentPath: 'tally' };
		raw.send({ type: 'Mutation', requestId: 0, ...call });
		expect(await raw.first('MutationResponse')).toMatchObject({
			success: false,
			result: expect.stringContaining("public function for 'marks:ad' in 'tally'."),
		});
	});

	it('reaches functions of components', async () => {
		const raw = await openAsAdmin();
		const modifications = [
			{ type: 'Add', queryId: 0, udfPath: 'marks:count', args: [{}], componentPath: 'tally' },
		];
		raw.send({ type: 'ModifyQuerySet', baseVersion: 0, newVersion: 1, modifications });
		const counted = await raw.frames.until(({ modifications }) => Object(modifications).length > 0);
		expect(counted).toMatchObject({ modifications: [{ type: 'QueryUpdated', value: 0 }] });
	});
});

describe('another identity', () => {
	it('changes what mutations see at once, and queries only where they differ', async () => {
		const tasks = watch(client, 'counters:get', { name: 'a' });
		await tasks.until(0);
		setAuth([await convex.deployment.signToken({ name: 'Ada' })]);
		await whoami.results.until(named('Ada'));
		client.client.clearAuth();
		await whoami.results.until(() => nobody(whoami.values));
		await client.mutation(mutation('counters:increment'), { name: 'a' });
		expect(tasks.values).toEqual([0, 1]);
	});
});
