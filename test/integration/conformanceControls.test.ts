import axios from 'axios';
import { connectDeployment } from '../../emulator/client';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** What tests can ask the embedded deployment about itself. */
const convex = useEmbeddedDeployment('none');

async function post(endpoint: string, body: object) {
	return await axios.post(`${convex.deployment.url}/api/${endpoint}`, body, {
		validateStatus: () => true,
	});
}

const version = { path: 'version', args: {} };
const mutate = async (path: string, args: object) => await post('mutation', { path, args });
const add = async (key: string) => await mutate('counters:add', { name: 'all', key });

it('is controlled from another process that knows its URL, also while it is down', async () => {
	const { url, deployKey } = convex.deployment;
	const other = connectDeployment(url, deployKey, async () => {});
	await add('k');
	expect(await other.executions()).toEqual({ 'counters:add': 1 });
	await convex.deployment.goDown();
	expect(await other.executions()).toEqual({ 'counters:add': 1 });
	await other.comeBack();
	expect((await add('k')).status).toBe(200);
	expect((await other.requestStats()).requests).toBe(2);
});

it('counts executions by path and key, a throwing one as well, a refused one not', async () => {
	for (const key of ['a', 'b', 'a']) await add(key);
	await mutate('counters:increment', { name: 'x' });
	await mutate('failures:writeThenThrow', { name: 'x' });
	await mutate('counters:add', { name: 'refused' });
	expect(await convex.deployment.executions()).toEqual({
		'counters:add': 3,
		'counters:increment': 1,
		'failures:writeThenThrow': 1,
	});
	expect(await convex.deployment.executionsByKey()).toEqual({ 'counters:add': { a: 2, b: 1 } });
	await convex.deployment.reset();
	expect(await convex.deployment.executionsByKey()).toEqual({});
});

it('counts requests, by endpoint and in flight at once, and the sizes of batches', async () => {
	await convex.deployment.addFault({ kind: 'delay', ms: 200, path: '/api/action', times: 3 });
	const wait = { path: 'counters:wait', args: { ms: 1 } };
	await Promise.all([1, 2, 3].map(async () => await post('action', wait)));
	await add('k');
	for (const size of [2, 0]) {
		const queries = Array.from({ length: size }, () => ({ path: 'version', args: {} }));
		await post('query_batch', { queries });
	}
	await post('run/version/default', { args: {} });
	const { connections, ...stats } = await convex.deployment.requestStats();
	expect(connections).toBeGreaterThan(0);
	expect(stats).toEqual({
		requests: 7,
		maxInFlight: 3,
		endpoints: {
			'/api/action': { requests: 3, maxInFlight: 3 },
			'/api/mutation': { requests: 1, maxInFlight: 1 },
			'/api/query_batch': { requests: 2, maxInFlight: 1 },
			'/api/run': { requests: 1, maxInFlight: 1 },
		},
		batchSizes: [2, 0],
		faults: { delay: 3 },
	});
	await convex.deployment.reset();
	expect(await convex.deployment.requestStats()).toMatchObject({ requests: 0, endpoints: {} });
});

it('drops old states on command, and all of them when it is reset', async () => {
	const latest = async (): Promise<string> => (await post('query_ts', {})).data.ts;
	const statusAt = async (ts: string) =>
		(await post('query_at_ts', { path: 'version', args: {}, ts })).status;
	const first = await latest();
	await add('k');
	const second = await latest();
	expect([await statusAt(first), await statusAt(second)]).toEqual([200, 200]);
	await convex.deployment.forgetHistory();
	expect([await statusAt(first), await statusAt(second)]).toEqual([503, 200]);
	await convex.deployment.reset();
	expect(await statusAt(second)).toBe(503);
});

it('keeps the newest calls with their arguments, also of a call that is refused', async () => {
	await add('k');
	await mutate('counters:add', { name: 'refused' });
	expect(await convex.deployment.receivedCalls()).toEqual([
		{ path: 'counters:add', args: { name: 'all', key: 'k' } },
		{ path: 'counters:add', args: { name: 'refused' } },
	]);
	await Promise.all(Array.from({ length: 20 }, async () => await post('query', version)));
	expect(await convex.deployment.receivedCalls()).toEqual(
		Array.from({ length: 20 }, () => ({ path: 'version', args: {} })),
	);
	await convex.deployment.reset();
	expect(await convex.deployment.receivedCalls()).toEqual([]);
});
