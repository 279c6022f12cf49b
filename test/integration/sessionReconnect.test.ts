import { sleep, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import type { CredentialValues } from '../support/engine';
import {
	startMalformedMessageServer,
	startVanishingSyncServer,
} from '../support/misbehavingSyncServers';
import { addingKeys, sessionWithTimeouts, inSession, keys } from '../support/sessions';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('deployKey');

const continuing = { onError: 'continueErrorOutput' } as const;

const additions = async () => (await convex.deployment.executions())['counters:add'] ?? 0;

const detailsOf = ({ json }: INodeExecutionData) => json.details as IDataObject;

async function untilAdditions(count: number): Promise<void> {
	await until(async () => (await additions()) >= count);
}

describe('a connection that comes back', () => {
	const slowly = async (ms: number) =>
		await convex.deployment.addFault({ kind: 'delay', ms, path: '/sync/Mutation', times: 2 });

	/** Three mutations whose connection breaks, and is back before two seconds are over. */
	const broken = async () => {
		const running = convex.run({
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 2_000),
			input: keys(3),
			settings: continuing,
		});
		await untilAdditions(1);
		await convex.deployment.killSockets();
		await until(async () => (await connections()) >= 2);
		return running;
	};

	const connections = async () => (await convex.deployment.requestStats()).connections;

	it('is waited for as long as it holds, also when it is slow', async () => {
		await slowly(4_000);
		const { success } = await broken();
		expect(success).toHaveLength(3);
	});

	it('is given up when it breaks again after long', async () => {
		await slowly(20_000);
		const running = broken();
		await untilAdditions(1);
		await sleep(3_000);
		await convex.deployment.killSockets();
		const { error } = await running;
		expect(error).toHaveLength(3);
		for (const { json } of error) {
			expect(json.error).toMatch(
				/^The connection broke, and no call was answered within 2 seconds\. .* keeps closing/,
			);
			expect(json.details).toMatchObject({ outcome: 'unknown' });
		}
	});

	it('only to break at the same call again is given up', async () => {
		const fault = { kind: 'dropBefore', path: '/sync/Mutation', times: 1_000 } as const;
		await convex.deployment.addFault(fault);
		const { stoppedBy } = await convex.run({
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 2_500),
			input: keys(3),
		});
		expect(stoppedBy?.message).toMatch(/^The connection broke, and no call was answered within/);
		expect(await additions()).toBe(0);
	});
});

describe('a deployment that vanishes with its last answer', () => {
	const answer = {
		type: 'MutationResponse',
		requestId: 0,
		success: false,
		result: 'Uncaught Error: full',
		logLines: [],
	};

	it.each([
		['a fatal error', { type: 'FatalError', error: 'restarting' }],
		['a refusal', { type: 'AuthError', error: 'busy' }],
	])('and %s is not waited for without end', async (_what, ending) => {
		const server = await startVanishingSyncServer([answer, ending]);
		const { error } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: addingKeys(),
			nodeType: sessionWithTimeouts('mutation', 500),
			input: keys(3),
			settings: continuing,
		});
		await server.stop();
		expect(error.map((item) => detailsOf(item).outcome)).toEqual(['failed', 'unknown', 'unknown']);
		expect(error[1]?.json.error).toMatch(/^The connection broke, and it was not restored within/);
	});
});

describe('an action that certainly nobody read', () => {
	const noting = (concurrency: number) =>
		inSession('action', 'counters:note', '={{ { key: $json.key } }}', { concurrency });

	const runBehind = async (
		messages: object[],
		concurrency: number,
		credential: CredentialValues = convex.credential,
	) => {
		const server = await startMalformedMessageServer(
			convex.deployment.url,
			messages.map((message) => JSON.stringify(message)),
		);
		const result = await convex.run({
			credential: { ...credential, deploymentUrl: server.url },
			parameters: noting(concurrency),
			input: keys(4),
			settings: continuing,
		});
		await server.stop();
		return result;
	};

	const notes = async () => (await convex.deployment.executionsByKey())['counters:note'];

	const refusal = { type: 'AuthError', error: 'busy', baseVersion: 0, authUpdateAttempted: true };

	it('because the credential before it was refused, wrongly, is sent again', async () => {
		const { success } = await runBehind([refusal, refusal], 3);
		expect(success.map((item) => item.json.value)).toEqual(keys(4).map(({ key }) => key));
		expect(await notes()).toEqual(Object.fromEntries(keys(4).map(({ key }) => [key, 1])));
	});

	it('again and again is not sent without end', async () => {
		const { error } = await runBehind(Array(50).fill(refusal), 3);
		expect(error.map(({ json }) => json.error)).toEqual(Array(4).fill('busy'));
		expect(error.map((item) => detailsOf(item).outcome)).toEqual(Array(4).fill('notExecuted'));
		expect(await notes()).toBeUndefined();
	});

	it('is none where a credential is refused that was not sent', async () => {
		const { success, error } = await runBehind([refusal], 3, { authentication: 'none' });
		expect(error.map((item) => detailsOf(item).outcome)).toEqual(Array(3).fill('unknown'));
		expect(success.map((item) => item.json.value)).toEqual(['item 3']);
		expect(await notes()).toEqual({ 'item 3': 1 });
	});

	it('because its connection was closing is sent again; the one before it is not', async () => {
		const { success, error } = await runBehind([{ type: 'FatalError', error: 'unreadable' }], 1);
		expect(error.map((item) => detailsOf(item).outcome)).toEqual(['unknown']);
		const later = keys(4).slice(1);
		expect(success.map((item) => item.json.value)).toEqual(later.map(({ key }) => key));
		expect(await notes()).toEqual(Object.fromEntries(later.map(({ key }) => [key, 1])));
	});
});
