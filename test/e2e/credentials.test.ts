import { startHttpServer, unusedUrl } from '../support/awkwardServers';
import { nodeAt } from '../support/engine';
import { readStack } from './environment';
import { N8nApi } from './n8nApi';
import { convexNode, outputOf, workflowAround } from './workflows';

const { n8nUrl, deployment, deploymentUrl, deployKey } = readStack();
let n8n: N8nApi;

beforeAll(async () => {
	n8n = await N8nApi.signIn(n8nUrl);
	await deployment.reset();
});

const withKey = { deploymentUrl, authentication: 'deployKey', token: deployKey };

describe("the credential's test", () => {
	const test = async (fields: object) =>
		await n8n.testCredential('convexApi', { ...withKey, siteUrl: '', ...fields });

	it('accepts a good key, and a URL as it is pasted', async () => {
		const result = await test({ deploymentUrl: ` ${deploymentUrl}/api/query ` });
		expect(result).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it('has a sentence of its own for everything that can be wrong', async () => {
		const website = await startHttpServer((_request, response) => response.end('<html></html>'));
		const messages = [
			await test({ token: 'local-deployment|0123' }),
			await test({ authentication: 'bearerToken', token: 'a.b.c' }),
			await test({ deploymentUrl: 'happy-animal-123' }),
			await test({ deploymentUrl: 'https://happy-animal-123.convex.site' }),
			await test({ deploymentUrl: await unusedUrl() }),
			await test({ deploymentUrl: website.url }),
		];
		await website.stop();
		expect(messages.map(({ status }) => status)).toEqual(messages.map(() => 'Error'));
		expect(messages.map(({ message }) => message)).toEqual([
			expect.stringMatching(/^The provided admin key was invalid.* revoked\. Create one/),
			expect.stringMatching(/^Could not parse JWT.* Get a new token/),
			expect.stringMatching(/'Deployment URL' is not a URL\. Paste/),
			expect.stringMatching(/ends in \.convex\.site.* \.convex\.cloud/),
			expect.stringMatching(/^Nothing answers at the deployment URL/),
			expect.stringMatching(/is not a Convex deployment/),
		]);
	});
});

describe('every kind of authentication', () => {
	const cases: Array<[operation: string, path: string, args: unknown, value: unknown]> = [
		['query', 'version', {}, '1.0'],
		['mutation', 'counters:increment', { name: 'e2e' }, expect.any(Number)],
		['action', 'counters:wait', { ms: 1 }, 1],
		['run', 'values:echo', { value: 'x' }, 'x'],
	];

	it.each(['none', 'deployKey', 'bearerToken'])(
		'runs every operation: %s',
		async (authentication) => {
			const token = authentication === 'deployKey' ? deployKey : await deployment.signToken();
			const data = { deploymentUrl, authentication, token };
			const id = await n8n.createCredential(authentication, 'convexApi', data);
			for (const [operation, path, args, value] of cases) {
				const node = convexNode(id, operation, path, args);
				const workflow = await n8n.importWorkflow(workflowAround(node, [{}]));
				const execution = await n8n.runWorkflow(workflow);
				expect(outputOf(execution, 'Success')).toEqual([{ value, logLines: [] }]);
			}
		},
	);
});

describe("n8n's own HTTP Request node", () => {
	const request = (url: string, id: string) =>
		nodeAt('HTTP Request', 'n8n-nodes-base.httpRequest', {
			typeVersion: 4.2,
			parameters: {
				method: 'POST',
				url,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'convexApi',
				sendBody: true,
				specifyBody: 'json',
				jsonBody: '{ "path": "jobs:status", "args": {}, "format": "json" }',
				options: {},
			},
			credentials: { convexApi: { id, name: 'Convex' } },
			onError: 'continueErrorOutput',
		});

	it('calls the deployment with the credential, and no other host', async () => {
		const elsewhere = await startHttpServer((_request, response) => response.end('{}'));
		const id = await n8n.createCredential('HTTP', 'convexApi', withKey);
		const run = async (url: string) =>
			await n8n.runWorkflow(await n8n.importWorkflow(workflowAround(request(url, id), [{}])));

		const own = await run(`${deploymentUrl}/api/query`);
		expect(outputOf(own, 'Success')).toEqual([{ status: 'success', value: 'idle' }]);

		const other = await run(`${elsewhere.url}/api/query`);
		expect(outputOf(other, 'Success')).toEqual([]);
		expect(JSON.stringify(outputOf(other, 'Error'))).toContain('This Convex credential is for');
		expect(elsewhere.authorizations).toEqual([]);
		await elsewhere.stop();
	});
});
