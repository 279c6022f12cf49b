import { parseCredential } from '../../../../nodes/Convex/convex/deployment/credential';
import {
	credentialProbe,
	explainFailedTest,
	judgeProbe,
} from '../../../../nodes/Convex/convex/deployment/credentialProbe';

const CLOUD = 'https://happy-animal-123.convex.cloud';
const SECRET = 's3cr3t';

const none = parseCredential({ deploymentUrl: CLOUD, authentication: 'none' });
const bearerToken = parseCredential({
	deploymentUrl: CLOUD,
	authentication: 'bearerToken',
	token: SECRET,
});
const withKey = (token: string, deploymentUrl = CLOUD) =>
	parseCredential({ deploymentUrl, authentication: 'deployKey', token });
const deployKey = withKey(`prod:happy-animal-123|${SECRET}`);

/** What is known after a probe that is answered so. */
const judged = (credential: typeof none, httpStatus: number, body: unknown) =>
	judgeProbe(credential, credentialProbe(credential), {
		httpStatus,
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});

/** The same, as the credential's test tells it. */
const answered = (...probe: Parameters<typeof judged>) => {
	const state = judged(...probe);
	return state.status === 'accepts'
		? { accepted: true }
		: { accepted: false, message: explainFailedTest(probe[0], state.failure) };
};

const badAdminKey = {
	code: 'BadAdminKey',
	message: 'The provided admin key was invalid for this instance',
};

describe('the probe of a credential', () => {
	it('asks for the permissions of a deploy key', () => {
		expect(credentialProbe(deployKey)).toMatchObject({
			method: 'GET',
			path: '/api/check_admin_key',
		});
		expect(credentialProbe(deployKey).body).toBeUndefined();
	});

	it('calls a function that does not exist with a bearer token', () => {
		expect(credentialProbe(bearerToken)).toMatchObject({
			method: 'POST',
			path: '/api/query',
			body: { path: expect.stringMatching(/^\w+:\w+$/), args: {}, format: 'json' },
		});
	});

	it('asks for the time without authentication', () => {
		expect(credentialProbe(none)).toMatchObject({ method: 'POST', path: '/api/query_ts' });
		expect(credentialProbe(none).body).toBeUndefined();
	});

	it('does not carry the secret itself', () => {
		expect(JSON.stringify([deployKey, bearerToken].map(credentialProbe))).not.toContain(SECRET);
	});
});

describe('a credential is accepted', () => {
	it.each([
		['a deploy key with all permissions', deployKey, { success: true, allowedOps: [] }],
		[
			'a deploy key that may only read',
			deployKey,
			{ success: true, allowedOps: ['ViewData'], isReadOnly: true },
		],
		[
			'a token, though the function does not exist',
			bearerToken,
			{ status: 'error', errorMessage: '[Request ID: 1] Server Error' },
		],
		['a token, should the function exist', bearerToken, { status: 'success', value: null }],
		['no authentication, by a deployment of Convex', none, { ts: 'AAAAAAAAAAA=' }],
	])('%s', (_what, credential, body) => {
		expect(answered(credential, 200, body)).toEqual({ accepted: true });
	});

	it('a token, by a deployment that answers 404 for a function that does not exist', () => {
		const body = { code: 'FunctionPathNotFound', message: 'Could not find public function' };
		expect(answered(bearerToken, 404, body)).toEqual({ accepted: true });
	});
});

describe('a credential is not accepted', () => {
	it.each([
		['a web page', 200, '<!doctype html><html></html>'],
		['nothing', 200, ''],
		['JSON of another kind', 200, { ok: true }],
		['the answer to another question', 200, { ts: 17, success: 'yes', status: 'ok' }],
		['a list', 200, [{ ts: 'AAAAAAAAAAA=', success: true, status: 'success' }]],
		['nothing at this address', 404, ''],
		['a web page for what does not exist', 404, '<html>Not found</html>'],
		['nothing to be called so', 405, ''],
	])('by a server that answers with %s', (_what, httpStatus, body) => {
		for (const credential of [deployKey, bearerToken, none]) {
			expect(answered(credential, httpStatus, body)).toEqual({
				accepted: false,
				message: `The server at ${CLOUD} is not a Convex deployment. Paste the deployment URL from the Convex dashboard (Settings → URL & Deploy Key).`,
			});
		}
	});

	it.each([
		[302, '', /^The server redirects instead of answering\. Put the deployment's own address/],
		[401, 'Unauthorized', /^The server answered with HTTP status 401 .* A proxy, a firewall or/],
		[403, { code: 7 }, /^The server answered with HTTP status 403 .* A proxy or firewall/],
		[407, '', /The proxy needs a user name and password of its own\./],
		[408, '', /HTTP status 408/],
		[413, '', /limits the size of a call/],
		[429, '', /limits how often it is called/],
	])('by what stands before the deployment, and says so: HTTP %i', (httpStatus, body, words) => {
		expect(answered(none, httpStatus, body)).toEqual({
			accepted: false,
			message: expect.stringMatching(words),
		});
	});

	it.each([500, 502, 503])('by a server that fails with %i and says no more', (httpStatus) => {
		expect(answered(none, httpStatus, '<html>Bad gateway</html>')).toEqual({
			accepted: false,
			message: `The server at ${CLOUD} answered with HTTP status ${httpStatus}. Try again later.`,
		});
	});

	it("with Convex's text for a wrong key and what to do", () => {
		expect(answered(deployKey, 401, badAdminKey)).toEqual({
			accepted: false,
			message:
				'The provided admin key was invalid for this instance. The deploy key does not belong to this deployment, or it was revoked. Create one on the Convex dashboard (Settings → URL & Deploy Key) of the deployment that the credential names.',
		});
	});

	it("with Convex's text for an expired token, its full stop not doubled", () => {
		const body = { code: 'Unauthenticated', message: 'Could not verify OIDC token claim.' };
		expect(answered(bearerToken, 401, body)).toEqual({
			accepted: false,
			message:
				'Could not verify OIDC token claim. Get a new token from your sign-in provider: this one is expired or not valid.',
		});
	});

	it('by a deployment that is overloaded, as nothing is known then', () => {
		const body = { code: 'ExpiredInQueue', message: 'Too busy' };
		expect(answered(none, 503, body)).toEqual({
			accepted: false,
			message: expect.stringMatching(
				/^Too busy\. The deployment is at the limit of its plan\. Try again later\.$/,
			),
		});
	});

	it.each([
		['prod:other-animal-9|k', CLOUD, 'other-animal-9', 'happy-animal-123'],
		['dev:a-b-1|k', 'https://c-d-2.eu-west-1.convex.cloud', 'a-b-1', 'c-d-2'],
	])('%s at %s: the two deployments are named', (key, url, ofKey, ofUrl) => {
		expect(answered(withKey(key, url), 401, badAdminKey)).toEqual({
			accepted: false,
			message: expect.stringContaining(
				`: the key is for the deployment '${ofKey}', the URL is of '${ofUrl}'. `,
			),
		});
	});

	it.each([
		['prod:happy-animal-123|k', CLOUD],
		['prod:happy-animal-123|k', 'https://happy-animal-123.eu-west-1.convex.cloud'],
		// Neither the key nor the URL names a deployment here.
		['preview:team:project|k', CLOUD],
		['other-animal-9|k', 'http://127.0.0.1:3210'],
		['prod:other-animal-9|k', 'https://api.example.com'],
	])('%s at %s: no other deployment is suspected', (key, url) => {
		expect(answered(withKey(key, url), 401, badAdminKey)).toEqual({
			accepted: false,
			message: expect.not.stringContaining('the key is for'),
		});
	});

	it.each([
		[200, '{}'],
		[401, JSON.stringify(badAdminKey)],
		[404, ''],
		[500, ''],
	])('and the secret is not shown (%i)', (httpStatus, body) => {
		for (const credential of [deployKey, bearerToken]) {
			expect(JSON.stringify(answered(credential, httpStatus, body))).not.toContain(SECRET);
		}
	});
});

describe('a probe that is not accepted', () => {
	const notRetryable = { retryable: false, outcome: 'notExecuted' };

	it.each([
		['a wrong key', deployKey, 401, badAdminKey, { code: 'BadAdminKey', ...notRetryable }],
		[
			'a key that may not do this',
			deployKey,
			403,
			{ code: 'OperationNotPermitted', message: 'no' },
			{ code: 'OperationNotPermitted' },
		],
	])(
		'is refused for good only by Convex itself: %s',
		(_what, credential, status, body, details) => {
			expect(judged(credential, status, body)).toMatchObject({
				status: 'refuses',
				failure: { details },
			});
		},
	);

	it.each([
		['a sign-in of its own', 401, 'Unauthorized', { kind: 'deployment', outcome: 'notExecuted' }],
		...['ACCESS_DENIED', 'access_denied', '1020', 'Forbidden', 'NotAuthorized'].map(
			(code): [string, number, unknown, object] => [
				`the code ${code} of a gateway`,
				403,
				{ code, message: 'no' },
				{ kind: 'deployment', code },
			],
		),
		[
			'a sign-in provider that is down',
			401,
			{ code: 'AuthProviderDiscoveryFailed', message: 'down' },
			{ kind: 'deployment', code: 'AuthProviderDiscoveryFailed' },
		],
		['an overload', 503, { code: 'ExpiredInQueue', message: 'Too busy' }, { retryable: true }],
		['an answer that was cut off', 200, '{"status":"succ', { kind: 'network', retryable: true }],
		['a refusal that was cut off', 401, '{"code":"BadAdm', { kind: 'network', retryable: true }],
	])('may be accepted later otherwise: %s', (_what, status, body, details) => {
		expect(judged(bearerToken, status, body)).toMatchObject({
			status: 'unavailable',
			failure: { details },
		});
	});
});
