import { sleep } from 'n8n-workflow';
import { calling, userOf } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingKeys, inSession, keys } from '../support/sessions';
import { startSilentSyncServer } from '../support/misbehavingSyncServers';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const listed = async (name: string): Promise<unknown> => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name }),
	});
	return success[0]?.json.value;
};

const connections = async () => (await convex.deployment.requestStats()).connections;

describe('mutations in a session', () => {
	it('take effect in the order of the input and run once each, over one connection', async () => {
		const input = keys(1_000);
		const { success } = await convex.run({ parameters: addingKeys(), input });
		const wanted = input.map(({ key }) => key);
		expect(success.map((item) => item.json)).toEqual(
			wanted.map((value) => ({ value, logLines: [] })),
		);
		expect(success.map((item) => item.pairedItem)).toEqual(wanted.map((_, item) => ({ item })));
		expect(await connections()).toBe(1);
		expect(await listed('list')).toEqual(wanted);
		const counts = (await convex.deployment.executionsByKey())['counters:add'] ?? {};
		expect(counts).toEqual(Object.fromEntries(wanted.map((key) => [key, 1])));
	});

	it('keep the order whatever the concurrency', async () => {
		await convex.run({ parameters: addingKeys({ concurrency: 50 }), input: keys(200) });
		expect(await listed('list')).toEqual(keys(200).map(({ key }) => key));
	});

	it('never wait by the thousand at the deployment, which would close the connection', async () => {
		// The first answer lets them pile up.
		await convex.deployment.addFault({ kind: 'delay', ms: 500, path: '/sync/Mutation' });
		const { success } = await convex.run({ parameters: addingKeys(), input: keys(1_500) });
		expect(success).toHaveLength(1_500);
		expect(await connections()).toBe(1);
	});

	it('are sent five hundred ahead of the answers, or sixteen megabytes', async () => {
		for (const [input, inFlight] of [
			[keys(2_000), 500],
			[Array.from({ length: 40 }, () => ({ key: 'x'.repeat(2 ** 20) })), 15],
		] as const) {
			const silent = await startSilentSyncServer();
			const cancel = new AbortController();
			const running = convex.run({
				credential: { ...convex.credential, deploymentUrl: silent.url },
				parameters: addingKeys(),
				input,
				cancelSignal: cancel.signal,
			});
			await until(() => silent.calls() >= inFlight);
			await sleep(200);
			expect(silent.calls()).toBe(inFlight);
			cancel.abort();
			await running.catch(() => undefined);
			await silent.stop();
		}
	});

	it('give what they log', async () => {
		const { success } = await convex.run({
			parameters: inSession('mutation', 'tasks:create', { title: 'logged' }),
		});
		expect(success[0]?.json.logLines).toEqual(["[LOG] 'creating' 'logged'"]);
	});

	it('may be internal, or in a component', async () => {
		const internal = await convex.run({
			parameters: inSession('mutation', 'internal.jobs.tick', { name: 'a' }),
		});
		expect(internal.success[0]?.json.value).toBe('ticked');
		await convex.run({
			parameters: inSession('mutation', 'marks:add', { label: 'a' }, { componentPath: 'tally' }),
			input: [{}, {}],
		});
		const { success } = await convex.run({
			parameters: calling('query', 'marks:count', {}, { componentPath: 'tally' }),
		});
		expect(success[0]?.json.value).toBe(2);
	});

	it('give no items for no items, and open no connection', async () => {
		const { success } = await convex.run({ parameters: addingKeys(), input: [] });
		expect(success).toEqual([]);
		expect(await connections()).toBe(0);
	});

	it('leave no connection behind', async () => {
		await convex.run({ parameters: addingKeys(), input: keys(3) });
		await until(async () => (await convex.deployment.syncStats()).sockets === 0);
	});
});

describe('actions in a session', () => {
	const waiting = (options = {}) =>
		inSession('action', 'counters:wait', '={{ { ms: $json.ms } }}', options);

	it('run one after another, unless the concurrency is higher', async () => {
		const input = Array.from({ length: 5 }, () => ({ ms: 10 }));
		for (const concurrency of [1, 3]) {
			const silent = await startSilentSyncServer();
			const cancel = new AbortController();
			const running = convex.run({
				credential: { ...convex.credential, deploymentUrl: silent.url },
				parameters: waiting({ concurrency }),
				input,
				cancelSignal: cancel.signal,
			});
			await until(() => silent.calls() >= concurrency);
			await sleep(100);
			expect(silent.calls()).toBe(concurrency);
			cancel.abort();
			await running;
			await silent.stop();
		}
	});

	it('go over one connection, and their output stays in the order of the input', async () => {
		const input = Array.from({ length: 40 }, (_, index) => ({ ms: (index * 37) % 100 }));
		const { success } = await convex.run({ parameters: waiting({ concurrency: 8 }), input });
		expect(success.map((item) => item.json.value)).toEqual(input.map(({ ms }) => ms));
		expect(success.map((item) => item.pairedItem)).toEqual(input.map((_, item) => ({ item })));
		expect(await convex.deployment.executions()).toEqual({ 'counters:wait': 40 });
		expect(await connections()).toBe(1);
	});
});

describe('values that come over a session', () => {
	const value = {
		big: { $integer: 'KgAAAAAAAAA=' },
		bytes: { $bytes: 'aGk=' },
		notANumber: { $float: 'AAAAAAAA+H8=' },
		infinite: { $float: 'AAAAAAAA8H8=' },
		minusZero: { $float: 'AAAAAAAAAIA=' },
		list: [1, 'two', null, true, { inner: 1.5 }],
		_id: 'kept',
	};

	it.each([
		['json', 'full'],
		['json', 'value'],
		['encoded', 'full'],
		['encoded', 'value'],
	])('are those of HTTP, in the format %s and the output %s', async (valueFormat, output) => {
		const [session, http] = await Promise.all(
			[inSession, calling].map(async (parameters) =>
				convex.run({
					parameters: {
						...parameters('mutation', 'values:echoMutation', { value }, { valueFormat }),
						output,
					},
				}),
			),
		);
		expect(session?.stoppedBy).toBeUndefined();
		// As text: the backend writes -0 as such, the embedded deployment's JSON as 0.
		expect(JSON.stringify(session?.success)).toBe(JSON.stringify(http?.success));
	});
});

describe('who calls in a session', () => {
	const users = ['ada', 'ada', 'bob', 'bob', 'ada', 'cleo'].map((user) => ({ user }));

	it('may be another user for each item, in the order of the input', async () => {
		const { success } = await convex.run({
			parameters: inSession(
				'mutation',
				'users:sign',
				{},
				{
					actAsUser: userOf('={{ ({ issuer: "https://issuer.test", subject: $json.user }) }}'),
				},
			),
			input: users,
		});
		const wanted = users.map(({ user }) => user);
		expect(success.map((item) => item.json.value)).toEqual(wanted);
		expect(await listed('signatures')).toEqual(wanted);
		// One for each row of items of the same user, and one for the list.
		expect(await connections()).toBe(5);
	});

	it('may be a user with a token, or nobody', async () => {
		const token = await convex.deployment.signToken({ sub: 'dora' });
		for (const [authentication, who] of [
			['bearerToken', 'dora'],
			['none', 'nobody'],
		] as const) {
			const { success } = await convex.run({
				credential: { ...convex.credential, authentication, token },
				parameters: inSession('mutation', 'users:sign'),
				input: [{}, {}],
			});
			expect(success.map((item) => item.json.value)).toEqual([who, who]);
		}
	});
});
