/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import type { FaultEffect } from '../../emulator/faults';
import { unusedUrl } from '../support/awkwardServers';
import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { until } from '../support/waiting';

const convex = useEmbeddedDeployment('none');

const rejection = (code: string) => ({ kind: 'rejection', code }) as FaultEffect;
const one = { name: 'list', key: 'one' };
const callOf = {
	query: ['counters:additions', { name: 'list' }],
	mutation: ['counters:add', one],
	action: ['counters:wait', { ms: 1 }],
} as const;
type Operation = keyof typeof callOf;

/** Calls a function whose first request is hit by a fault. */
async function hit(operation: Operation | 'run', fault: FaultEffect, options = {}) {
	const [path, args] = callOf[operation === 'run' ? 'mutation' : operation];
	await convex.deployment.addFault({ path: '/api/', ...fault });
	const result = await convex.run({
		parameters: calling(operation, path, args, options),
		settings: { onError: 'continueErrorOutput' },
	});
	const { requests } = await convex.deployment.requestStats();
	const executions = (await convex.deployment.executions())[path] ?? 0;
	return { succeeded: result.success.length === 1, requests, executions, error: result.error[0] };
}

const BEFORE_START = [
	'TooManyConcurrentRequests',
	'ExpiredInQueue',
	'WorkerOverloaded',
	'InitialPermitTimeoutError',
	'ExecuteFullError',
	'IsolateNotClean',
	'UpstreamConnectError',
];
const ROLLED_BACK = ['TooManyWrites', 'OptimisticConcurrencyControlFailure', 'CommitterFullError'];
const LOST: FaultEffect[] = [
	{ kind: 'dropAfter' },
	{ kind: 'resetAfter' },
	{ kind: 'resetBefore' },
	{ kind: 'truncate' },
	{ kind: 'cut' },
	{ kind: 'serverError', status: 500, when: 'after' },
	{ kind: 'serverError', status: 503, when: 'after' },
	{ kind: 'serverError', status: 500 },
	{ kind: 'answer', status: 408, body: '', when: 'after' },
];
/** Answers of somebody between n8n and the deployment, who may have handed the call on. */
const foreign = (status: number, body: unknown): FaultEffect => ({
	kind: 'answer',
	status,
	body,
	when: 'after',
});
const FOREIGN: FaultEffect[] = [
	...[302, 307, 403, 409, 451].map((status) => foreign(status, '<html>')),
	...[400, 403, 409, 422, 499].map((status) =>
		foreign(status, { code: 'AccessDenied', message: 'Blocked' }),
	),
];
const REFUSED = [400, 401, 403, 404, 409];

it('a run by hand does not wait long for a deployment that cannot be reached', async () => {
	const { error } = await convex.run({
		credential: { ...convex.credential, deploymentUrl: await unusedUrl() },
		// All of these retries would take longer than a test may.
		parameters: calling('query', 'version', {}, { maxRetries: 20 }),
		settings: { onError: 'continueErrorOutput' },
	});
	expect(error[0]?.json.details).toMatchObject({ reason: 'connectionRefused', retryable: true });
});

describe('what proves that the call did not start', () => {
	const cases = BEFORE_START.flatMap((code) =>
		(['query', 'mutation', 'action', 'run'] as const).map(
			(operation) => [operation, code] as const,
		),
	);
	it.each(cases)('has a %s sent again: %s', async (operation, code) => {
		expect(await hit(operation, rejection(code))).toMatchObject({
			succeeded: true,
			requests: 2,
			executions: 1,
		});
	});
});

describe('what proves that a mutation was rolled back', () => {
	it.each(ROLLED_BACK)('has it sent again: %s', async (code) => {
		expect(await hit('mutation', rejection(code))).toMatchObject({ succeeded: true, requests: 2 });
	});

	it.each(ROLLED_BACK)('leaves an action alone: %s', async (code) => {
		expect(await hit('action', rejection(code))).toMatchObject({ succeeded: false, requests: 1 });
	});
});

describe("a proxy's limit on the rate of calls", () => {
	const limited = (headers?: Record<string, string>): FaultEffect => ({
		kind: 'answer',
		status: 429,
		body: '<html>Slow down</html>',
		...(headers && { headers }),
	});

	it.each(['query', 'mutation', 'action', 'run'] as const)(
		'has a %s sent again',
		async (operation) => {
			expect(await hit(operation, limited())).toMatchObject({
				succeeded: true,
				requests: 2,
				executions: 1,
			});
		},
	);

	it('is left alone as long as it says', async () => {
		const startedAtMs = performance.now();
		expect(await hit('mutation', limited({ 'Retry-After': '1' }))).toMatchObject({
			succeeded: true,
			requests: 2,
		});
		expect(performance.now() - startedAtMs).toBeGreaterThan(900);
	});

	it('that lasts to a date counts by the clock of the server, however wrong that is', async () => {
		const inAnHour = Date.now() + 3_600_000;
		const headers = {
			Date: new Date(inAnHour).toUTCString(),
			'Retry-After': new Date(inAnHour + 1_000).toUTCString(),
		};
		expect(await hit('mutation', limited(headers))).toMatchObject({
			succeeded: true,
			requests: 2,
			executions: 1,
		});
	});

	it('that lasts longer than the run waits is reported, with how long', async () => {
		expect(await hit('mutation', limited({ 'Retry-After': '3600' }))).toMatchObject({
			succeeded: false,
			requests: 1,
			executions: 0,
			error: { json: { details: { outcome: 'notExecuted', retryAfterMs: 3_600_000 } } },
		});
	});
});

describe('a lost answer', () => {
	it.each(LOST)('has a query sent again: %j', async (fault) => {
		expect(await hit('query', fault)).toMatchObject({ succeeded: true, requests: 2 });
	});

	const cases = [...LOST, ...FOREIGN].flatMap((fault) =>
		(['mutation', 'action', 'run'] as const).map((operation) => [operation, fault] as const),
	);
	it.each(cases)(
		'has a %s reported as unknown and never sent again: %j',
		async (operation, fault) => {
			const { succeeded, requests, error } = await hit(operation, fault);
			expect({ succeeded, requests }).toEqual({ succeeded: false, requests: 1 });
			expect(error?.json.details).toMatchObject({ outcome: 'unknown', retryable: false });
		},
	);
});

describe('an answer that would be the same again', () => {
	it.each(REFUSED)('is not asked for again: HTTP %i', async (status) => {
		const fault: FaultEffect = { kind: 'answer', status, body: { code: 'Nope', message: 'no' } };
		expect(await hit('query', fault)).toMatchObject({ succeeded: false, requests: 1 });
	});

	it("is a function's own failure", async () => {
		await convex.run({ parameters: calling('query', 'failures:throwError') });
		expect((await convex.deployment.requestStats()).requests).toBe(1);
	});
});

describe('retries', () => {
	it('are as many as the option says', async () => {
		const fault = { ...rejection('TooManyConcurrentRequests'), times: 100 };
		expect(await hit('mutation', fault, { maxRetries: 2 })).toMatchObject({
			succeeded: false,
			requests: 3,
			executions: 0,
			error: { json: { details: { outcome: 'notExecuted', retryable: true } } },
		});
	});

	it('are none with 0', async () => {
		const fault = rejection('TooManyConcurrentRequests');
		expect(await hit('query', fault, { maxRetries: 0 })).toMatchObject({
			succeeded: false,
			requests: 1,
		});
	});

	it('bring a batch of queries through', async () => {
		await convex.deployment.addFault({
			kind: 'rejection',
			code: 'TooManyConcurrentRequests',
			times: 3,
		});
		const { success } = await convex.run({
			parameters: calling('query', 'version'),
			input: Array(40).fill({}),
		});
		expect(success).toHaveLength(40);
		const { endpoints } = await convex.deployment.requestStats();
		expect(endpoints['/api/query_batch']?.requests).toBe(7);
	});

	it('bring mutations through a restart, each run once', async () => {
		const keys = Array.from({ length: 300 }, (_, number) => `item ${number}`);
		await convex.deployment.addFault({
			kind: 'restart',
			path: '/api/mutation',
			skip: 150,
			downMs: 300,
		});
		const { success, error } = await convex.run({
			parameters: calling('mutation', 'counters:add', '={{ { name: "list", key: $json.key } }}', {
				delivery: 'http',
				concurrency: 4,
				maxRetries: 10,
			}),
			input: keys.map((key) => ({ key })),
			settings: { onError: 'continueErrorOutput' },
		});
		const counts = (await convex.deployment.executionsByKey())['counters:add'] ?? {};
		expect(success.length + error.length).toBe(300);
		for (const item of success) expect(counts[String(item.json.value)]).toBe(1);
		// Those in flight when the connections were cut, and those that connected as the port closed.
		expect(error.length).toBeLessThanOrEqual(8);
		for (const { json } of error) {
			expect(json.details).toMatchObject({ outcome: 'unknown' });
			expect(counts[String(json.key)] ?? 0).toBeLessThanOrEqual(1);
		}
	});
});

describe('cancelling', () => {
	it('ends the wait before a retry, and sends nothing more', async () => {
		const cancel = new AbortController();
		await convex.deployment.addFault({
			kind: 'rejection',
			code: 'TooManyConcurrentRequests',
			times: 1_000,
		});
		const running = convex.run({
			parameters: calling('mutation', 'counters:add', one, { maxRetries: 20 }),
			input: Array(50).fill({}),
			settings: { onError: 'continueErrorOutput' },
			cancelSignal: cancel.signal,
		});
		await until(async () => (await convex.deployment.requestStats()).requests >= 3);
		cancel.abort();
		await running.catch(() => undefined);
		const { requests } = await convex.deployment.requestStats();
		await new Promise((resolve) => setTimeout(resolve, 1_500));
		expect((await convex.deployment.requestStats()).requests).toBe(requests);
	});

	it('aborts the batches in flight', async () => {
		const cancel = new AbortController();
		await convex.deployment.addFault({ kind: 'delay', ms: 60_000, times: 100 });
		const running = convex.run({
			parameters: calling('query', 'version'),
			input: Array(200).fill({}),
			cancelSignal: cancel.signal,
		});
		await until(async () => (await convex.deployment.requestStats()).requests >= 4);
		cancel.abort();
		await running.catch(() => undefined);
		expect((await convex.deployment.requestStats()).requests).toBe(4);
	});
});
