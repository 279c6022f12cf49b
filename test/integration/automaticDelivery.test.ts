import { expectInFlight, notingKeys, useGate } from '../support/automatic';
import { calling, userOf, type ConvexRunOptions } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { keys } from '../support/sessions';
import type { SyncGate } from '../support/syncGate';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const behindGate = useGate(convex);

/** How many calls went over HTTP, and how many over how many live connections. */
const travelled = ({ requests, calls, upgrades }: SyncGate) => ({
	http: requests.filter((request) => request.startsWith('POST')).length,
	live: calls,
	connections: upgrades,
});

async function travelOf(options: Omit<ConvexRunOptions, 'credential'>) {
	const { gate: passed, running } = await behindGate(options, 'pass');
	const result = await running;
	await passed.stop();
	return { ...result, travelled: travelled(passed) };
}

const listed = async (name = 'list'): Promise<unknown> => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name }),
	});
	return success[0]?.json.value;
};

describe('mutations with the default delivery', () => {
	it.each([
		['stops at errors', {}],
		['continues on errors', continuing],
	])(
		'go over one live connection from ten items on, where the node %s',
		async (_what, settings) => {
			const input = keys(300);
			const { success, ...run } = await travelOf({ parameters: notingKeys(), input, settings });
			const wanted = input.map(({ key }) => key);
			expect(run.travelled).toEqual({ http: 1, live: 299, connections: 1 });
			expect(success.map((item) => item.json)).toEqual(
				wanted.map((value) => ({ value, logLines: [] })),
			);
			expect(success.map((item) => item.pairedItem)).toEqual(wanted.map((_, item) => ({ item })));
			expect(await listed()).toEqual(wanted);
			const counts = (await convex.deployment.executionsByKey())['counters:add'];
			expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
		},
	);

	it.each([
		['of nine items', 9, {}],
		['with a concurrency', 20, { concurrency: 2 }],
		["with 'Delivery' set to 'HTTP'", 20, { delivery: 'http' }],
	])('%s go over HTTP', async (_what, items, options) => {
		const run = await travelOf({ parameters: notingKeys(options), input: keys(items) });
		expect(run.travelled).toEqual({ http: items, live: 0, connections: 0 });
	});

	it('of ten items are enough for a live connection', async () => {
		const run = await travelOf({ parameters: notingKeys(), input: keys(10) });
		expect(run.travelled).toEqual({ http: 1, live: 9, connections: 1 });
	});

	it.each([
		['wait for the one before where the node stops at errors', {}, 1],
		['are sent ahead where it continues, thirty-two before the first answer', continuing, 32],
	])('%s', async (_what, settings, inFlight) => {
		await expectInFlight(
			behindGate,
			{ parameters: notingKeys(), input: keys(100), settings },
			inFlight,
		);
	});

	it('leave nothing to run behind a failed item where the node stops at errors', async () => {
		const failing = 20;
		const { stoppedBy, travelled: travel } = await travelOf({
			parameters: calling('mutation', '={{ $json.path }}', '={{ $json.args }}'),
			input: Array.from({ length: 60 }, (_, index) =>
				index === failing || index === 0
					? { path: 'counters:increment', args: { name: index === 0 ? 'a' : 42 } }
					: { path: 'counters:add', args: { name: 'list', key: `${index}` } },
			),
		});
		expect(stoppedBy?.context.itemIndex).toBe(failing);
		expect(await convex.deployment.executions()).toEqual({
			'counters:add': failing - 1,
			'counters:increment': 1,
		});
		expect(travel).toEqual({ http: 2, live: failing - 1, connections: 1 });
	});

	it.each([
		['stops at errors', {}],
		['continues on errors', continuing],
	])(
		'go over HTTP with a field called __proto__, which a live connection does not carry, where the node %s',
		async (_what, settings) => {
			const { success, ...run } = await travelOf({
				parameters: calling('mutation', 'values:echoMutation', '={{ JSON.parse($json.args) }}'),
				input: Array.from({ length: 30 }, (_, row) => ({
					args: row % 10 === 9 ? '{"value":{"__proto__":{"a":1}}}' : `{"value":${row}}`,
				})),
				settings,
			});
			expect(run.travelled).toEqual({ http: 4, live: 26, connections: 1 });
			expect(success).toHaveLength(30);
		},
	);

	it('go over HTTP above 1 MiB, which would take long to encode at one go', async () => {
		const { success, ...run } = await travelOf({
			parameters: calling('mutation', 'values:echoMutation', '={{ $json }}'),
			input: Array.from({ length: 20 }, (_, row) => ({
				value: row % 10 === 9 ? 'x'.repeat(2 ** 20) : 'x'.repeat(900_000),
			})),
			settings: continuing,
		});
		expect(run.travelled).toEqual({ http: 3, live: 17, connections: 1 });
		expect(success.map(({ json }) => String(json.value).length)).toEqual(
			Array.from({ length: 20 }, (_, row) => (row % 10 === 9 ? 2 ** 20 : 900_000)),
		);
	});

	it('of several functions begin over HTTP once for each, in the order of the input', async () => {
		const input = Array.from({ length: 40 }, (_, index) => ({
			path: index % 3 === 0 ? 'counters:add' : 'users:sign',
			args: index % 3 === 0 ? { name: 'signatures', key: `${index}` } : {},
		}));
		const run = await travelOf({
			parameters: calling('mutation', '={{ $json.path }}', '={{ $json.args }}'),
			input,
			settings: continuing,
		});
		expect(run.travelled).toEqual({ http: 2, live: 38, connections: 1 });
		expect(run.success).toHaveLength(40);
		const signatures = input.map((_, index) => (index % 3 === 0 ? `${index}` : 'nobody'));
		expect(await listed('signatures')).toEqual(signatures);
	});
});

describe('actions with the default delivery', () => {
	it.each([1, 4])('are %d at a time, over a live connection', async (concurrency) => {
		const options = { concurrency };
		const parameters = calling('action', 'counters:note', '={{ { key: $json.key } }}', options);
		await expectInFlight(
			behindGate,
			{ parameters, input: keys(30), settings: continuing },
			concurrency,
		);
	});

	it('run once each, and come out in the order of the input', async () => {
		const input = Array.from({ length: 40 }, (_, index) => ({ ms: (index * 37) % 60 }));
		const run = await travelOf({
			parameters: calling('action', 'counters:wait', '={{ { ms: $json.ms } }}', { concurrency: 8 }),
			input,
		});
		expect(run.success.map((item) => item.json.value)).toEqual(input.map(({ ms }) => ms));
		expect(await convex.deployment.executions()).toEqual({ 'counters:wait': 40 });
		expect(run.travelled.connections).toBe(1);
		expect(run.travelled.live).toBeGreaterThanOrEqual(32);
	});
});

describe('items of several users with the default delivery', () => {
	const signing = calling(
		'mutation',
		'users:sign',
		{},
		{ actAsUser: userOf('={{ ({ issuer: "https://issuer.test", subject: $json.user }) }}') },
	);

	it('share live connections where they are sorted by user', async () => {
		const users = ['ada', 'bob'].flatMap((user) => Array.from({ length: 20 }, () => ({ user })));
		const run = await travelOf({ parameters: signing, input: users });
		expect(run.travelled).toEqual({ http: 2, live: 38, connections: 2 });
		expect(await listed('signatures')).toEqual(users.map(({ user }) => user));
	});

	it('go over HTTP where one is of another user than the next', async () => {
		const users = Array.from({ length: 30 }, (_, index) => ({
			user: ['ada', 'bob', 'cleo'][Math.floor(index / 2) % 3] ?? '',
		}));
		const run = await travelOf({ parameters: signing, input: users });
		expect(run.travelled).toEqual({ http: 29, live: 1, connections: 1 });
		expect(await listed('signatures')).toEqual(users.map(({ user }) => user));
	});
});

describe('the live connection of the default delivery', () => {
	it.each([
		['has succeeded', 'another key', undefined],
		['was stopped by an item', 42, 20],
	])('is closed when the run %s', async (_what, lastKey, stoppedAt) => {
		const { gate: passed, running } = await behindGate(
			{ parameters: notingKeys(), input: [...keys(20), { key: lastKey }] },
			'pass',
		);
		const { stoppedBy } = await running;
		expect(stoppedBy?.context.itemIndex).toBe(stoppedAt);
		expect(passed.upgrades).toBe(1);
		await until(() => passed.open === 0);
	});

	it('is opened while the first item is on its way, once a run has shown how, and closed if not needed', async () => {
		const { gate: passed, running } = await behindGate(
			{ parameters: notingKeys(), input: keys(10) },
			'pass',
		);
		await running;
		expect([passed.upgrades, passed.requests]).toEqual([
			1,
			expect.arrayContaining(['GET /api/sync', 'POST /api/mutation']),
		]);
		await convex.run({
			credential: { ...convex.credential, deploymentUrl: passed.url },
			parameters: notingKeys(),
			input: [{ key: 42 }, ...keys(20)],
		});
		expect(passed.upgrades).toBe(2);
		expect(passed.requests.filter((request) => request === 'GET /api/sync')).toHaveLength(1);
		await until(() => passed.open === 0);
	});
});
