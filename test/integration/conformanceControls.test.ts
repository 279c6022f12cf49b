/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import axios from 'axios';
import { connectDeployment } from '../../emulator/client';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { until } from '../support/waiting';
import { Agent, request } from 'node:http';
import type { FaultEffect } from '../../emulator/faults';
import { REJECTION_CODES } from '../../emulator/rejections';

/** What the embedded deployment has for tests. */
const convex = useEmbeddedDeployment('none');

describe('what tests can ask the embedded deployment', () => {
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
});

describe('what the embedded deployment does to requests', () => {
	/** What a client sees of a call of its own connection: how far the answer came, and how it ended. */
	interface Seen {
		status?: number;
		announced?: number;
		text: string;
		/** `whole`, `cut`, `silence`, or the message of an error. */
		ended: string;
	}

	/** Adds a key, and looks at the bytes that come back; gives up when nothing more comes. */
	async function add(key: string, silenceMs = 1000): Promise<Seen> {
		const agent = new Agent({ keepAlive: false });
		const body = JSON.stringify({ path: 'counters:add', args: { name: 'all', key } });
		const headers = { 'content-type': 'application/json' };
		return await new Promise((resolve) => {
			const seen: Seen = { text: '', ended: 'silence' };
			const url = `${convex.deployment.url}/api/mutation`;
			const call = request(url, { method: 'POST', agent, headers }, (response) => {
				seen.status = response.statusCode;
				seen.announced = Number(response.headers['content-length']);
				response.setEncoding('utf8');
				response.on('data', (text: string) => {
					seen.text += text;
				});
				response.once('end', () => resolve({ ...seen, ended: 'whole' }));
				response.once('error', () => resolve({ ...seen, ended: 'cut' }));
			});
			call.once('error', (error) => resolve({ ...seen, ended: error.message }));
			call.setTimeout(silenceMs, () => {
				call.destroy();
				resolve(seen);
			});
			call.end(body);
		});
	}

	const success = '{"status":"success","value":"k"}';
	const whole: Seen = { status: 200, announced: success.length, text: success, ended: 'whole' };

	async function executionsOf(key: string): Promise<number> {
		const counts = await convex.deployment.executionsByKey();
		return counts['counters:add']?.[key] ?? 0;
	}

	async function committed(): Promise<string[]> {
		const body = { path: 'counters:additions', args: { name: 'all' } };
		return (await axios.post(`${convex.deployment.url}/api/query`, body)).data.value;
	}

	describe('a fault', () => {
		const closed: Seen = { text: '', ended: 'socket hang up' };
		const reset: Seen = { text: '', ended: 'read ECONNRESET' };
		const half = success.slice(0, success.length / 2);
		const serverError = {
			code: 'InternalServerError',
			message: "Your request couldn't be completed. Try again later.",
		};

		it.each<[FaultEffect, Partial<Seen>, number]>([
			[{ kind: 'dropBefore' }, closed, 0],
			[{ kind: 'resetBefore' }, reset, 0],
			[{ kind: 'dropAfter' }, closed, 1],
			[{ kind: 'resetAfter' }, reset, 1],
			[{ kind: 'truncate' }, { ...whole, announced: half.length, text: half }, 1],
			[{ kind: 'cut' }, { ...whole, text: half, ended: 'cut' }, 1],
			[{ kind: 'drip', bytes: 3, everyMs: 1 }, { ...whole, text: '{"s', ended: 'silence' }, 1],
			[{ kind: 'drip', bytes: 1e6, everyMs: 1 }, { ended: 'silence' }, 1],
			[{ kind: 'delay', ms: 50 }, whole, 1],
			[{ kind: 'delay', ms: 60_000 }, { text: '', ended: 'silence' }, 1],
			[{ kind: 'answer', status: 418, body: 'tea' }, { status: 418, text: 'tea' }, 0],
			[{ kind: 'answer', status: 200, when: 'after' }, { status: 200, text: '' }, 1],
			[{ kind: 'serverError', status: 500 }, { status: 500, text: JSON.stringify(serverError) }, 0],
			[{ kind: 'serverError', status: 503, when: 'after' }, { status: 503 }, 1],
			[{ kind: 'restart', downMs: 50 }, closed, 0],
		])('%j', async (fault, seen, executions) => {
			await convex.deployment.addFault({ ...fault, path: '/api/mutation' });
			expect(await add('k')).toMatchObject(seen);
			expect(await executionsOf('k')).toBe(executions);
			if (fault.kind === 'restart') await convex.deployment.comeBack();
			expect(await add('after')).toMatchObject({ status: 200, ended: 'whole' });
			expect(await committed()).toEqual(executions === 1 ? ['k', 'after'] : ['after']);
		});

		it.each(REJECTION_CODES)('rejects with %s without running the function', async (code) => {
			await convex.deployment.addFault({ kind: 'rejection', code });
			const { status, text } = await add('k');
			const rateLimited = ['TooManyConcurrentRequests', 'TooManyWrites'].includes(code);
			expect(status).toBe(rateLimited ? 429 : 503);
			expect(JSON.parse(text)).toEqual({ code, message: expect.stringMatching(/./) });
			expect(await executionsOf('k')).toBe(0);
		});

		it('hits as many requests as it should, after those it lets pass, on its path only', async () => {
			const fault = { kind: 'answer', status: 500 } as const;
			await convex.deployment.addFault({ ...fault, path: '/api/action' });
			await convex.deployment.addFault({ ...fault, path: '/api/mutation', skip: 2, times: 3 });
			const statuses: Array<number | undefined> = [];
			for (let call = 0; call < 7; call++) statuses.push((await add(`${call}`)).status);
			expect(statuses).toEqual([200, 200, 500, 500, 500, 200, 200]);
			expect((await convex.deployment.requestStats()).faults).toEqual({ answer: 3 });
		});

		it('lets another function run in between', async () => {
			const functionPath = 'counters:add';
			const args = { name: 'all', key: 'between' };
			await convex.deployment.addFault({ kind: 'meanwhile', functionPath, args, skip: 1 });
			await add('first');
			expect(await add('second')).toMatchObject({ status: 200 });
			expect(await committed()).toEqual(['first', 'between', 'second']);
		});
	});

	describe('random faults', () => {
		const faults: FaultEffect[] = [
			{ kind: 'rejection', code: 'ExpiredInQueue' },
			{ kind: 'dropAfter' },
			{ kind: 'serverError', status: 500 },
		];
		const keys = Array.from({ length: 60 }, (_, index) => `key ${index}`);
		const shape = ({ status, ended }: Seen) => `${status} ${ended}`;

		/** What becomes of each key when they are sent in this order. */
		async function outcomes(seed: number, order: string[]): Promise<Map<string, string>> {
			await convex.deployment.reset();
			const weighted = faults.map((fault, index) => ({ ...fault, weight: index + 1 }));
			await convex.deployment.setRandomFaults({ seed, probability: 0.5, faults: weighted });
			const seen = new Map<string, string>();
			for (const key of order) seen.set(key, shape(await add(key)));
			return seen;
		}

		it('is the same for the same seed, whatever the order of the requests', async () => {
			const first = await outcomes(1, keys);
			expect(await outcomes(1, keys.toReversed())).toEqual(
				new Map(keys.toReversed().map((key) => [key, first.get(key)])),
			);
			expect(await outcomes(2, keys)).not.toEqual(first);
			expect(new Set(first.values())).toEqual(
				new Set(['200 whole', '503 whole', '500 whole', 'undefined socket hang up']),
			);
		});

		it('chooses by weight', async () => {
			const [rejection, ...others] = faults.map((fault, index) => ({
				...fault,
				weight: index === 0 ? 1 : 0,
			}));
			const all = [...others, rejection!, ...others];
			await convex.deployment.setRandomFaults({ seed: 1, probability: 1, faults: all });
			const seen = new Set<string>();
			for (const key of keys) seen.add(shape(await add(key)));
			expect(seen).toEqual(new Set(['503 whole']));
		});

		it('changes when a request is sent again, and clears up', async () => {
			await convex.deployment.setRandomFaults({ seed: 1, probability: 0.5, faults });
			const attempts = new Set<string>();
			for (let attempt = 0; attempt < 20; attempt++) attempts.add(shape(await add('again')));
			expect(attempts.size).toBe(4);
			await convex.deployment.setRandomFaults({
				seed: 1,
				probability: 1,
				faults,
				path: '/api/query',
			});
			expect(await add('k')).toEqual(whole);
			await convex.deployment.setRandomFaults();
			expect(await committed()).toContain('k');
		});
	});

	describe('a restart', () => {
		it('cuts connections, keeps the data, and comes back on the same port', async () => {
			await add('before');
			const fault = { kind: 'drip', bytes: 1, path: '/api/mutation' } as const;
			await convex.deployment.addFault(fault);
			const hanging = add('hanging', 20_000);
			await until(async () => (await convex.deployment.requestStats()).requests >= 2);
			const restarted = convex.deployment.restart({ downMs: 300 });
			expect((await hanging).ended).not.toBe('silence');
			expect((await add('down')).ended).toContain('ECONNREFUSED');
			await restarted;
			await add('after');
			expect(await committed()).toEqual(['before', 'hanging', 'after']);
		});

		it('is done in two steps, between which the counts can be read', async () => {
			await add('before');
			await convex.deployment.goDown();
			expect((await add('down')).ended).toContain('ECONNREFUSED');
			expect(await executionsOf('before')).toBe(1);
			await convex.deployment.comeBack();
			expect(await add('after')).toMatchObject({ status: 200 });
		});
	});
});
