import type { FailureOutcome } from '../../nodes/Convex/convex/failure';
import type { FunctionOperation } from '../../nodes/Convex/convex/functionCall';
import {
	isOverload,
	platformFailure,
	repeatWarning,
} from '../../nodes/Convex/convex/platformFailure';

const OPERATIONS: FunctionOperation[] = ['query', 'mutation', 'action', 'run'];
const REPEAT_WARNING =
	' The function may have run to its end: check in Convex before you run it again.';

const answered = (operation: FunctionOperation, httpStatus: number, code?: string) =>
	platformFailure(operation, {
		httpStatus,
		body: code === undefined ? '' : JSON.stringify({ code, message: `Text of ${code}` }),
	});

/** Whether a call may be sent again, and what became of it. */
type Fate = [retryable: boolean, outcome: FailureOutcome];
const NOT_STARTED: Fate = [true, 'notExecuted'];
const REFUSED: Fate = [false, 'notExecuted'];
const LOST: Fate = [false, 'unknown'];
const LOST_QUERY: Fate = [true, 'unknown'];
const ROLLED_BACK: Fate = [true, 'failed'];

describe('whether a call may be sent again, and what became of it', () => {
	it.each<[number, string | undefined, query: Fate, mutation: Fate, action: Fate]>([
		[400, 'BadConvexFunctionIdentifier', REFUSED, REFUSED, REFUSED],
		[400, 'BadJsonBody', REFUSED, REFUSED, REFUSED],
		// The deployment reads the format after the function ran.
		[400, 'BadFormat', LOST, LOST, LOST],
		[400, undefined, REFUSED, REFUSED, REFUSED],
		[401, 'BadAdminKey', REFUSED, REFUSED, REFUSED],
		[401, 'Unauthenticated', REFUSED, REFUSED, REFUSED],
		[403, 'OperationNotPermitted', REFUSED, REFUSED, REFUSED],
		[404, undefined, REFUSED, REFUSED, REFUSED],
		[404, 'FunctionPathNotFound', REFUSED, REFUSED, REFUSED],
		[408, undefined, LOST_QUERY, LOST, LOST],
		[409, 'Conflict', REFUSED, REFUSED, REFUSED],
		[421, undefined, REFUSED, REFUSED, REFUSED],
		[429, 'TooManyConcurrentRequests', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		// An action never gets what its mutations do, so it proves nothing there.
		[429, 'TooManyWrites', NOT_STARTED, ROLLED_BACK, LOST],
		[429, undefined, NOT_STARTED, REFUSED, REFUSED],
		[500, 'InternalServerError', LOST_QUERY, LOST, LOST],
		[502, undefined, LOST_QUERY, LOST, LOST],
		[503, 'OptimisticConcurrencyControlFailure', NOT_STARTED, ROLLED_BACK, LOST],
		[503, 'CommitterFullError', NOT_STARTED, ROLLED_BACK, LOST],
		[503, 'ExpiredInQueue', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'WorkerOverloaded', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'InitialPermitTimeoutError', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'ExecuteFullError', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'IsolateNotClean', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'UpstreamConnectError', NOT_STARTED, NOT_STARTED, NOT_STARTED],
		[503, 'SearchIndexesUnavailable', LOST_QUERY, LOST, LOST],
		// The identity is checked first; whether that may succeed later is known by the status.
		[401, 'AuthProviderDiscoveryFailed', REFUSED, REFUSED, REFUSED],
		[400, 'AuthProviderDiscoveryFailed', REFUSED, REFUSED, REFUSED],
		[429, 'AuthProviderDiscoveryFailed', NOT_STARTED, REFUSED, REFUSED],
		[500, 'AuthProviderDiscoveryFailed', NOT_STARTED, REFUSED, REFUSED],
		[503, 'AuthProviderDiscoveryFailed', NOT_STARTED, REFUSED, REFUSED],
		[503, 'InternalServerError', LOST_QUERY, LOST, LOST],
		[503, undefined, LOST_QUERY, LOST, LOST],
		[504, undefined, LOST_QUERY, LOST, LOST],
	])('%i %s', (httpStatus, code, query, mutation, action) => {
		const fates = { query, mutation, action };
		for (const operation of ['query', 'mutation', 'action'] as const) {
			const { details } = answered(operation, httpStatus, code);
			expect([operation, details.retryable, details.outcome]).toEqual([
				operation,
				...fates[operation],
			]);
			expect(details).toMatchObject({ kind: 'deployment', httpStatus });
			expect(details.code).toBe(code);
		}
	});

	it.each([
		[500, undefined, LOST],
		[408, undefined, LOST],
		[429, 'TooManyConcurrentRequests', NOT_STARTED],
		[503, 'WorkerOverloaded', NOT_STARTED],
		// Only a mutation gets these.
		[429, 'TooManyWrites', ROLLED_BACK],
		[503, 'OptimisticConcurrencyControlFailure', ROLLED_BACK],
		[503, 'CommitterFullError', ROLLED_BACK],
		[503, 'AuthProviderDiscoveryFailed', REFUSED],
		[403, 'OperationNotPermitted', REFUSED],
	] as const)('%i %s for a function of unknown type', (httpStatus, code, [retryable, outcome]) => {
		expect(answered('run', httpStatus, code).details).toMatchObject({ retryable, outcome });
	});
});

describe('the warning of running a call twice', () => {
	it.each(OPERATIONS)('stands where the answer of a %s was lost, unless it is a query', (call) => {
		const expected = call === 'query' ? '' : REPEAT_WARNING;
		expect(repeatWarning(call, 'unknown')).toBe(expected);
		for (const httpStatus of [408, 500, 503]) {
			expect(answered(call, httpStatus).description.endsWith(REPEAT_WARNING)).toBe(expected !== '');
		}
	});

	it.each(OPERATIONS)('does not stand where a %s surely did not take effect', (operation) => {
		expect(repeatWarning(operation, 'notExecuted')).toBe('');
		expect(repeatWarning(operation, 'failed')).toBe('');
		for (const [httpStatus, code] of [
			[429, 'TooManyConcurrentRequests'],
			[503, 'AuthProviderDiscoveryFailed'],
			...(operation === 'action' ? [] : [[429, 'TooManyWrites'] as const]),
		] as const) {
			expect(answered(operation, httpStatus, code).description).not.toContain(REPEAT_WARNING);
		}
	});
});

describe('the text', () => {
	it("is Convex's own", () => {
		const failure = answered('query', 401, 'BadAdminKey');
		expect(failure.message).toBe('Text of BadAdminKey');
		expect(failure.details.code).toBe('BadAdminKey');
	});

	it.each([
		'',
		'<html>Bad gateway</html>',
		'[]',
		'{"code":5}',
		'{"message":" \\n"}',
		'{"message":1}',
	])('is the status where the body is %j', (body) => {
		const failure = platformFailure('query', { httpStatus: 502, body });
		expect(failure.message).toBe('The deployment answered with HTTP status 502');
		expect(failure.details).toEqual({
			kind: 'deployment',
			httpStatus: 502,
			retryable: true,
			outcome: 'unknown',
		});
	});

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
			/^The deployment is doing as much .* \('Concurrency', 'Batch Size'\), or raise 'Maximum Retries'/,
		],
		[429, 'TooManyWrites', /^The deployment is doing as much as its plan allows\./],
		[
			503,
			'OptimisticConcurrencyControlFailure',
			/^Several mutations kept changing the same documents\. Lower 'Concurrency', or raise 'Maximum Retries'/,
		],
		[400, undefined, /^The deployment refused the request\. Check 'Function' and 'Arguments'\.$/],
		[400, 'NeverHeardOf', /^The deployment refused the request\./],
		[401, undefined, /^Check the credential: its key or token was not accepted\.$/],
		[403, undefined, /^Check the credential: its key may not do this\.$/],
		[404, undefined, /^Check the credential's 'Deployment URL': there is no Convex deployment at/],
		[408, undefined, /^The function took longer than the server waits \(300 seconds\)\.$/],
		[429, undefined, /^The deployment is doing as much as its plan allows\./],
		[500, 'InternalServerError', /^Convex could not complete the call\. .* status\.convex\.dev/],
		[502, undefined, /^Convex could not complete the call\. Try again later;/],
	])('%i %s comes with advice', (httpStatus, code, description) => {
		expect(answered('query', httpStatus, code).description).toMatch(description);
	});
});

describe('an overload', () => {
	it.each<[number, string | undefined, boolean]>([
		[429, undefined, true],
		[429, 'TooManyConcurrentRequests', true],
		[429, 'TooManyWrites', true],
		[503, 'ExpiredInQueue', true],
		[503, 'WorkerOverloaded', true],
		[503, 'InitialPermitTimeoutError', true],
		[503, 'ExecuteFullError', true],
		[503, 'IsolateNotClean', true],
		[503, 'UpstreamConnectError', true],
		[503, 'OptimisticConcurrencyControlFailure', false],
		[503, 'SearchIndexesUnavailable', false],
		[503, undefined, false],
		[500, 'InternalServerError', false],
		[400, 'BadJsonBody', false],
		[401, 'BadAdminKey', false],
	])('is told from other failures: %i %s', (httpStatus, code, expected) => {
		expect(isOverload(httpStatus, code)).toBe(expected);
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
				"Put the deployment's own address into the credential's 'Deployment URL'. Redirects are not followed, so that the key goes nowhere else.",
			);
			expect(failure.details).toEqual({
				kind: 'deployment',
				httpStatus,
				retryable: false,
				outcome: 'notExecuted',
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
