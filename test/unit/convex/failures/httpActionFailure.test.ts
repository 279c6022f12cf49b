import { httpActionFailure } from '../../../../nodes/Convex/convex/failures/httpActionFailure';
import type { HttpMethod } from '../../../../nodes/Convex/convex/functions/httpRoute';

const failureOf = (httpStatus: number, body: unknown, method: HttpMethod = 'POST') =>
	httpActionFailure(method, {
		httpStatus,
		text: typeof body === 'string' ? body : JSON.stringify(body),
	});

const THROWN = '[Request ID: 0f3c] Server Error';

describe('the failure of an HTTP action', () => {
	it.each(['No matching routes found', 'No HttpAction routed for /a'])(
		'is that no route matches: %s',
		(text) => {
			const { message, reason, details } = failureOf(404, text);
			expect([message, reason, details.outcome]).toEqual([text, 'routeNotFound', 'notExecuted']);
		},
	);

	it('is that there are no HTTP actions', () => {
		const text = 'This Convex deployment does not have HTTP actions enabled.';
		expect(failureOf(404, text).reason).toBe('noHttpActions');
	});

	it('is what the action threw, without its stack', () => {
		const trace = 'Uncaught Error: boom\n    at handler (../convex/http.ts:3:9)\n';
		const failure = failureOf(500, { code: `${THROWN}: Uncaught Error: boom`, trace });
		expect(failure.message).toBe('Uncaught Error: boom');
		expect(failure.description).toBe(
			'Thrown at handler (../convex/http.ts:3:9). What an action did before it failed is not undone.',
		);
		expect(failure.details).toMatchObject({
			requestId: '0f3c',
			httpStatus: 500,
			kind: 'function',
			outcome: 'failed',
		});
	});

	it('is hidden by a production deployment', () => {
		expect(failureOf(500, { code: THROWN }).reason).toBe('hidden');
	});

	it('is an overload only with a code that is Convex’s alone', () => {
		const busy = { code: 'TooManyConcurrentRequests', message: 'too many' };
		expect(failureOf(429, busy).details).toMatchObject({ outcome: 'notExecuted', retryable: true });
		for (const code of ['InvalidArguments', 'Unauthenticated', 'TooManyWrites']) {
			const { outcome, retryable } = failureOf(429, { code, message: 'no' }).details;
			expect([outcome, retryable]).toEqual(['failed', false]);
		}
	});

	it.each<[HttpMethod, number, string, boolean]>([
		['GET', 503, 'unknown', true],
		['PUT', 503, 'unknown', true],
		['DELETE', 429, 'failed', true],
		['POST', 503, 'unknown', false],
		['PATCH', 503, 'unknown', false],
		['POST', 429, 'failed', false],
		['GET', 400, 'failed', false],
		['POST', 408, 'unknown', false],
		['POST', 302, 'unknown', false],
		['POST', 304, 'unknown', false],
	])(
		'of a %s with status %i has the outcome %s, retryable: %s',
		(method, status, outcome, retryable) => {
			expect(failureOf(status, 'no', method).details).toMatchObject({ outcome, retryable });
		},
	);

	it('shows how a long text begins, and keeps more of it', () => {
		const failure = failureOf(400, 'a\n'.repeat(50_000));
		expect(failure.message).toMatch(/^The HTTP action answered with HTTP status 400: a a a/);
		expect(failure.message.length).toBeLessThan(400);
		expect(String(failure.details.body)).toHaveLength(10_001);
	});

	it('keeps JSON to branch on, unless it is nested without end', () => {
		expect(failureOf(400, { errors: [1] }).details.body).toEqual({ errors: [1] });
		const deep = `${'['.repeat(4_000)}${']'.repeat(4_000)}`;
		expect(failureOf(400, deep).details.body).toBe(deep);
	});
});
