/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { startDeployment } from '../../emulator/client';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { useSecondApp } from '../support/secondApp';
import { until } from '../support/waiting';

/** The HTTP actions of an app, as their clients see them. */
const convex = useSecondApp();

const MEBIBYTE = 2 ** 20;

/** After this, an answer that does not end is given up. */
const PATIENCE_MS = 30_000;

const site = (path: string, init?: RequestInit) =>
	fetch(`${convex.deployment.siteUrl}${path}`, init);

/** What a client is told about a failed action, without the request's id. */
async function failureOf(path: string) {
	const { status, data } = await axios.get(`${convex.deployment.siteUrl}${path}`, {
		validateStatus: () => true,
	});
	const { code, ...others } = data;
	return { status, code: code.replace(/^\[Request ID: [0-9a-f]{16}\] /, ''), ...others };
}

/** Sends bytes as they are, and gives all that comes back. */
async function exchange(text: string): Promise<string> {
	const { port } = new URL(convex.deployment.siteUrl);
	return await new Promise((resolve, reject) => {
		const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
		const chunks: Buffer[] = [];
		socket.on('data', (chunk) => chunks.push(chunk));
		socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
		socket.on('error', reject);
	});
}

describe('an HTTP action', () => {
	it('is on the site, and on the deployment below /http', async () => {
		for (const base of [convex.deployment.siteUrl, `${convex.deployment.url}/http`]) {
			const response = await fetch(`${base}/method`, { method: 'PUT' });
			expect([response.status, await response.text()]).toEqual([200, 'PUT']);
		}
		expect((await fetch(`${convex.deployment.url}/method`, { method: 'PUT' })).status).toBe(404);
		expect((await fetch(`${convex.deployment.url}/http`)).status).toBe(404);
	});

	it('gets URL, headers and bytes of the request as the client sent them', async () => {
		const { data } = await axios.post(
			`${convex.deployment.siteUrl}/request?a=1&a=%20#fragment`,
			Buffer.from([0, 255, 128]),
			{ headers: { 'X-Own': 'one, two', 'Content-Type': 'application/x-own', Cookie: 'a=1; b=2' } },
		);
		expect(data).toMatchObject({
			url: `${convex.deployment.siteUrl}/request?a=1&a=%20`,
			method: 'POST',
			bytes: [0, 255, 128],
		});
		expect(data.headers).toEqual(
			expect.arrayContaining([
				['x-own', 'one, two'],
				['content-type', 'application/x-own'],
				['cookie', 'a=1; b=2'],
				['content-length', '3'],
				['host', new URL(convex.deployment.siteUrl).host],
			]),
		);
	});

	it('does not see /http in its URL', async () => {
		const { data } = await axios.post(`${convex.deployment.url}/http/request?x=/http`);
		expect(data.url).toBe(`${convex.deployment.url}/request?x=/http`);
	});

	it.each([
		[{ 'X-Forwarded-Proto': 'https' }, 'https://'],
		[{ Forwarded: 'for=1.2.3.4;proto="https";host=shop.test, proto=http' }, 'https://shop.test/'],
		[{ 'X-Forwarded-Host': 'shop.test' }, 'http://shop.test/'],
	])('gets the URL of the proxy in front of it by the headers %j', async (headers, start) => {
		const { data } = await axios.post(`${convex.deployment.siteUrl}/request`, '', { headers });
		expect(data.url.startsWith(start)).toBe(true);
	});

	it.each(['DELETE', 'PATCH', 'PUT', 'OPTIONS'])('may be a %s', async (method) => {
		expect(await (await site('/method', { method })).text()).toBe(method);
	});

	it('gets no body with GET, and answers HEAD as GET without one', async () => {
		const { data } = await axios.get(`${convex.deployment.siteUrl}/request`, { data: 'body' });
		expect(data).toEqual({ method: 'GET', hasBody: false });
		const head = await site('/request', { method: 'HEAD' });
		expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/json']);
	});

	it.each([0, 20 * MEBIBYTE])('takes a body of %i bytes', async (size) => {
		const headers = { 'Content-Type': 'Image/PNG' };
		const response = await site('/size', { method: 'PUT', body: new Uint8Array(size), headers });
		expect(await response.json()).toEqual({ size, type: 'image/png' });
	});

	it('answers with its status, its headers and each of its cookies', async () => {
		const response = await site('/headers');
		expect(response.status).toBe(418);
		expect(response.headers.get('x-one')).toBe('1');
		expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
		expect(response.headers.get('content-length')).toBe('6');
		expect(response.headers.get('transfer-encoding')).toBeNull();
		expect(await response.text()).toBe('teapot');
	});

	it('finds the user of a valid token, and hands it to what it calls', async () => {
		const token = await convex.deployment.signToken({
			iss: 'https://one.test',
			aud: 'first',
			sub: 'ada',
		});
		const response = await site('/user', { headers: { Authorization: `Bearer ${token}` } });
		expect(await response.json()).toEqual({ own: 'ada', ofQuery: 'https://one.test|ada' });
	});

	it.each([
		["that is the app's own", 'Basic YTpi', 'Invalid admin key'],
		['that is too short', 'a', 'Invalid authentication header'],
		[
			'with a token that is none',
			'Bearer hello world',
			expect.stringMatching(/^Could not parse JWT/),
		],
	])(
		'runs with an Authorization header %s, and is told only when it asks',
		async (_case, authorization, own) => {
			const response = await site('/user', { headers: { Authorization: authorization } });
			expect([response.status, await response.json()]).toEqual([200, { own, ofQuery: null }]);
		},
	);

	it('has no user without a header, nor with a deploy key', async () => {
		const nobody = { own: null, ofQuery: null };
		expect(await (await site('/user')).json()).toEqual(nobody);
		const headers = { Authorization: `Convex ${convex.deployment.deployKey}` };
		expect(await (await site('/user', { headers })).json()).toEqual(nobody);
	});
});

describe('a stream', () => {
	it('comes part by part, and may call functions as it is read', async () => {
		const token = await convex.deployment.signToken({
			iss: 'https://one.test',
			aud: 'first',
			sub: 'ada',
		});
		const response = await site('/stream', { headers: { Authorization: `Bearer ${token}` } });
		expect(response.headers.get('content-length')).toBeNull();
		expect(await response.text()).toBe('one user https://one.test|ada');
	});

	it('that fails is cut off after what came', async () => {
		const text = await exchange('GET /brokenStream HTTP/1.1\r\nHost: site.test\r\n\r\n');
		expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
		expect(text).toMatch(/4\r\nhalf\r\n$/);
		await expect(
			site('/brokenStream').then(async (response) => await response.text()),
		).rejects.toThrow();
	});

	it('ends after 20 MiB, without the parts beyond', async () => {
		const response = await site(`/bytes/stream/${22 * MEBIBYTE}`);
		expect((await response.arrayBuffer()).byteLength).toBe(20 * MEBIBYTE);
	});
});

it('a body of exactly 20 MiB arrives, and one byte more is announced and does not', async () => {
	const whole = await site(`/bytes/whole/${20 * MEBIBYTE}`);
	expect((await whole.arrayBuffer()).byteLength).toBe(20 * MEBIBYTE);
	const patience = { signal: AbortSignal.timeout(PATIENCE_MS) };
	const tooLong = site(`/bytes/whole/${20 * MEBIBYTE + 1}`, patience);
	const received = tooLong.then(async (response) => await response.arrayBuffer());
	await expect(received).rejects.toThrow('terminated');
});

it('an action learns by its signal that the client has gone away', async () => {
	const departures = async () => Number(await (await site('/departures')).json());
	const before = await departures();
	const controller = new AbortController();
	const response = site('/wait', { signal: controller.signal });
	await until(async () => (await convex.deployment.executions())['GET /wait'] !== undefined);
	controller.abort();
	await expect(response).rejects.toThrow();
	await until(async () => (await departures()) !== before);
	expect(await departures()).toBe(before + 1);
});

describe('a failure', () => {
	it('is answered with status 500, its text and its stack', async () => {
		expect(await failureOf('/fail')).toEqual({
			status: 500,
			code: 'Server Error: Uncaught Error: out of stock',
			trace: 'Uncaught Error: out of stock\n    at <anonymous> (../convex/http.ts:1:1)\n',
		});
	});

	it('that is a ConvexError gives its data, encoded', async () => {
		expect(await failureOf('/failWithData')).toMatchObject({
			code: 'Server Error: Uncaught ConvexError: {"left":"0n"}',
			data: { left: { $integer: 'AAAAAAAAAAA=' } },
		});
	});

	it('of a production deployment keeps its text to itself, but not its data', async () => {
		await convex.deployment.redact();
		expect(await failureOf('/fail')).toEqual({ status: 500, code: 'Server Error' });
		expect(await failureOf('/failWithData')).toEqual({
			status: 500,
			code: 'Server Error',
			data: { left: { $integer: 'AAAAAAAAAAA=' } },
		});
	});

	it('is an answer that is no Response', async () => {
		expect((await failureOf('/noResponse')).code).toBe(
			'Server Error: Uncaught Error: HTTP actions must return a Response',
		);
	});

	it('is a run beyond the time for actions', async () => {
		await convex.deployment.setActionTimeout(50);
		expect((await failureOf('/wait')).code).toBe(
			'Server Error: Function execution timed out (maximum duration: 50ms)',
		);
	});

	it('is every call of a paused deployment', async () => {
		await convex.deployment.setPaused(true);
		const { status, code } = await failureOf('/fail');
		expect(status).toBe(500);
		expect(code).toMatch(/^Server Error: Cannot run functions while this deployment is paused\. /);
	});
});

describe('a header made of what a client sends', () => {
	it.each(['%0d%0aSet-Cookie:%20a=1', '%0aX-Evil:%201', '%00'])(
		'cannot bring another: %s',
		async (value) => {
			const response = await site(`/reflect?value=a${value}`);
			expect(response.status).toBe(500);
			expect(response.headers.get('set-cookie')).toBeNull();
			expect(response.headers.get('x-evil')).toBeNull();
		},
	);

	it('may hold what a header can hold', async () => {
		const response = await site('/reflect?value=a;%20%22c%22');
		expect([response.status, response.headers.get('x-value')]).toEqual([204, 'a; "c"']);
	});
});

describe('the route', () => {
	it.each([
		['/files/a', 'prefix'],
		['/files/private/a', 'longer prefix'],
		['/files/private/exact', 'exact'],
		['/files/private/../b', 'prefix'],
		['/spare/own', 'own'],
		['/spare/longer/a', 'longer than the component’s prefix'],
	])('of %s is its %s', async (path, text) => {
		expect(await (await site(path)).text()).toBe(text);
	});

	it.each(['/files', '/nowhere', '/method/', '//method', '/Method'])(
		'of %s is none',
		async (path) => {
			const response = await site(path, { method: 'PUT' });
			expect([response.status, await response.text()]).toEqual([404, 'No matching routes found']);
			expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
		},
	);

	it('is none for a path with another method', async () => {
		expect((await site('/method', { method: 'POST' })).status).toBe(404);
	});

	it('is not asked for a method that Convex does not route', async () => {
		const answer = await exchange(
			'PROPFIND /method HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
		);
		expect(answer).toMatch(/^HTTP\/1\.1 405 /);
		expect(answer).toMatch(/\r\nallow: GET,HEAD,POST,DELETE,PATCH,PUT,OPTIONS\r\n/i);
	});

	it.each([
		'GET http://[ HTTP/1.1\r\nHost: a',
		'GET /request HTTP/1.1\r\nHost: [',
		'GET * HTTP/1.1\r\nHost: a',
	])('of a request that makes no URL does no harm: %j', async (head) => {
		await exchange(`${head}\r\nConnection: close\r\n\r\n`);
		expect((await site('/method', { method: 'PUT' })).status).toBe(200);
	});
});

describe('a component', () => {
	it('answers below its prefix, with functions, files and paths of its own', async () => {
		const response = await site('/spare/count');
		expect(await response.json()).toEqual({
			files: 1,
			storageId: expect.any(String),
			path: '/spare/count',
		});
		expect((await convex.call('query', 'storage:documents')).value).toEqual([]);
	});

	it('has its own file in the stack of its failures', async () => {
		expect((await failureOf('/spare/broken')).trace).toBe(
			'Uncaught Error: no such part\n    at <anonymous> (../parts/http.ts:1:1)\n',
		);
	});

	it('answers for itself what it does not know', async () => {
		expect((await site('/spare/nowhere')).status).toBe(404);
	});
});

it('the list of functions has the routes, by method and path', async () => {
	const { data } = await axios.post(
		`${convex.deployment.url}/api/query`,
		{ path: '_system/cli/modules:apiSpec', args: {} },
		{ headers: { Authorization: `Convex ${convex.deployment.deployKey}` } },
	);
	expect(data.value).toEqual(
		expect.arrayContaining([
			{ functionType: 'HttpAction', method: 'GET', path: '/files/*' },
			{ functionType: 'HttpAction', method: 'PUT', path: '/method' },
		]),
	);
});

it('the list of components has the prefix under which each one is served', async () => {
	const { data } = await axios.post(
		`${convex.deployment.url}/api/query`,
		{ path: '_system/frontend/components:list', args: {} },
		{ headers: { Authorization: `Convex ${convex.deployment.deployKey}` } },
	);
	const prefixes = data.value.map(({ path, httpPrefix }: Record<string, string>) => [
		path,
		httpPrefix,
	]);
	expect(prefixes).toEqual(
		expect.arrayContaining([
			['', null],
			['spareParts', '/spare/'],
		]),
	);
});

it('any deploy key learns where the deployment and its HTTP actions are, and nobody else', async () => {
	const { url, siteUrl } = convex.deployment;
	const ask = async (key?: string) =>
		await axios.get(`${url}/api/v1/get_canonical_urls`, {
			...(key !== undefined && { headers: { Authorization: `Convex ${key}` } }),
			validateStatus: () => true,
		});
	const key = await convex.deployment.createKey(['deployment:data:view']);
	expect((await ask(key)).data).toEqual({ convexCloudUrl: url, convexSiteUrl: siteUrl });
	expect((await ask()).data).toMatchObject({ code: 'BadDeployKey' });
});

it('a fault hits an HTTP action as any request', async () => {
	await convex.deployment.addFault({ kind: 'serverError', status: 503, path: '/http/method' });
	expect((await site('/method', { method: 'PUT' })).status).toBe(503);
	expect((await site('/method', { method: 'PUT' })).status).toBe(200);
});

it('the site goes down and comes back with the deployment', async () => {
	await convex.deployment.goDown();
	await expect(site('/method', { method: 'PUT' })).rejects.toThrow();
	await convex.deployment.comeBack();
	expect((await site('/method', { method: 'PUT' })).status).toBe(200);
});

describe('the sample app', () => {
	const sample = useEmbeddedDeployment('none');

	it('takes a task by its webhook, lists tasks, and refuses one without a title', async () => {
		const url = `${sample.deployment.siteUrl}/tasks`;
		const created = await axios.post(url, { title: 'Call Ada' });
		expect([created.status, created.data]).toEqual([201, { id: expect.any(String) }]);
		const { data } = await axios.get(url);
		expect(data).toEqual([expect.objectContaining({ _id: created.data.id, title: 'Call Ada' })]);
		const refused = await axios.post(url, {}, { validateStatus: () => true });
		expect([refused.status, refused.data]).toEqual([400, { error: 'A task needs a title.' }]);
	});

	it('refuses an order with details, and echoes what it was sent', async () => {
		const { siteUrl } = sample.deployment;
		const refused = await axios.post(`${siteUrl}/orders`, {}, { validateStatus: () => true });
		expect([refused.status, refused.data.data]).toEqual([500, { reason: 'soldOut', left: 0 }]);
		const token = await sample.deployment.signToken({ name: 'Ada' });
		const { data } = await axios.post(`${siteUrl}/echo/a?b=1`, 'text', {
			headers: { Authorization: `Bearer ${token}` },
		});
		expect(data).toMatchObject({ path: '/echo/a?b=1', body: 'text', user: 'Ada' });
	});

	it('keeps uploads by name, until they are removed with their files', async () => {
		const call = async (type: string, path: string, args: object) =>
			(await axios.post(`${sample.deployment.url}/api/${type}`, { path, args })).data.value;
		const uploadUrl = await call('mutation', 'uploads:generateUploadUrl', {});
		const { data } = await axios.post(uploadUrl, 'hi', {
			headers: { 'Content-Type': 'text/plain' },
		});
		await call('mutation', 'uploads:save', { ...data, name: 'hi.txt' });
		const url = await call('query', 'uploads:url', data);
		expect(await call('query', 'uploads:list', {})).toEqual([
			expect.objectContaining({ ...data, name: 'hi.txt', url, size: 2, contentType: 'text/plain' }),
		]);
		await call('mutation', 'uploads:remove', data);
		expect(await call('query', 'uploads:list', {})).toEqual([]);
		expect(await call('query', 'uploads:url', data)).toBeNull();
	});
});

it('an app without http.ts says that it has no HTTP actions', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'n8n-nodes-convex-'));
	await writeFile(join(folder, 'empty.ts'), 'export {};\n');
	const deployment = await startDeployment(folder);
	try {
		const response = await fetch(`${deployment.siteUrl}/anything`);
		expect(response.status).toBe(404);
		expect(await response.text()).toBe(
			'This Convex deployment does not have HTTP actions enabled.',
		);
	} finally {
		await deployment.stop();
		await rm(folder, { recursive: true });
	}
});
