import axios from 'axios';
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import type { TestDeployment } from '../../emulator/client';
import { deploymentUnderTest } from '../support/deploymentUnderTest';

/** `query_ts` and `query_at_ts`, on the embedded deployment or a real one (see conformance.test.ts). */
let deployment: TestDeployment;
let client: ConvexHttpClient;

beforeAll(async () => {
	deployment = await deploymentUnderTest();
	client = new ConvexHttpClient(deployment.url, { logger: false });
});

afterAll(async () => await deployment.stop());

const query = makeFunctionReference<'query'>;
const mutation = makeFunctionReference<'mutation'>;
const unique = (name: string) => `${name} ${Date.now()} ${Math.random()}`;

async function latest(): Promise<string> {
	return (await axios.post(`${deployment.url}/api/query_ts`)).data.ts;
}

/** Runs a query as of a timestamp, and gives status and body of the answer. */
async function at(ts: unknown, path: string, args: unknown, more: object = {}) {
	const body = { path, args, ts, ...more };
	const { status, data } = await axios.post(`${deployment.url}/api/query_at_ts`, body, {
		validateStatus: () => true,
	});
	return { status, data };
}

async function valueAt(ts: string, path: string, args: unknown): Promise<unknown> {
	const { status, data } = await at(ts, path, args);
	expect({ status, data }).toMatchObject({ status: 200, data: { status: 'success' } });
	return data.value;
}

function encode(nanoseconds: bigint): string {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(nanoseconds);
	return bytes.toString('base64');
}

it('a timestamp is nanoseconds since 1970, and never goes back', async () => {
	const nanoseconds = async () => Buffer.from(await latest(), 'base64').readBigUInt64LE();
	const before = await nanoseconds();
	const secondsApart = Number(before / 1_000_000_000n) - Date.now() / 1000;
	expect(Math.abs(secondsApart)).toBeLessThan(600);
	await client.mutation(mutation('counters:increment'), { name: unique('time') });
	expect(await nanoseconds()).toBeGreaterThan(before);
});

it('a query sees inserted, changed and deleted documents as they were at its timestamp', async () => {
	const group = unique('history');
	const timestamps = [await latest()];
	const expected: unknown[] = [[]];
	const change = async (path: string, args: Record<string, unknown>) => {
		await client.mutation(mutation(path), args);
		timestamps.push(await latest());
		const page = await client.query(query('documents:page'), {
			group,
			paginationOpts: { numItems: 100, cursor: null },
		});
		expected.push(page.page);
	};
	await change('documents:fill', { group, count: 5 });
	await change('documents:remove', { group, numbers: [2, 4] });
	await change('documents:fill', { group, count: 2 });
	await change('documents:remove', { group, numbers: [1, 3, 5, 6, 7] });
	for (const [index, ts] of timestamps.entries()) {
		const { page } = (await valueAt(ts, 'documents:page', {
			group,
			paginationOpts: { numItems: 100, cursor: null },
		})) as { page: Array<{ number: number }> };
		expect(page).toEqual(expected[index]);
	}
	const counts = timestamps.map(async (ts) => await valueAt(ts, 'documents:count', { group }));
	expect(await Promise.all(counts)).toEqual([0, 5, 3, 5, 0]);
});

it('a query sees one document through its changes', async () => {
	const name = unique('counter');
	const timestamps: string[] = [];
	for (let count = 0; count < 4; count++) {
		timestamps.push(await latest());
		await client.mutation(mutation('counters:increment'), { name });
	}
	const counts = timestamps.map(async (ts) => await valueAt(ts, 'counters:get', { name }));
	expect(await Promise.all(counts)).toEqual([0, 1, 2, 3]);
	expect(await client.query(query('counters:get'), { name })).toBe(4);
});

it('queries at an old timestamp and mutations do not see each other', async () => {
	const name = unique('parallel');
	await client.mutation(mutation('counters:increment'), { name });
	const ts = await latest();
	const mutations = Array.from({ length: 30 }, async () =>
		client.mutation(mutation('counters:increment'), { name }, { skipQueue: true }),
	);
	const queries = Array.from(
		{ length: 30 },
		async () => await valueAt(ts, 'counters:get', { name }),
	);
	expect(new Set(await Promise.all(queries))).toEqual(new Set([1]));
	const counts = await Promise.all(mutations);
	expect(Math.max(...counts)).toBe(31);
});

it('the official client reads consistently at the timestamp of its first query', async () => {
	const name = unique('consistent');
	await client.mutation(mutation('counters:increment'), { name });
	const reader = new ConvexHttpClient(deployment.url, { logger: false });
	expect(await reader.consistentQuery(query('counters:get'), { name })).toBe(1);
	await client.mutation(mutation('counters:increment'), { name });
	expect(await reader.consistentQuery(query('counters:get'), { name })).toBe(1);
	expect(await reader.query(query('counters:get'), { name })).toBe(2);
	const later = new ConvexHttpClient(deployment.url, { logger: false });
	expect(await later.consistentQuery(query('counters:get'), { name })).toBe(2);
});

describe('at a timestamp', () => {
	const unavailable = { code: 'InternalServerError', message: expect.any(String) };

	it.each([
		['that is out of retention', encode(1n), 503],
		['to come', encode(2n ** 62n), 500],
		['beyond 63 bits', encode(2n ** 63n), 500],
		['of too few bytes', 'AAAA', 500],
		['that is no base64', '?', 500],
	])('%s, nothing can be read', async (_what, ts, status) => {
		expect(await at(ts, 'version', {})).toEqual({ status, data: unavailable });
	});

	it('that is missing, the body is refused', async () => {
		const answer = await at(undefined, 'version', {});
		expect(answer).toMatchObject({ status: 400, data: { code: 'BadJsonBody' } });
	});

	it('a mutation is refused', async () => {
		const { status, data } = await at(await latest(), 'tasks:create', { title: 'x' });
		expect(status).toBe(200);
		expect(data.errorMessage).toContain('as Query, but it is defined as Mutation');
	});

	it('a path, a format and a function fail as in a plain query', async () => {
		const ts = await latest();
		expect(await at(ts, '/a:b', {})).toMatchObject({
			status: 400,
			data: { code: 'BadConvexFunctionIdentifier' },
		});
		expect(await at(ts, 'version', {}, { format: 'xml' })).toMatchObject({
			status: 400,
			data: { code: 'BadFormat' },
		});
		const { status, data } = await at(ts, 'failures:throwConvexError', { data: 'no' });
		expect(status).toBe(200);
		expect(data).toMatchObject({ status: 'error', errorData: 'no' });
	});
});
