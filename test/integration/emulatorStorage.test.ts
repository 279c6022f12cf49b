/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { makeFunctionReference } from 'convex/server';
import { startDeployment } from '../../emulator/client';
import { useSecondApp } from '../support/secondApp';
import { useConvexClients } from '../support/syncClients';

/** Files of an app: their upload, their URLs, and what functions see of them. */
const convex = useSecondApp();

const openClient = useConvexClients(() => convex.deployment.url);

const HOUR_MS = 3_600_000;
const MEBIBYTE = 2 ** 20;

const sha256 = (content: string | Uint8Array, encoding: 'base64' | 'hex') =>
	createHash('sha256').update(content).digest(encoding);

async function uploadUrl(path = 'storage:uploadUrl'): Promise<string> {
	return (await convex.call('mutation', path)).value;
}

interface Upload {
	content?: string | Uint8Array<ArrayBuffer>;
	headers?: Record<string, string>;
	url?: string;
}

/** An id, or why there is none. */
interface UploadAnswer {
	storageId: string;
	code?: string;
}

async function upload({ content = 'hello world', headers = {}, url }: Upload = {}) {
	const response = await fetch(url ?? (await uploadUrl()), {
		method: 'POST',
		body: typeof content === 'string' ? Buffer.from(content) : content,
		headers,
	});
	const body: UploadAnswer = JSON.parse(await response.text());
	return { status: response.status, body };
}

async function urlOf(storageId: string): Promise<string> {
	return (await convex.call('query', 'storage:url', { storageId })).value;
}

/** The URL of a new file. */
async function served(content?: Upload['content'], headers?: Upload['headers']): Promise<string> {
	const { body } = await upload({
		...(content !== undefined && { content }),
		...(headers && { headers }),
	});
	return await urlOf(body.storageId);
}

const TEXT = { 'Content-Type': 'text/plain' };

describe('an upload', () => {
	it('goes to a URL of the deployment and gives the id of a file that its URL serves', async () => {
		const url = await uploadUrl();
		expect(url).toMatch(
			new RegExp(`^${convex.deployment.url}/api/storage/upload\\?token=[0-9a-f]+$`),
		);
		const { status, body } = await upload({ url, headers: TEXT });
		expect({ status, body }).toEqual({ status: 200, body: { storageId: expect.any(String) } });
		const response = await fetch(await urlOf(body.storageId));
		expect(response.status).toBe(200);
		expect(Object.fromEntries(response.headers)).toMatchObject({
			'content-type': 'text/plain',
			'content-length': '11',
			'cache-control': 'private, max-age=2592000',
			'accept-ranges': 'bytes',
			digest: `sha-256=${sha256('hello world', 'base64')}`,
		});
		expect(await response.text()).toBe('hello world');
	});

	it('may be repeated to the same URL within the hour, and makes another file', async () => {
		const url = await uploadUrl();
		const [one, two] = [await upload({ url }), await upload({ url, content: 'again' })];
		expect(two.status).toBe(200);
		expect(two.body.storageId).not.toBe(one.body.storageId);
		expect(await (await fetch(await urlOf(one.body.storageId))).text()).toBe('hello world');
		expect(await (await fetch(await urlOf(two.body.storageId))).text()).toBe('again');
	});

	it('is refused by a URL that is an hour old, and taken just before', async () => {
		const url = await uploadUrl();
		await convex.deployment.advanceClock(HOUR_MS - 60_000);
		expect((await upload({ url })).status).toBe(200);
		await convex.deployment.advanceClock(60_000);
		expect(await upload({ url })).toEqual({
			status: 401,
			body: { code: 'StorageTokenExpired', message: 'Store File Authorization expired' },
		});
	});

	it.each([
		['that is none', () => 'coffee'],
		['that is empty', () => ''],
		[
			'that was changed',
			(token: string) => token.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
		],
		['that was cut', (token: string) => token.slice(0, -2)],
		['with something after it', (token: string) => `${token}00`],
		['in capitals', (token: string) => token.toUpperCase()],
	])('is refused with a token %s', async (_case, change) => {
		const url = new URL(await uploadUrl());
		url.searchParams.set('token', change(url.searchParams.get('token') ?? ''));
		expect(await upload({ url: url.href })).toEqual({
			status: 401,
			body: {
				code: 'StorageTokenInvalid',
				message: "Couldn't decode the StoreFileAuthorization token",
			},
		});
	});

	it('is refused with the token of another deployment', async () => {
		const other = await startDeployment(join(__dirname, '..', 'support', 'secondApp'));
		try {
			const url = (await uploadUrl()).replace(convex.deployment.url, other.url);
			expect((await upload({ url })).body.code).toBe('StorageTokenInvalid');
		} finally {
			await other.stop();
		}
	});

	it('is refused without a token', async () => {
		const { status, body } = await upload({ url: `${convex.deployment.url}/api/storage/upload` });
		expect([status, body.code]).toEqual([400, 'BadQueryArgs']);
	});

	it('is taken when its digest is right, and refused when it is another', async () => {
		const digest = `sha-256=${sha256('hello world', 'base64')}`;
		expect((await upload({ headers: { Digest: digest } })).status).toBe(200);
		expect(await upload({ content: 'other', headers: { Digest: digest } })).toEqual({
			status: 400,
			body: {
				code: 'Sha256Mismatch',
				message: `Sha256 mismatch. Expected: ${sha256('hello world', 'base64')} Actual: ${sha256('other', 'base64')}`,
			},
		});
		expect((await convex.call('query', 'storage:documents')).value).toHaveLength(1);
	});

	it.each([
		['a digest that is no sha-256', { Digest: 'md5=abc' }, 'digest'],
		['a digest in hexadecimal', { Digest: `sha-256=${sha256('hello world', 'hex')}` }, 'digest'],
		[
			'a digest without its padding',
			{ Digest: `sha-256=${sha256('hello world', 'base64').replace('=', '')}` },
			'digest',
		],
		['a blank before a parameter', { 'Content-Type': 'text/html ; charset=utf-8' }, 'content-type'],
		['a content type without a subtype', { 'Content-Type': 'text' }, 'content-type'],
		['a content type with a slash too many', { 'Content-Type': 'a/b/c' }, 'content-type'],
	])('is refused with %s', async (_case, headers: Record<string, string>, name) => {
		expect(await upload({ headers })).toEqual({
			status: 400,
			body: { code: 'BadHeader', message: `Bad header for ${name}: invalid HTTP header` },
		});
	});

	it('of nothing is a file of nothing', async () => {
		const response = await fetch(await served('', TEXT));
		expect(response.headers.get('content-length')).toBe('0');
		expect(await response.text()).toBe('');
	});

	it('of 20 MiB is a file with just these bytes', async () => {
		const content = Uint8Array.from({ length: 20 * MEBIBYTE }, (_, index) => (index * 7919) >> 5);
		const response = await fetch(await served(content));
		const received = new Uint8Array(await response.arrayBuffer());
		expect(received.length).toBe(content.length);
		expect(sha256(received, 'hex')).toBe(sha256(content, 'hex'));
	});

	it('without a content type is served without one', async () => {
		const url = await served();
		expect((await fetch(url)).headers.get('content-type')).toBeNull();
		const [document] = (await convex.call('query', 'storage:documents')).value;
		expect(document.contentType).toBeNull();
	});

	it('may come from a web page of any origin, which the browser asks for first', async () => {
		const url = await uploadUrl();
		const origin = 'https://shop.test';
		const asked = await fetch(url, {
			method: 'OPTIONS',
			headers: {
				Origin: origin,
				'Access-Control-Request-Method': 'POST',
				'Access-Control-Request-Headers': 'content-type,digest',
			},
		});
		expect(asked.status).toBe(200);
		expect(Object.fromEntries(asked.headers)).toMatchObject({
			'access-control-allow-origin': origin,
			'access-control-allow-credentials': 'true',
			'access-control-allow-headers': 'content-type,digest',
			'access-control-allow-methods': expect.stringContaining('POST'),
			'access-control-max-age': '86400',
		});
		const taken = await fetch(url, { method: 'POST', body: 'a', headers: { Origin: origin } });
		expect(taken.headers.get('access-control-allow-origin')).toBe(origin);
	});

	it('that breaks off leaves no file', async () => {
		const url = new URL(await uploadUrl());
		await new Promise<void>((resolve) => {
			const request = httpRequest(url, { method: 'POST', headers: { 'Content-Length': 1000 } });
			request.once('error', () => resolve());
			request.write('only a part', () => request.destroy());
		});
		expect((await convex.call('query', 'storage:documents')).value).toEqual([]);
	});
});

describe('the URL of a file', () => {
	it.each([
		['bytes=2-4', 206, 'llo', 'bytes 2-4/11', '3'],
		['bytes=6-', 206, 'world', 'bytes 6-10/11', '5'],
		['bytes=-', 206, 'hello world', 'bytes 0-10/11', '11'],
		['bytes=0-0,x', 206, 'h', 'bytes 0-0/11', '1'],
		// The backend repeats what was asked for, beyond the end too.
		['bytes=6-99', 206, 'world', 'bytes 6-99/11', '5'],
		['bytes=50-60', 206, '', 'bytes 50-60/11', '0'],
		['bytes=5-2', 206, '', 'bytes 5-2/11', '0'],
		// It does not know the length when it reads the header.
		['bytes=-5', 206, '', 'bytes 18446744073709551610-10/11', '0'],
		['items=0-1', 200, 'hello world', null, '11'],
	])('answers the range %s with status %i', async (range, status, text, contentRange, length) => {
		const response = await fetch(await served('hello world', TEXT), { headers: { Range: range } });
		expect(response.status).toBe(status);
		expect(response.headers.get('content-range')).toBe(contentRange);
		expect(response.headers.get('content-length')).toBe(length);
		expect(response.headers.get('content-type')).toBe('text/plain');
		expect(await response.text()).toBe(text);
	});

	it.each(['bytes=0-1,3-4', 'bytes=', 'bytes=abc', 'bytes=1', 'bytes=1-2-3'])(
		'cannot satisfy the range %s',
		async (range) => {
			const response = await fetch(await served(), { headers: { Range: range } });
			expect([response.status, await response.text()]).toEqual([416, '']);
		},
	);

	it('has no digest for a range, and no range for an empty file', async () => {
		const headers = { Range: 'bytes=0-0' };
		const part = await fetch(await served(), { headers });
		expect(part.headers.get('digest')).toBeNull();
		const empty = await fetch(await served('', TEXT), { headers });
		expect([empty.status, empty.headers.get('content-range')]).toEqual([200, null]);
	});

	it('answers HEAD with the headers alone', async () => {
		const response = await fetch(await served(), { method: 'HEAD' });
		expect([response.status, response.headers.get('content-length')]).toEqual([200, '11']);
	});

	it.each([
		['00000000-0000-4000-8000-000000000000', 404, 'FileNotFound'],
		['nonsense', 400, 'InvalidStoragePath'],
		['%zz', 400, 'InvalidStoragePath'],
	])('of nobody, %s, is answered with status %i', async (path, status, code) => {
		const response = await fetch(`${convex.deployment.url}/api/storage/${path}`);
		expect(response.status).toBe(status);
		expect(await response.json()).toMatchObject({ code });
	});

	it('leads nowhere once the file is deleted', async () => {
		const { body } = await upload();
		const url = await urlOf(body.storageId);
		expect((await convex.call('mutation', 'storage:remove', body)).status).toBe('success');
		expect(await urlOf(body.storageId)).toBeNull();
		const response = await fetch(url);
		const [, uuid = ''] = /([0-9a-f-]{36})$/.exec(url) ?? [];
		expect(response.status).toBe(404);
		expect(await response.json()).toEqual({
			code: 'FileNotFound',
			message: `File ${uuid} not found`,
		});
	});

	it('is not the id of the file', async () => {
		const { body } = await upload();
		expect(await urlOf(body.storageId)).not.toContain(body.storageId);
	});

	it('is forgotten by a reset', async () => {
		const url = await served();
		await convex.deployment.reset();
		expect((await fetch(url)).status).toBe(404);
	});
});

describe('a function', () => {
	it('finds size, type and the sha-256 in base64 in the document of a file', async () => {
		const { body } = await upload({ headers: TEXT });
		expect((await convex.call('query', 'storage:documents')).value).toEqual([
			{
				_id: body.storageId,
				_creationTime: expect.any(Number),
				size: 11,
				contentType: 'text/plain',
				sha256: sha256('hello world', 'base64'),
			},
		]);
	});

	it('gets the sha-256 in hexadecimal and the UUID of the URL from getMetadata', async () => {
		const { body } = await upload({ headers: TEXT });
		const { value } = await convex.call('query', 'storage:metadata', body);
		expect(value).toMatchObject({ size: 11, sha256: sha256('hello world', 'hex') });
		expect(await urlOf(body.storageId)).toBe(
			`${convex.deployment.url}/api/storage/${value.storageId}`,
		);
		expect(await urlOf(value.storageId)).toBe(await urlOf(body.storageId));
	});

	it('stores and reads a file in an action, by either id', async () => {
		const content = { $bytes: Buffer.from('bolt').toString('base64') };
		const args = { content, contentType: 'Image/PNG', sha256: sha256('bolt', 'base64') };
		const { value: storageId } = await convex.call('action', 'storage:store', args);
		const read = { type: 'image/png', content };
		expect((await convex.call('action', 'storage:read', { storageId })).value).toEqual(read);
		const { value } = await convex.call('query', 'storage:metadata', { storageId });
		const byUuid = { storageId: value.storageId };
		expect((await convex.call('action', 'storage:read', byUuid)).value).toEqual(read);
	});

	it('is told why a file is not stored', async () => {
		const content = { $bytes: Buffer.from('bolt').toString('base64') };
		const mismatch = { content, sha256: sha256('nut', 'base64') };
		expect(await convex.errorOf('action', 'storage:store', mismatch)).toMatch(
			/^Uncaught Error: Sha256 mismatch\. Expected: \S+ Actual: \S+\n/,
		);
		expect(await convex.errorOf('action', 'storage:store', { content, sha256: 'no' })).toMatch(
			/^Uncaught Error: invalid HTTP header\n/,
		);
		expect(await convex.errorOf('action', 'storage:storeText')).toMatch(
			/^Uncaught Error: store\(\) expects a Blob\. /,
		);
		expect((await convex.call('query', 'storage:documents')).value).toEqual([]);
	});

	it('no longer sees a file that it deletes itself, nor do others once it has ended', async () => {
		const { body } = await upload();
		const args = { ...body, fail: false };
		expect((await convex.call('mutation', 'storage:removeAndLook', args)).value).toEqual({
			before: true,
			after: false,
		});
		expect((await convex.call('query', 'storage:documents')).value).toEqual([]);
	});

	it('that fails keeps the file that it deleted', async () => {
		const { body } = await upload();
		const url = await urlOf(body.storageId);
		const error = await convex.errorOf('mutation', 'storage:removeAndLook', {
			...body,
			fail: true,
		});
		expect(error).toMatch(/^Uncaught Error: changed its mind/);
		expect((await fetch(url)).status).toBe(200);
		expect(await urlOf(body.storageId)).toBe(url);
	});

	it.each(['mutation', 'action'])('deletes a file once, in %s too', async (type) => {
		const path = type === 'action' ? 'storage:removeInAction' : 'storage:remove';
		const { body } = await upload();
		expect((await convex.call(type, path, body)).status).toBe('success');
		expect(await convex.errorOf(type, path, body)).toMatch(
			new RegExp(`^Uncaught Error: storage id ${body.storageId} not found\n`),
		);
		expect((await convex.call('action', 'storage:read', body)).value).toBeNull();
	});

	it.each([
		[
			'nonsense',
			'Invalid argument `storageId` for `storage.delete`: Invalid storage ID: "nonsense".',
		],
		[7, 'Invalid arguments for `storage.delete`: invalid type: number, expected a string'],
	])('cannot name a file %j', async (storageId, message) => {
		expect(await convex.errorOf('mutation', 'storage:remove', { storageId })).toContain(
			`Uncaught Error: ${message}`,
		);
	});

	it('cannot name a file by the id of another table', async () => {
		await convex.call('mutation', 'jobs:scheduleCancelAll');
		const { value: storageId } = await convex.call('mutation', 'jobs:scheduleCancelAll');
		expect(await convex.errorOf('query', 'storage:url', { storageId })).toMatch(
			/^Uncaught Error: Invalid storage ID\. Storage ID cannot be an ID on any table other than/,
		);
	});
});

describe('a component', () => {
	it('has files of its own, behind URLs that name it', async () => {
		const url = await uploadUrl('storage:uploadUrlOfPart');
		const { body } = await upload({ url, content: 'part' });
		const { value } = await convex.call('query', 'storage:urlOfPart', body);
		expect(value).toMatch(/\?component=.+$/);
		expect(await (await fetch(value)).text()).toBe('part');
		expect((await convex.call('query', 'storage:documents')).value).toEqual([]);
		expect(await urlOf(body.storageId)).toBeNull();
	});

	it('does not serve the files of the app, nor the app its own', async () => {
		const own = await served();
		const { value: storageId } = await convex.call('action', 'storage:storeInPart', {
			text: 'part',
		});
		const { value: url } = await convex.call('query', 'storage:urlOfPart', { storageId });
		const component = new URL(url).search;
		expect((await fetch(`${own}${component}`)).status).toBe(404);
		expect((await fetch(url.replace(component, ''))).status).toBe(404);
		expect((await fetch(url)).status).toBe(200);
		expect((await fetch(`${own}?component=nonsense`)).status).toBe(500);
	});
});

it("Convex's own client, which watches the documents of files, is told of an upload", async () => {
	const client = openClient();
	const documents = makeFunctionReference<'query', Record<string, never>, object[]>(
		'storage:documents',
	);
	const { promise, resolve } = Promise.withResolvers<object[]>();
	const lengths: number[] = [];
	client.onUpdate(documents, {}, (list) => {
		lengths.push(list.length);
		if (list.length === 0) void upload();
		else resolve(list);
	});
	expect(await promise).toEqual([expect.objectContaining({ size: 11 })]);
	expect(lengths).toEqual([0, 1]);
});
