/** @jest-environment node */
/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import '../support/ssrfProtection';
import { ActiveTrigger, withTimeouts, watching } from '../support/triggers';
import { startHttpServer, type TestServer } from '../support/awkwardServers';

/** A trigger in an n8n that protects its own network, or on an old Node.js. */
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
	const { WebSocket } = globalThis;
	Reflect.deleteProperty(globalThis, 'WebSocket');
	try {
		await expect(trigger().activate()).rejects.toThrow(
			'This n8n runs on a Node.js without WebSockets. Live connections need Node.js 22 or newer.',
		);
	} finally {
		globalThis.WebSocket = WebSocket;
	}
});
