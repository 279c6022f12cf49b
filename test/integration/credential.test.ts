import { CredentialTestContext } from 'n8n-core';
import { ConvexApi } from '../../credentials/ConvexApi.credentials';
import { Convex } from '../../nodes/Convex/Convex.node';
import {
	startHttpServer,
	startUntrustedServer,
	unusedUrl,
	type TestServer,
} from '../support/awkwardServers';
import { calling, runConvex } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('none');
let website: TestServer;

beforeAll(async () => {
	website = await startHttpServer((_request, response) => {
		response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
	});
});

afterAll(async () => await website.stop());

/** Presses the credential's Test button, with n8n's own context for it. */
async function testCredential(data: Record<string, string>) {
	const { convexApiTest } = new Convex().methods.credentialTest;
	const credential = { id: '1', name: 'Convex', type: 'convexApi', data };
	return await convexApiTest.call(new CredentialTestContext(), credential);
}

describe('the credential test', () => {
	it.each(['none', 'deployKey', 'bearerToken'])('accepts a good credential: %s', async (kind) => {
		const token =
			kind === 'deployKey' ? convex.deployment.deployKey : await convex.deployment.signToken();
		const data = {
			deploymentUrl: `${convex.deployment.url}/api/query `,
			authentication: kind,
			token,
		};
		expect(await testCredential(data)).toEqual({
			status: 'OK',
			message: 'Connection successful!',
		});
	});

	it.each([
		[
			'deployKey',
			'local-deployment|00',
			/admin key .* invalid.*Create one on the Convex dashboard/,
		],
		['deployKey', '', /'Deploy Key' is empty/],
		['bearerToken', 'eyJhbGciOiJub25lIn0.e30.x', /Missing issuer.*Get a new token/],
		['bearerToken', 'not-a-token', /Could not parse JWT.*Get a new token/],
	])('refuses a bad %s: %s', async (authentication, token, message) => {
		const result = await testCredential({
			deploymentUrl: convex.deployment.url,
			authentication,
			token,
		});
		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(message) });
		if (token !== '') expect(result.message).not.toContain(token);
	});

	it.each(['none', 'deployKey', 'bearerToken'])(
		'has different messages for a website, a dead address, a bad certificate and a non-URL: %s',
		async (authentication) => {
			const secure = await startUntrustedServer();
			const messages: string[] = [];
			for (const deploymentUrl of [website.url, await unusedUrl(), secure.url, 'happy-animal']) {
				const result = await testCredential({ deploymentUrl, authentication, token: 'a.b.c' });
				expect(result.status).toBe('Error');
				messages.push(result.message);
			}
			await secure.stop();
			expect(messages).toEqual([
				expect.stringMatching(/is not a Convex deployment\. Paste the deployment URL/),
				expect.stringMatching(/the connection was refused\. Check/),
				expect.stringMatching(/certificate is not trusted\. Give/),
				expect.stringMatching(/'Deployment URL' is not a URL\. Paste/),
			]);
		},
	);

	it('does not send a key along with a redirect', async () => {
		const target = await startHttpServer((_request, response) => response.end('{}'));
		const server = await startHttpServer((_request, response) => {
			response.writeHead(302, { location: target.url }).end();
		});
		const data = { deploymentUrl: server.url, authentication: 'deployKey', token: 'a|b' };
		expect((await testCredential(data)).status).toBe('Error');
		expect(server.authorizations).toEqual(['Convex a|b']);
		expect(target.authorizations).toEqual([]);
		await Promise.all([server.stop(), target.stop()]);
	});
});

describe('authentication', () => {
	const whoami = calling('query', 'users:whoami');

	it('none: calls as nobody', async () => {
		const { success } = await runConvex({
			credential: {
				deploymentUrl: convex.deployment.url,
				authentication: 'none',
				token: 'ignored',
			},
			parameters: whoami,
		});
		expect(success[0]?.json.value).toBeNull();
	});

	it('bearerToken: calls as the user of the token', async () => {
		const token = await convex.deployment.signToken({ sub: 'ada', name: 'Ada' });
		const { success } = await runConvex({
			credential: { deploymentUrl: convex.deployment.url, authentication: 'bearerToken', token },
			parameters: whoami,
		});
		expect(success[0]?.json.value).toMatchObject({ subject: 'ada', name: 'Ada' });
	});

	it('deployKey: calls as the administrator, who is no user', async () => {
		const { success } = await runConvex({
			credential: {
				deploymentUrl: `  ${convex.deployment.url}/ `,
				authentication: 'deployKey',
				token: convex.deployment.deployKey,
			},
			parameters: whoami,
		});
		expect(success[0]?.json.value).toBeNull();
	});
});

describe("the credential in n8n's HTTP Request node", () => {
	const { authenticate } = new ConvexApi();
	const stored = {
		deploymentUrl: 'https://happy-animal-123.convex.cloud',
		authentication: 'deployKey',
		token: 'prod:happy-animal-123|key',
	};

	it.each([
		{ url: 'https://happy-animal-123.convex.cloud/api/query' },
		{ url: '/api/query', baseURL: 'https://happy-animal-123.convex.cloud' },
		{ url: '', uri: 'https://happy-animal-123.convex.cloud/api/query' },
	])('signs requests to the own deployment: %j', async (request) => {
		const headers = { Accept: 'application/json' };
		expect(await authenticate(stored, { ...request, headers })).toEqual({
			...request,
			headers: { ...headers, Authorization: 'Convex prod:happy-animal-123|key' },
			sendCredentialsOnCrossOriginRedirect: false,
		});
	});

	it.each(['https://example.com/', 'https://happy-animal-123.convex.cloud.evil.test/', 'nonsense'])(
		'refuses to send the key elsewhere: %s',
		async (url) => {
			await expect(authenticate(stored, { url })).rejects.toThrow(
				/^This Convex credential is for https:\/\/happy-animal-123\.convex\.cloud and https:\/\/happy-animal-123\.convex\.site, not for/,
			);
		},
	);
});
