import { unusedUrl } from '../support/awkwardServers';
import { watching } from '../support/triggers';
import { readStack } from './environment';
import { N8nApi } from './n8nApi';
import { mutate, untilSockets, useWatchingWorkflows } from './watchingWorkflows';
import { convexNode, workflowAround } from './workflows';
import { everythingWritten, spellings } from './writtenSecrets';

const { n8nUrl, userFolder, deployment, deploymentUrl, deployKey } = readStack();

let n8n: N8nApi;
beforeAll(async () => {
	n8n = await N8nApi.signIn(n8nUrl);
});
const workflows = useWatchingWorkflows(() => n8n);

async function credentialsWithSecrets() {
	const token = await deployment.signToken({ sub: 'secret user' });
	return [
		{ deploymentUrl, authentication: 'deployKey', token: deployKey },
		{ deploymentUrl, authentication: 'bearerToken', token },
		{ deploymentUrl, authentication: 'deployKey', token: 'wrong-key|0a1b2c3d4e5f60718293a4b5' },
		{ deploymentUrl: await unusedUrl(), authentication: 'deployKey', token: deployKey },
		{ deploymentUrl: 'https://a.convex.site', authentication: 'deployKey', token: deployKey },
	];
}

function expectUnwritten(secrets: string[]): void {
	const written = everythingWritten(userFolder);
	for (const spelling of secrets.flatMap(spellings)) {
		expect(written.includes(spelling)).toBe(false);
	}
}

it('no saved execution and no line of the log contains a token or a key', async () => {
	const credentials = await credentialsWithSecrets();
	const ran: string[] = [];
	for (const data of credentials) {
		const id = await n8n.createCredential('Secret', 'convexApi', data);
		for (const onError of ['stopWorkflow', 'continueErrorOutput'] as const) {
			const node = convexNode(id, 'query', 'failures:throwError', {}, { onError });
			const execution = await n8n.runWorkflow(
				await n8n.importWorkflow(workflowAround(node, [{ marker: 'was written' }])),
			);
			ran.push(execution.status);
		}
	}
	expect(ran).toEqual(credentials.flatMap(() => ['error', 'success']));

	expect(everythingWritten(userFolder)).toContain('was written');
	expectUnwritten(credentials.map(({ token }) => token));
});

it('nor does what a trigger leaves behind that starts, fails, or cannot be activated', async () => {
	const credentials = await credentialsWithSecrets();
	const path = 'failures:throwWhenOdd';
	const ids: string[] = [];
	for (const data of credentials) {
		const id = await n8n.createCredential('Secret', 'convexApi', data);
		ids.push(await workflows.import(id, watching(path, { name: 'secrets' })));
	}
	const statuses: string[] = [];
	for (const id of ids) statuses.push((await workflows.publish(id)).status);
	expect(statuses).toEqual(['published', 'published', 'failed', 'published', 'failed']);
	await mutate('counters:increment', { name: 'secrets' });
	for (const id of ids.slice(0, 2)) await workflows.reports(id);
	await mutate('counters:increment', { name: 'secrets' });
	for (const id of ids.slice(0, 2)) await workflows.starts(id);
	await deployment.expireAuth();
	await untilSockets(0);
	expect(everythingWritten(userFolder)).toMatch(/"code\\*":\\*"ODD/);
	expectUnwritten(credentials.map(({ token }) => token));
});
