import { CredentialTestContext } from 'n8n-core';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { Convex } from '../../nodes/Convex/Convex.node';
import { ConvexTrigger } from '../../nodes/Convex/ConvexTrigger.node';
import { calling, runConvex } from '../support/convexNode';
import {
	startDrippingServer,
	startFloodingServer,
	type TestServer,
} from '../support/awkwardServers';
import { runWorkflow, type CredentialValues } from '../support/engine';
import { startFloodingSyncServer } from '../support/misbehavingSyncServers';
import { addingKeys, inSession, sessionWithTimeouts } from '../support/sessions';
import { ActiveTrigger, TRIGGER_TYPE, triggerNode, watching } from '../support/triggers';

/** The longest time limit of a check is that of the credential test, 15 seconds. */
jest.setTimeout(120_000);

const withKey = ({ url }: { url: string }): CredentialValues => ({
	deploymentUrl: url,
	authentication: 'deployKey',
	token: 'local|0123456789abcdef',
});

async function testCredential(data: CredentialValues) {
	const { convexApiTest } = new Convex().methods.credentialTest;
	const credential = { id: '1', name: 'Convex', type: 'convexApi', data };
	return await convexApiTest.call(new CredentialTestContext(), credential);
}

async function runTriggerByHand(credential: CredentialValues) {
	const { run } = await runWorkflow(
		{
			nodeTypes: { [TRIGGER_TYPE]: new ConvexTrigger() },
			credentialTypes: { convexApi: new ConvexApi() },
			credentials: { convexApi: credential },
		},
		{ name: 'test', nodes: [triggerNode(watching('counters:get'))], connections: {} },
	);
	return run.data.resultData.error?.message;
}

async function activateTrigger(credential: CredentialValues) {
	const trigger = new ActiveTrigger({ credential, parameters: watching('counters:get') });
	await trigger.activate();
	await trigger.deactivate();
	return 'activated';
}

describe('a server that drips blanks without end', () => {
	let server: TestServer;
	beforeAll(async () => {
		server = await startDrippingServer();
	});
	afterAll(async () => await server.stop());

	it('ends a session, an activation, a run by hand and a credential test in time', async () => {
		const credential = withKey(server);
		const [session, activation, byHand, tested] = await Promise.all([
			runConvex({
				credential,
				parameters: addingKeys(),
				input: [{ key: 'a' }],
				nodeType: sessionWithTimeouts('mutation', 1_000),
			}),
			activateTrigger(credential),
			runTriggerByHand(credential),
			testCredential(credential),
		]);
		expect(session.stoppedBy?.message).toMatch(/did not answer within 10000 ms/);
		expect(activation).toBe('activated');
		expect(byHand).toMatch(/did not answer within 15000 ms/);
		expect(tested).toEqual({
			status: 'Error',
			message: expect.stringMatching(/did not answer within 15000 ms\. Check the credential's/),
		});
	});

	it('ends a call, a batch and a snapshot after the timeout', async () => {
		const options = { timeout: 300, maxRetries: 0 };
		for (const parameters of [
			calling('query', 'version', {}, options),
			calling('query', 'version', {}, { ...options, batchSize: 5 }),
			calling('query', 'version', {}, { ...options, snapshot: true }),
			calling('mutation', 'version', {}, options),
		]) {
			const { stoppedBy } = await runConvex({ credential: withKey(server), parameters });
			expect(stoppedBy?.message).toMatch(/did not answer within 300 ms/);
			expect(stoppedBy?.context.data).toMatchObject({ kind: 'network', outcome: 'unknown' });
		}
	});
});

describe('a server whose answer has no end', () => {
	let server: Awaited<ReturnType<typeof startFloodingServer>>;
	beforeEach(async () => {
		server = await startFloodingServer();
	});
	afterEach(async () => await server.stop());

	it('is read no further than any answer of Convex goes', async () => {
		const { stoppedBy } = await runConvex({
			credential: withKey(server),
			parameters: calling('mutation', 'version', {}, { maxRetries: 3, timeout: 300_000 }),
		});
		expect(stoppedBy?.message).toBe(
			'The answer is longer than 128 MiB. The function may have run: do not call it again before checking that in Convex.',
		);
		expect(stoppedBy?.context.data).toMatchObject({
			kind: 'network',
			code: 'AnswerTooLong',
			outcome: 'unknown',
			retryable: false,
		});
		expect(server.sentBytes()).toBeLessThan(200 * 2 ** 20);
	});

	it('fails a credential test, whether its length or its time is reached first', async () => {
		const { status, message } = await testCredential(withKey(server));
		expect(status).toBe('Error');
		expect(message).toMatch(/^The answer is longer than|did not answer within 15000 ms/);
	});
});

describe('a live connection without end', () => {
	const TEXT = 'x'.repeat(2 ** 20);
	const timestamp = (number: number) => {
		const bytes = Buffer.alloc(8);
		bytes.writeUInt32LE(number);
		return bytes.toString('base64');
	};
	const version = (number: number) => ({ querySet: 0, identity: 0, ts: timestamp(number) });

	it.each([
		[
			'parts of a transition that never ends',
			(number: number) => ({
				type: 'TransitionChunk',
				chunk: TEXT,
				partNumber: number,
				totalParts: 1_000_000,
				transitionId: 'a',
			}),
			'The answer is longer than 128 MiB',
		],
		[
			'results of queries that nobody asked for',
			(number: number) => ({
				type: 'Transition',
				startVersion: version(number),
				endVersion: version(number + 1),
				modifications: [
					{ type: 'QueryUpdated', queryId: number, value: TEXT, logLines: [], journal: null },
				],
			}),
			'The deployment sends results of queries that it was not asked for',
		],
	])('that brings %s is ended', async (_what, messageAt, reason) => {
		const server = await startFloodingSyncServer(messageAt);
		const { stoppedBy } = await runConvex({
			credential: withKey(server),
			parameters: inSession('action', 'version'),
		});
		expect(stoppedBy?.message).toBe(
			`The connection broke before the answer arrived: ${reason}. The function may have run: do not call it again before checking that in Convex.`,
		);
		expect(stoppedBy?.context.data).toMatchObject({ kind: 'network', outcome: 'unknown' });
		expect(server.sentLength()).toBeLessThan(200 * 2 ** 20);
		await server.stop();
	});
});
