import { startForwardProxy, type ForwardProxy } from '../support/forwardProxy';
import { watching } from '../support/triggers';
import { readStack } from './environment';
import { FACTS } from './n8nFacts';
import { useSignedInN8n } from './signedIn';
import { mutate, useWatchingWorkflows } from './watchingWorkflows';

const { deployKey, deploymentUrl, n8nProcess } = readStack();
const session = useSignedInN8n();

const RESTART_TIMEOUT_MS = 240_000;

const counter = watching('counters:get', { name: 'a' });
const increment = async () => await mutate('counters:increment', { name: 'a' });

/** Restarts n8n in another environment. */
async function restartWith(settings: NodeJS.ProcessEnv): Promise<void> {
	await n8nProcess.shutDown();
	await n8nProcess.startAgain(settings);
}

const workflows = useWatchingWorkflows(() => session.n8n);

afterAll(async () => await restartWith({}), RESTART_TIMEOUT_MS);

describe('an n8n that reaches the deployment by a proxy only', () => {
	const host = `deployment.test:${new URL(deploymentUrl).port}`;
	let proxy: ForwardProxy;
	let id: string;
	beforeAll(async () => {
		proxy = await startForwardProxy();
		const credentialId = await session.n8n.createCredential('Far', 'convexApi', {
			deploymentUrl: `http://${host}`,
			authentication: 'deployKey',
			token: deployKey,
		});
		id = await workflows.import(credentialId, counter);
	});
	afterAll(async () => await proxy.stop());

	it(
		'says what it lacks while the proxy is not for WebSockets',
		async () => {
			await restartWith({ HTTP_PROXY: proxy.url });
			await workflows.publish(id);
			const [failure] = await workflows.reports(id);
			expect(failure).toEqual({
				message: expect.stringMatching(
					/The deployment answers, but the live connection \(WebSocket\)/,
				),
				description: expect.stringContaining('NODE_USE_ENV_PROXY=1'),
			});
		},
		RESTART_TIMEOUT_MS,
	);

	it(
		'watches through the proxy with NODE_USE_ENV_PROXY',
		async () => {
			await restartWith({ HTTP_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' });
			await workflows.publish(id);
			await increment();
			expect((await workflows.starts(id)).at(-1)).toEqual([
				{ value: 1, previousValue: 0, reason: 'change' },
			]);
			expect(proxy.requests).toContain(`CONNECT ${host}`);
		},
		RESTART_TIMEOUT_MS,
	);
});

describe('an n8n that protects its own network', () => {
	it(
		'connects to a deployment in it only where that is allowed, if it has such a policy',
		async () => {
			const protection = { N8N_SSRF_PROTECTION_ENABLED: 'true' };
			const id = await workflows.import(session.credentialId, counter);
			await restartWith(protection);
			const { status, triggers } = await workflows.publish(id);
			expect([status, triggers[0]?.errorMessage]).toEqual(
				FACTS.hasNetworkPolicy
					? ['failed', expect.stringContaining('N8N_SSRF_ALLOWED_IP_RANGES')]
					: ['published', null],
			);
			await restartWith({ ...protection, N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.0/8' });
			expect(await workflows.publish(id)).toMatchObject({ status: 'published' });
			await increment();
			expect(await workflows.starts(id)).toHaveLength(1);
		},
		RESTART_TIMEOUT_MS,
	);
});
