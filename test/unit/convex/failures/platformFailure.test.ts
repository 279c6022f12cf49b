import type { FunctionOperation } from '../../../../nodes/Convex/convex/functions/functionCall';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';

const OPERATIONS: FunctionOperation[] = ['query', 'mutation', 'action', 'run'];

const answered = (operation: FunctionOperation, httpStatus: number, code?: string) =>
	platformFailure(operation, {
		httpStatus,
		body: code === undefined ? '' : JSON.stringify({ code, message: `Text of ${code}` }),
	});

describe('the text', () => {
	it("is Convex's own", () => {
		const failure = answered('query', 401, 'BadAdminKey');
		expect(failure.message).toBe('Text of BadAdminKey');
		expect(failure.details.code).toBe('BadAdminKey');
	});

	it.each(['try ', 'a, ', '. ', '😀'])('of megabytes of %j is its start', (part) => {
		const message = `${part.repeat(4 * 2 ** 20)}try again`;
		const body = JSON.stringify({ code: 'InternalServerError', message });
		const failure = platformFailure('mutation', { httpStatus: 500, body });
		expect(failure.message).toBe(`${message.slice(0, 10_000)}…`);
		expect(failure.ofCall({ operation: 'mutation' }).message.length).toBeLessThan(10_200);
	});

	it.each(['', '[]', '{"code":5}', '{"message":" \\n"}', '{"message":1}'])(
		'is the status where the body is %j',
		(body) => {
			const failure = platformFailure('query', { httpStatus: 502, body });
			expect(failure.message).toBe('The deployment answered with HTTP status 502');
			expect(failure.details).toEqual({
				kind: 'deployment',
				httpStatus: 502,
				retryable: true,
				outcome: 'unknown',
			});
		},
	);

	it.each([
		[401, 'BadAdminKey', /^The deploy key does not belong to this deployment, or it was revoked\./],
		[403, 'BadDeployKey', /^This needs a deploy key of this deployment\./],
		[
			403,
			'OperationNotPermitted',
			/^Use a deploy key that has the permission for this operation\.$/,
		],
		[401, 'NoAuthProvider', /match no provider in the app's convex\/auth\.config\.ts\./],
		[401, 'Unauthenticated', /^Get a new token from your sign-in provider: .* not valid\.$/],
		[401, 'InvalidAuthHeader', /^Get a new token .* not a JSON Web Token\.$/],
		[503, 'AuthProviderDiscoveryFailed', /could not reach the sign-in provider/],
		[400, 'BadConvexFunctionIdentifier', /^Check 'Function'\. Write it as 'module:function'/],
		[400, 'BadJsonBody', /larger than 16 MiB: send less data per call\.$/],
		[
			429,
			'TooManyConcurrentRequests',
			/^The deployment is at the limit .* lower 'Concurrency' or, for queries, 'Batch Size'\. You can also raise 'Maximum Retries'/,
		],
		[429, 'TooManyWrites', /^The deployment is at the limit of its plan\./],
		[
			503,
			'OptimisticConcurrencyControlFailure',
			/^Several mutations kept changing the same documents\. Lower 'Concurrency', .* raise 'Maximum Retries'/,
		],
		[400, 'NeverHeardOf', /^The deployment refused the request\./],
		[401, 'NeverHeardOf', /^Check the credential: its key or token was not accepted\.$/],
		[403, 'NeverHeardOf', /^Check the credential: its key may not do this, unless a proxy or/],
		[400, 'BackendIsNotRunning', /^Open the deployment on the Convex dashboard to see why/],
		[425, 'TooEarly', /^Convex could not complete the call; .* Try again later\.$/],
		[404, undefined, /^Check the credential's 'Deployment URL': there is no Convex deployment at/],
		[
			408,
			undefined,
			/^The function took longer than the server waits \(300 seconds\)\. Give it less to do per call\.$/,
		],
		[429, 'NeverHeardOf', /^The deployment is at the limit .* raise 'Maximum Retries'/],
		[503, 'ExpiredInQueue', /^The deployment is at the limit .* raise 'Maximum Retries'/],
		[500, 'InternalServerError', /^Convex could not complete the call; status\.convex\.dev/],
		[502, undefined, /^Convex could not complete the call; .* Try again later\.$/],
	])('%i %s comes with advice', (httpStatus, code, description) => {
		expect(answered('query', httpStatus, code).description).toMatch(description);
	});
});

describe('an answer of somebody else than Convex', () => {
	const page = '<!doctype html><title>Blocked</title>';

	it.each([
		[400, 'BAD_REQUEST', /^A proxy, a firewall or another server answered instead of/],
		[401, 'unauthorized', /^A proxy, a firewall or another server answered instead of/],
		[403, '1020', /^A proxy or firewall .* blocks the call, not the deploy key or the/],
		[429, 'RATE_LIMITED', /^A proxy in front of the deployment limits how often it is called/],
		[408, 'X', /^A proxy, a firewall or another server answered instead of/],
		[404, 'NOT_FOUND', /there is no Convex deployment at this address/],
		[502, 'BAD_GATEWAY', /^Convex, or a proxy or another server in its place, could not/],
	])('with a code of its own (%i %s) tells what it says', (httpStatus, code, description) => {
		for (const operation of OPERATIONS) {
			const failure = answered(operation, httpStatus, code);
			expect(failure.message).toBe(`Text of ${code}`);
			expect(failure.description).toMatch(description);
			expect(failure.details.code).toBe(code);
		}
	});

	it.each([
		[400, page, 'a web page', /^A proxy, a firewall or another server answered instead of/],
		[401, page, 'a web page', /^A proxy, a firewall or another server answered/],
		[403, page, 'a web page', /^A proxy or firewall .* blocks the call, not the deploy key or the/],
		[403, '{"message":"Forbidden"}', 'something', /^A proxy or firewall/],
		[
			407,
			'',
			'something',
			/a user name and password of its own\. Put them into n8n's proxy settings/,
		],
		[409, '{"code":"Conflict"}', 'something', /^A proxy, a firewall or another server/],
		[413, page, 'a web page', /Send less data per call, .* or raise the proxy's limit\.$/],
		[
			429,
			'{"message":"API rate limit exceeded"}',
			'something',
			/^A proxy .* \(lower 'Concurrency' or, for queries, 'Batch Size'\), or raise the proxy's limit\. .* 'Maximum Retries'/,
		],
		[405, page, 'a web page', /^A proxy, a firewall or another server answered/],
		[408, page, 'a web page', /^A proxy, a firewall or another server answered/],
		[408, 'stream timeout', 'something', /^A proxy, a firewall or another server answered/],
		[
			408,
			'{"message":"The request timed out"}',
			'something',
			/^A proxy, a firewall or another server answered/,
		],
		[405, '', 'something', /^A proxy, a firewall or another server answered/],
		[304, '', 'something', /^A proxy, a firewall or another server answered/],
		[400, '{% if %}<html>', 'something', /^A proxy, a firewall or another server answered/],
		[
			431,
			'',
			'something',
			/credential's token, or the user in 'Act as User', is too long for it\.$/,
		],
	])('with status %i is named as one: %s', (httpStatus, body, words, description) => {
		for (const operation of OPERATIONS) {
			const failure = platformFailure(operation, { httpStatus, body });
			expect(failure.message).toBe(
				`The server answered with HTTP status ${httpStatus} and ${words} that is not a Convex answer`,
			);
			expect(failure.description).toMatch(description);
			expect(failure.description).not.toMatch(/again later|'Arguments'/);
			expect(failure.details.code).toBeUndefined();
		}
	});

	it.each([500, 502, 503, 511, 521, 530, 999])(
		'with status %i may be an outage of Convex, or a proxy',
		(httpStatus) => {
			const failure = platformFailure('query', { httpStatus, body: page });
			expect(failure.message).toBe(
				`The server answered with HTTP status ${httpStatus} and a web page that is not a Convex answer`,
			);
			expect(failure.description).toMatch(
				/^Convex, or a proxy or another server in its place, .* status\.convex\.dev .* Try again later\.$/,
			);
			expect(failure.details).toMatchObject({ retryable: true, outcome: 'unknown' });
		},
	);

	it('keeps how long the server asks to wait, where a retry is possible', () => {
		const limited = { httpStatus: 429, retryAfterMs: 2_000, body: page };
		expect(platformFailure('mutation', limited).details).toEqual({
			kind: 'deployment',
			httpStatus: 429,
			retryable: true,
			retryAfterMs: 2_000,
			outcome: 'notExecuted',
		});
		const away = { httpStatus: 503, retryAfterMs: 2_000, body: page };
		expect(platformFailure('mutation', away).details).not.toHaveProperty('retryAfterMs');
		expect(platformFailure('query', away).details.retryAfterMs).toBe(2_000);
	});
});

describe('a redirect', () => {
	it.each([301, 302, 303, 307, 308])('with status %i is refused, and why', (httpStatus) => {
		for (const operation of OPERATIONS) {
			const failure = platformFailure(operation, {
				httpStatus,
				location: 'https://login.example.com/start?token=s3cr3t#part',
				body: '{"code":"Moved","message":"https://login.example.com/start?token=s3cr3t"}',
			});
			expect(failure.message).toBe(
				'The server redirects to https://login.example.com instead of answering',
			);
			expect(failure.description).toBe(
				"Put the deployment's own address into the credential's 'Deployment URL'. Redirects are not followed, so that the key is sent nowhere else.",
			);
			expect(failure.details).toEqual({
				kind: 'deployment',
				httpStatus,
				retryable: false,
				outcome: 'unknown',
			});
		}
	});

	it.each([
		['https://ada:s3cr3t@a.test:8443/s3cr3t', ' to https://a.test:8443'],
		['/login?token=s3cr3t', ' to another path'],
		['s3cr3t', ' to another path'],
		[undefined, ''],
	])('to %s hides path, query and user', (location, target) => {
		const failure = platformFailure('query', {
			httpStatus: 302,
			...(location !== undefined && { location }),
			body: '',
		});
		expect(failure.message).toBe(`The server redirects${target} instead of answering`);
	});
});

it.each([202, 204])('HTTP %i proves nothing', (httpStatus) => {
	expect(platformFailure('mutation', { httpStatus, body: '' }).details.outcome).toBe('unknown');
});

it('a function run by path that lost a write conflict may have been a mutation', () => {
	const body = '{"code":"OptimisticConcurrencyControlFailure","message":"m"}';
	expect(platformFailure('run', { httpStatus: 503, body }).details.outcome).toBe('failed');
});

it('a code that is the name of a built-in has no help of its own', () => {
	const body = '{"code":"constructor","message":"m"}';
	expect(platformFailure('query', { httpStatus: 400, body }).description).not.toMatch(/native/);
});

it.each([
	['//evil.example/x', 'http://evil.example'],
	['/login', 'another path'],
	['javascript:alert(1)', 'another address'],
])('a redirect to %s is named %s', (location, name) => {
	expect(platformFailure('query', { httpStatus: 302, body: '', location }).message).toBe(
		`The server redirects to ${name} instead of answering`,
	);
});

it('a sign-in provider that cannot be reached is asked before the function starts', () => {
	const body = '{"code":"AuthProviderDiscoveryFailed","message":"m"}';
	expect(platformFailure('mutation', { httpStatus: 503, body }).details).toMatchObject({
		outcome: 'notExecuted',
		retryable: false,
	});
});
