import { nodeAt } from '../support/engine';
import { unusedUrl } from '../support/awkwardServers';
import { watching } from '../support/triggers';
import { useSignedInN8n } from '../e2e/signedIn';
import { mutate, useWatchingWorkflows } from '../e2e/watchingWorkflows';
import { convexNode, workflowAround } from '../e2e/workflows';
import { everythingWritten, spellings } from '../e2e/writtenSecrets';
import { readQueueStack } from './environment';
import { mutationNode, WebhookWorkflow } from './webhookWorkflows';

const stack = readQueueStack();
const { deployment, deploymentUrl, deployKey } = stack;
const session = useSignedInN8n();
const workflows = useWatchingWorkflows(() => session.n8n);

/** It runs on a worker; what it answers goes to the main process by way of Redis. */
const answer = nodeAt('Answer', 'n8n-nodes-base.respondToWebhook', {
	typeVersion: 1.1,
	parameters: { respondWith: 'json', responseBody: '={{ JSON.stringify($json) }}', options: {} },
});

/** Each with a secret that works, is refused, or reaches nobody. */
async function credentialsWithSecrets() {
	const token = await deployment.signToken({ sub: 'secret user of the queue' });
	return [
		{ deploymentUrl, authentication: 'deployKey', token: deployKey },
		{ deploymentUrl, authentication: 'bearerToken', token },
		{ deploymentUrl, authentication: 'deployKey', token: 'wrong-key|9f1b2c3d4e5f60718293a4b5' },
		{ deploymentUrl: await unusedUrl(), authentication: 'deployKey', token: deployKey },
	];
}

it('no secret of a credential goes to Redis, into a log, or unencrypted into PostgreSQL', async () => {
	const credentials = await credentialsWithSecrets();
	const ends: string[] = [];
	for (const [number, data] of credentials.entries()) {
		const id = await session.n8n.createCredential('Secret', 'convexApi', data);
		const args = '{ "name": "secrets", "key": "{{ $json.body.marker }}" }';
		const node = mutationNode(id, 'counters:add', args);
		const webhook = await WebhookWorkflow.publish(
			session.n8n,
			`secrets-${number}`,
			[{ ...node, onError: 'continueRegularOutput' }, answer],
			'responseNode',
		);
		await webhook.post({ marker: 'went by Redis' });
		const failing = convexNode(id, 'query', 'failures:throwError', {});
		const manual = await session.n8n.importWorkflow(workflowAround(failing, [{}]));
		ends.push((await session.n8n.runWorkflow(manual)).status);
		await session.n8n.testCredential('convexApi', data);
	}
	expect(ends).toEqual(credentials.map(() => 'error'));
	const watcher = await workflows.import(
		session.credentialId,
		watching('counters:get', { name: 'secrets' }),
	);
	await workflows.publish(watcher);
	await mutate('counters:increment', { name: 'secrets' });
	await workflows.starts(watcher);

	const secrets = credentials.flatMap(({ token }) => spellings(token));
	expect(await stack.findInRedis(['went by Redis', ...secrets])).toEqual(['went by Redis']);
	expect(await stack.findInPostgres(['went by Redis', ...secrets])).toEqual(['went by Redis']);
	const folders = [stack.userFolder, ...stack.workers.map(({ userFolder }) => userFolder)];
	for (const folder of folders) {
		const written = everythingWritten(folder);
		expect(written).toMatch(/Worker started execution|Enqueued execution/);
		expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
	}
});
