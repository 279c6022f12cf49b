import { sleep, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import { calling, type ConvexRunOptions, userOf } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingKeys, sessionWithTimeouts, inSession, keys } from '../support/sessions';
import { startSilentSyncServer, type SilentSyncServer } from '../support/misbehavingSyncServers';
import { TcpProxy } from '../support/tcpProxy';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const outcomesOf = (items: INodeExecutionData[]) =>
	items.map(({ json }) => (json.details as IDataObject).outcome);

const errorsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.error);

const listed = async (name: string) => {
	const { success } = await convex.run({
		parameters: calling('query', 'counters:additions', { name }),
	});
	return success[0]?.json.value;
};

const started = async () =>
	Object.values(await convex.deployment.executions()).reduce((sum, count) => sum + count, 0);

const MAY_HAVE_RUN =
	' The function may have run: do not call it again before checking that in Convex.';
const tooLate = (ms: number) => `The deployment did not answer within ${ms} ms.${MAY_HAVE_RUN}`;

const silence = (ms: number) =>
	`The deployment sent no answer for ${ms / 1_000} second${ms === 1_000 ? '' : 's'} after a call had exceeded its 'Timeout'`;

/** Longer than any test may take. */
const NEVER_MS = 600_000;

/** Long enough to send all that may be sent meanwhile, on a machine that is busy with something else. */
const SENDING_MS = 4_000;

describe("a mutation that exceeds 'Timeout'", () => {
	it('costs those behind it no time', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: 6_000, path: '/sync/Mutation' });
		const { success, error } = await convex.run({
			parameters: addingKeys({ timeout: 2_500 }),
			input: keys(8),
			settings: continuing,
		});
		expect(errorsOf(error)).toEqual([tooLate(2_500)]);
		expect(success.map((item) => item.json.value)).toEqual(
			keys(8)
				.slice(1)
				.map(({ key }) => key),
		);
		expect(await listed('list')).toEqual(keys(8).map(({ key }) => key));
	});

	it('is not waited for when all items have ended', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: NEVER_MS, path: '/sync/Mutation' });
		const { error } = await convex.run({
			parameters: addingKeys({ timeout: 100 }),
			input: keys(1),
			settings: continuing,
		});
		expect(outcomesOf(error)).toEqual(['unknown']);
	});

	it('stops a workflow that stops at failures, though what follows has no room yet', async () => {
		await convex.deployment.addFault({ kind: 'delay', ms: NEVER_MS, path: '/sync/Mutation' });
		const { stoppedBy } = await convex.run({
			parameters: addingKeys({ timeout: 1_000 }),
			input: Array.from({ length: 2 }, () => ({ key: 'x'.repeat(9 * 2 ** 20) })),
		});
		expect(stoppedBy?.message).toBe(tooLate(1_000));
		expect(await started()).toBe(1);
	});

	it('does not exceed it because the connection is away', async () => {
		const proxy = await TcpProxy.inFrontOf(convex.deployment.url);
		await proxy.up();
		await convex.deployment.addFault({ kind: 'delay', ms: 400, path: '/sync/Mutation' });
		const running = convex.run({
			credential: { ...convex.credential, deploymentUrl: proxy.url },
			parameters: addingKeys({ timeout: 2_000 }),
			input: keys(3),
			settings: continuing,
		});
		await until(async () => (await started()) !== 0);
		await proxy.down();
		await sleep(3_000);
		await proxy.up();
		const { success } = await running;
		await proxy.down();
		expect(success).toHaveLength(3);
	});

	it('is waited for before another user calls, so that the order is kept', async () => {
		await convex.deployment.addFault({
			kind: 'meanwhile',
			functionPath: 'counters:wait',
			args: { ms: 4_000 },
			path: '/sync/Mutation',
		});
		const { success, error } = await convex.run({
			parameters: signing({ timeout: 1_500 }),
			input: [{ user: 'ada' }, { user: 'bob' }],
			settings: continuing,
		});
		expect(errorsOf(error)).toEqual([tooLate(1_500)]);
		expect(success.map((item) => item.json.value)).toEqual(['bob']);
		expect(await listed('signatures')).toEqual(['ada', 'bob']);
	});
});

const signing = (options: { timeout: number }) =>
	inSession(
		'mutation',
		'users:sign',
		{},
		{
			actAsUser: userOf('={{ ({ issuer: "https://issuer.test", subject: $json.user }) }}'),
			...options,
		},
	);

describe('a deployment that takes calls and never answers', () => {
	let silent: SilentSyncServer;
	beforeEach(async () => {
		silent = await startSilentSyncServer();
	});
	afterEach(async () => await silent.stop());

	const run = async (
		operation: 'mutation' | 'action',
		parameters: ConvexRunOptions['parameters'],
		input: IDataObject[],
		silenceLimitMs = SENDING_MS,
	) => {
		const { error } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: silent.url },
			nodeType: sessionWithTimeouts(operation, silenceLimitMs),
			parameters,
			input,
			settings: continuing,
		});
		expect(error).toHaveLength(input.length);
		return error;
	};

	const split = (unknown: number, all: number) => [
		...Array(unknown).fill('unknown'),
		...Array(all - unknown).fill('notExecuted'),
	];

	/** As many as may be sent, or fewer on a machine too busy to send them in time. */
	const sentOf = async (most: number) => {
		const sent = await silent.callsOfClosed();
		expect(sent).toBeLessThanOrEqual(most);
		expect(sent).toBeGreaterThan(most / 20);
		return sent;
	};

	it('gets no more than five hundred mutations, and hangs no run', async () => {
		const error = await run('mutation', addingKeys({ timeout: 50 }), keys(1_100));
		const sent = await sentOf(500);
		expect(outcomesOf(error)).toEqual(split(sent, 1_100));
		expect(errorsOf(error)).toEqual([
			tooLate(50),
			...Array(sent - 1).fill(`${silence(SENDING_MS)}.${MAY_HAVE_RUN}`),
			...Array(1_100 - sent).fill(silence(SENDING_MS)),
		]);
	});

	it('gets no more than sixteen megabytes', async () => {
		const input = Array.from({ length: 20 }, () => ({ key: 'x'.repeat(2 ** 20) }));
		const error = await run('mutation', addingKeys({ timeout: 50 }), input);
		expect(outcomesOf(error)).toEqual(split(await sentOf(15), 20));
	});

	it("gets no more than five hundred actions, and each beyond 'Timeout' lets another begin", async () => {
		const parameters = inSession('action', 'counters:note', '={{ { key: $json.key } }}', {
			timeout: 50,
			concurrency: 100,
		});
		const error = await run('action', parameters, keys(700));
		const sent = await sentOf(500);
		expect(outcomesOf(error)).toEqual(split(sent, 700));
		expect(errorsOf(error)).toEqual([
			...Array(sent).fill(tooLate(50)),
			...Array(700 - sent).fill(silence(SENDING_MS)),
		]);
	});

	it('is not waited for by another user without end', async () => {
		const users = [{ user: 'ada' }, { user: 'bob' }];
		const error = await run('mutation', signing({ timeout: 50 }), users, 1_000);
		expect(outcomesOf(error)).toEqual(split(1, 2));
		expect(errorsOf(error)).toEqual([tooLate(50), silence(1_000)]);
	});
});
