import { CredentialTestContext } from 'n8n-core';
import { Convex } from '../../nodes/Convex/Convex.node';
import { encodeIdentity } from '../../nodes/Convex/convex/deployment/identity';
import { startHttpServer } from '../support/awkwardServers';
import { calling, runConvex, userOf } from '../support/convexNode';
import type { CredentialValues } from '../support/engine';
import { startMalformedMessageServer } from '../support/misbehavingSyncServers';
import { sessionWithTimeouts, inSession } from '../support/sessions';
import { watching } from '../support/triggers';
import { useTriggers } from '../support/triggersOfTest';

const use = useTriggers('deployKey');

/** A secret as a server may write it down. */
function spellings(secret: string): string[] {
	const json = JSON.stringify(secret).slice(1, -1);
	const base64 = ['', 'x', 'xx'].map((before) => Buffer.from(before + secret).toString('base64'));
	return [secret, encodeURIComponent(secret), json, ...base64];
}

/** No spelling of a secret, nor most of one, is in a text. */
function expectUnquoted(text: string, secret: string): void {
	const behindBar = secret.slice(secret.indexOf('|') + 1);
	for (const spelling of [...spellings(secret), ...spellings(behindBar)]) {
		expect(text.includes(spelling.slice(4, -4))).toBe(false);
	}
	expect(text).toContain('[redacted]');
}

const everything = (secret: string) => ({
	texts: spellings(secret),
	[secret]: { twice: `${secret} ${secret}` },
});

describe('a secret in the answer of a function', () => {
	const secret = () => String(use.credential.token);

	it.each(['http', 'session'])('is not in items and errors: %s', async (delivery) => {
		const value = everything(secret());
		const options = delivery === 'session' ? { delivery } : {};
		const input = [{ value }];
		const args = '={{ { value: $json.value } }}';
		const { success } = await use.run({
			parameters: calling('mutation', 'values:echoMutation', args, options),
			input,
		});
		expectUnquoted(JSON.stringify(success), secret());

		const parameters = calling(
			'mutation',
			'failures:refuse',
			'={{ { data: $json.value } }}',
			options,
		);
		const { stoppedBy } = await use.run({ parameters, input });
		expectUnquoted(JSON.stringify(stoppedBy?.context), secret());
		expectUnquoted(String(stoppedBy?.message), secret());
	});

	it('is not in a batch, nor in the text of an error', async () => {
		const { success } = await use.run({
			parameters: calling('query', 'values:echo', '={{ { value: $json.value } }}', {
				batchSize: 5,
			}),
			input: [{ value: secret() }, { value: 'no secret' }],
		});
		expect(success.map(({ json }) => json.value)).toEqual(['[redacted]', 'no secret']);
		const { stoppedBy } = await use.run({
			parameters: calling('query', 'failures:throwError', { message: `no ${secret()}` }),
		});
		expect(stoppedBy?.message).toBe('Uncaught Error: no [redacted]');
	});

	it('is not in what a trigger starts a workflow with, or fails with', async () => {
		const data = everything(secret());
		const initial = await use.activate(
			watching('values:echo', { value: data }, { emitInitialResult: true }),
		);
		const started = await initial.nthStart(1);
		expectUnquoted(JSON.stringify(started), secret());
		expectUnquoted(JSON.stringify(initial.savedStaticData) + '[redacted]', secret());

		const failing = await use.activate(watching('failures:throwConvexError', { data }));
		const failed = await failing.failedExecutions.until(() => true);
		expectUnquoted(failed.message, secret());
	});
});

describe('a secret that a server quotes', () => {
	const identity = { tokenIdentifier: 'https://issuer.test|ada' };
	const credential = (deploymentUrl: string): CredentialValues => ({
		deploymentUrl,
		authentication: 'deployKey',
		token: 'prod:happy-animal-123|0123456789abcdef+/==',
	});

	it.each([200, 400, 401, 560, 500])('with the status %i is in no error', async (status) => {
		const server = await startHttpServer((request, response) => {
			const { authorization = '' } = request.headers;
			const quoted = spellings(authorization.replace(/^Convex /, '')).join(' ');
			const errorData = { header: authorization };
			const answer = {
				status: 'error',
				code: 'BadAdminKey',
				message: `Cannot read ${authorization} ${quoted}`,
				errorMessage: `Cannot read ${authorization} ${quoted}`,
				errorData,
				logLines: [`[LOG] ${authorization}`],
			};
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(answer).replaceAll('/', '\\/').replaceAll('=', '\\u003d'));
		});
		const { stoppedBy } = await runConvex({
			credential: credential(server.url),
			parameters: calling(
				'mutation',
				'version',
				{},
				{ actAsUser: userOf(JSON.stringify(identity)) },
			),
		});
		const saved = JSON.stringify([stoppedBy?.message, stoppedBy?.description, stoppedBy?.context]);
		expectUnquoted(saved, String(credential('').token));
		expectUnquoted(saved, encodeIdentity(identity));

		const tested = await new Convex().methods.credentialTest.convexApiTest.call(
			new CredentialTestContext(),
			{ id: '1', name: 'Convex', type: 'convexApi', data: credential(server.url) },
		);
		expectUnquoted(`${tested.message} [redacted]`, String(credential('').token));
		await server.stop();
	});

	it('in a message that ends a live connection is in no error', async () => {
		const { deployKey, url } = use.deployment;
		for (const type of ['AuthError', 'FatalError']) {
			const error = `Refused: ${spellings(deployKey).join(' ')}`;
			const message = JSON.stringify({ type, error, baseVersion: 0, authUpdateAttempted: true });
			const server = await startMalformedMessageServer(url, Array(100).fill(message));
			const { stoppedBy } = await use.run({
				credential: { ...use.credential, deploymentUrl: server.url },
				parameters: inSession('action', 'jobs:sleep', {}),
				nodeType: sessionWithTimeouts('action', 5_000),
			});
			expectUnquoted(`${stoppedBy?.message} ${stoppedBy?.description}`, deployKey);
			await server.stop();
		}
	});
});
