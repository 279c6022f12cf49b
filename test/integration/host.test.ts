/** @jest-environment node */
/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { Convex } from '../../nodes/Convex/Convex.node';
import '../support/ssrfProtection';
import { startHttpServer, type TestServer } from '../support/awkwardServers';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { addingKeys, keys } from '../support/sessions';
import { ActiveTrigger, watching, withTimeouts } from '../support/triggers';
import { waitingForBoard } from '../support/waitingForResults';

/** An n8n that protects its own network, or on an old Node.js. */
const convex = useEmbeddedDeployment('deployKey');

const { WebSocket: original } = globalThis;
afterEach(() => {
	globalThis.WebSocket = original;
});

/** What three items of a session fail with. */
const failing = async (nodeType?: INodeType) => {
	const { error } = await convex.run({
		parameters: addingKeys(),
		input: keys(3),
		...(nodeType && { nodeType }),
		settings: { onError: 'continueErrorOutput' },
	});
	expect(error.map(({ json }) => json.details)).toEqual(
		Array(3).fill(expect.objectContaining({ kind: 'input', outcome: 'notExecuted' })),
	);
	return error.map(({ json }) => json.error);
};

describe('a session in an n8n that connects to no private address', () => {
	it('is not opened: n8n is asked before, and not evaded', async () => {
		const refused =
			/^n8n's network policy does not allow connections to the deployment: .* \[item \d\]$/;
		for (const error of await failing()) expect(error).toMatch(refused);
		expect((await convex.deployment.requestStats()).connections).toBe(0);
	});

	it('is not opened either if n8n does not tell of cancelled executions', async () => {
		const nodeType = Object.assign(new Convex(), {
			async execute(this: IExecuteFunctions) {
				Object.assign(this, { getExecutionCancelSignal: undefined });
				return await new Convex().execute.call(this);
			},
		});
		expect((await failing(nodeType))[0]).toMatch(/^n8n's network policy/);
	});
});

it('a wait for a result in an n8n that connects to no private address is not evaded either', async () => {
	const { stoppedBy } = await convex.run({
		credential: { ...convex.credential, authentication: 'none' },
		parameters: waitingForBoard(),
	});
	expect(stoppedBy?.message).toMatch(
		/^n8n's network policy does not allow connections to the deployment: .* \[item 0\]$/,
	);
	expect((await convex.deployment.requestStats()).requests).toBe(0);
});

describe('a session on a Node.js without WebSockets', () => {
	it('says so', async () => {
		Reflect.deleteProperty(globalThis, 'WebSocket');
		expect((await failing())[0]).toMatch(/^This n8n runs on a Node\.js without WebSockets/);
	});
});

describe('a trigger in an n8n that connects to no private address, or on an old Node.js', () => {
	let server: TestServer;
	let requests: string[];

	beforeEach(async () => {
		requests = [];
		server = await startHttpServer((request, response) => {
			requests.push(request.url ?? '');
			response.end('{"ts":"AAAAAAAAAAA="}');
		});
	});
	afterEach(async () => await server.stop());

	const trigger = () =>
		new ActiveTrigger({
			credential: { deploymentUrl: server.url, authentication: 'none' },
			parameters: watching('tasks:list'),
		});

	it('is not connected to an address that the policy forbids', async () => {
		await expect(trigger().activate()).rejects.toThrow(
			/n8n's network policy does not allow connections to the deployment.*N8N_SSRF_ALLOWED_IP_RANGES/,
		);
		expect(requests).toEqual([]);
	});

	it('after a restart of n8n is not connected either, and says so after a while', async () => {
		const restarted = new ActiveTrigger({
			credential: { deploymentUrl: server.url, authentication: 'none' },
			parameters: watching('tasks:list'),
			mode: 'init',
			nodeType: withTimeouts({ firstCheckMs: 50, freshAttemptMs: 50, prolongedMs: 200 }),
		});
		await restarted.activate();
		const { message } = await restarted.failedExecutions.until(() => true);
		expect(message).toContain('blocked because it resolves to a restricted IP address');
		await restarted.deactivate();
		expect(requests).toEqual([]);
	});

	it('says so on a Node.js without WebSockets', async () => {
		Reflect.deleteProperty(globalThis, 'WebSocket');
		await expect(trigger().activate()).rejects.toThrow(
			'This n8n runs on a Node.js without WebSockets. Live connections need Node.js 22 or newer.',
		);
	});
});
