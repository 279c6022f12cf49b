import axios from 'axios';
import type { TestDeployment } from '../../emulator/client';
import { deploymentUnderTest } from '../support/deploymentUnderTest';

/** `POST /api/query_batch`, on the embedded deployment or a real one (see conformance.test.ts). */
let deployment: TestDeployment;

beforeAll(async () => {
	deployment = await deploymentUnderTest();
});

afterAll(async () => await deployment.stop());

const unique = (name: string) => `${name} ${Date.now()} ${Math.random()}`;

/** Posts a body, and gives status and body of the answer, whatever they are. */
async function post(endpoint: string, body: unknown, authorization?: string) {
	const { status, data } = await axios.post(`${deployment.url}/api/${endpoint}`, body, {
		validateStatus: () => true,
		...(authorization !== undefined && { headers: { authorization } }),
	});
	return { status, data };
}

const batch = async (queries: unknown, authorization?: string) =>
	await post('query_batch', { queries }, authorization);
const get = (name: string) => ({ path: 'counters:get', args: { name } });
const increment = async (name: string) =>
	await post('mutation', { path: 'counters:increment', args: { name } });

it('gives the results of its queries in their order, each in its own format', async () => {
	const name = unique('batch');
	await increment(name);
	const value = { $integer: 'AwAAAAAAAAA=' };
	const { status, data } = await batch([
		get(name),
		{ path: 'values:echo', args: [{ value }] },
		{ path: 'values:echo', args: { value }, format: 'convex_encoded_json' },
		{ path: 'version', args: {}, format: null },
	]);
	expect(status).toBe(200);
	expect(data).toEqual({
		results: [
			{ status: 'success', value: 1 },
			{ status: 'success', value: '3' },
			{ status: 'success', value },
			{ status: 'success', value: '1.0' },
		],
	});
});

it('has no results for no queries', async () => {
	expect(await batch([])).toEqual({ status: 200, data: { results: [] } });
});

it('has the failure of a function as the result of its query, and log lines of each query', async () => {
	const errorData = { code: 'X' };
	const { status, data } = await batch([
		{ path: 'failures:throwConvexError', args: { data: errorData } },
		{ path: 'failures:throwError', args: {} },
		{ path: 'tasks:nope', args: {} },
		{ path: 'tasks:create', args: { title: 't' } },
		{ path: 'values:describe', args: {} },
		{ path: 'jobs:status', args: {} },
		{ path: 'version', args: {} },
	]);
	const failure = (text: RegExp) => ({
		status: 'error',
		errorMessage: expect.stringMatching(text),
	});
	expect(status).toBe(200);
	expect(data.results).toEqual([
		{ ...failure(/Uncaught ConvexError: \{"code":"X"\}/), errorData },
		{ ...failure(/Uncaught Error: boom/), logLines: [expect.stringContaining('about to throw')] },
		failure(/Could not find public function for 'tasks:nope'\./),
		failure(/Trying to execute tasks\.js:create as Query, but it is defined as Mutation\./),
		failure(/ArgumentValidationError: Object is missing the required field `value`/),
		failure(/Could not find public function for 'jobs:status'\./),
		{ status: 'success', value: '1.0' },
	]);
});

describe('fails as a whole', () => {
	it.each([
		['a malformed path', { path: '/a:b', args: {} }, 400, 'BadConvexFunctionIdentifier'],
		['an unknown format', { path: 'version', args: {}, format: 'xml' }, 400, 'BadFormat'],
		['a format that is no text', { path: 'version', args: {}, format: 1 }, 400, 'BadJsonBody'],
		['a query without arguments', { path: 'version' }, 400, 'BadJsonBody'],
		['a query without path', { args: {} }, 400, 'BadJsonBody'],
		['a query that is none', 'version', 400, 'BadJsonBody'],
	])('for %s', async (_what, query, status, code) => {
		const answer = await batch([{ path: 'version', args: {} }, query]);
		expect(answer).toEqual({ status, data: { code, message: expect.any(String) } });
	});

	it('without queries', async () => {
		const answer = await post('query_batch', {});
		expect(answer).toMatchObject({ status: 400, data: { code: 'BadJsonBody' } });
	});

	it('when its body is beyond 16 MiB and 2000 bytes', async () => {
		const overhead = JSON.stringify({
			queries: [{ path: 'values:describe', args: { value: '' } }],
		}).length;
		const ofSize = (size: number) => [
			{ path: 'values:describe', args: { value: 'x'.repeat(size - overhead) } },
		];
		const limit = 2 ** 24 + 2000;
		expect(await batch(ofSize(limit + 1))).toMatchObject({
			status: 400,
			data: { code: 'BadJsonBody' },
		});
	});

	it('for a caller that is refused, before its queries are looked at', async () => {
		const query = { path: '/a:b', args: {} };
		expect(await batch([query], 'Convex wrong|key')).toMatchObject({
			status: 401,
			data: { code: 'BadAdminKey' },
		});
	});
});

it('runs internal queries for a deploy key', async () => {
	const { data } = await batch(
		[{ path: 'jobs:status', args: {} }],
		`Convex ${deployment.deployKey}`,
	);
	expect(data).toEqual({ results: [{ status: 'success', value: 'idle' }] });
});

it('reads all its queries at one timestamp, while mutations are committed', async () => {
	const name = unique('snapshot');
	const queries = Array.from({ length: 200 }, () => get(name));
	const [{ data }] = await Promise.all([
		batch(queries),
		...Array.from({ length: 50 }, async () => await increment(name)),
	]);
	const values = data.results.map(({ value }: { value: number }) => value);
	expect(values).toEqual(Array.from({ length: 200 }, () => values[0]));
	const [after] = (await batch([get(name)])).data.results;
	expect(after).toEqual({ status: 'success', value: 50 });
});

describe('a single call', () => {
	it('has its path checked before its caller', async () => {
		for (const endpoint of ['query', 'mutation', 'action']) {
			const answer = await post(endpoint, { path: '/a:b', args: {} }, 'Convex wrong|key');
			expect(answer).toMatchObject({ status: 400, data: { code: 'BadConvexFunctionIdentifier' } });
		}
	});
});
