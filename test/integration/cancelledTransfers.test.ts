/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer, type TestServer } from '../support/awkwardServers';
import { runConvex, type ConvexRunOptions } from '../support/convexNode';
import { tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { useFileStorage } from '../support/fileStorage';
import { ofFiles, storedFile } from '../support/files';
import { requestToPath } from '../support/httpActions';
import { adminRequests, importing } from '../support/importRequests';
import { until } from '../support/waiting';

/** Executions that are stopped while something large is on its way. Files are on disk. */
const convex = useEmbeddedDeployment('deployKey');

useFileStorage();

const tables = tablesOf(convex);

const { documents, systemQuery } = adminRequests(() => convex.deployment);

const MEBIBYTE = 2 ** 20;
const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const UPLOAD_URL = `https://a.example/api/storage/upload?token=${'0123456789abcdef'.repeat(2)}`;

/** What is left of a request at a server that holds it. */
interface Held {
	request: IncomingMessage;
	isClosed: boolean;
}

/** Answers calls of functions with an upload URL, and holds every other request in its middle. */
async function startHoldingServer(): Promise<TestServer & { held: Held[] }> {
	const held: Held[] = [];
	const hold = (request: IncomingMessage, response: ServerResponse) => {
		const one = { request, isClosed: false };
		response.on('close', () => (one.isClosed = true));
		if (request.method !== 'GET') {
			// Nothing more of the body is taken.
			request.once('data', () => {
				request.pause();
				held.push(one);
			});
			return;
		}
		const digest = createHash('sha256').update('other').digest('base64');
		response.writeHead(200, {
			'content-type': 'application/octet-stream',
			'content-length': 64 * MEBIBYTE,
			digest: `sha-256=${digest}`,
		});
		response.write(Buffer.alloc(MEBIBYTE), () => held.push(one));
	};
	const server = await startHttpServer((request, response) => {
		if (request.url?.startsWith('/api/mutation') !== true) return hold(request, response);
		request.resume().on('end', () => {
			response.end(JSON.stringify({ status: 'success', value: UPLOAD_URL }));
		});
	});
	return { ...server, held };
}

/** How many files of n8n's storage of binary data this process has open. */
const openFiles = () =>
	readdirSync('/proc/self/fd').filter((descriptor) => {
		try {
			return /binary/i.test(readlinkSync(`/proc/self/fd/${descriptor}`));
		} catch {
			return false;
		}
	}).length;

let server: Awaited<ReturnType<typeof startHoldingServer>>;
beforeEach(async () => {
	server = await startHoldingServer();
});
afterEach(async () => await server.stop());

/** Stops an execution when the server holds one of its requests, and waits until nothing is left of it. */
async function stopInTheMiddle(options: Omit<ConvexRunOptions, 'credential'>): Promise<void> {
	const cancel = new AbortController();
	const credential = {
		...convex.credential,
		deploymentUrl: server.url,
		siteUrl: server.url,
	};
	const running = runConvex({ credential, cancelSignal: cancel.signal, ...options });
	await until(() => server.held.length === 1);
	cancel.abort();
	await running.catch(() => undefined);
	// Who does not read does not see that a connection was closed.
	for (const { request } of server.held) request.resume();
	await until(() => server.held.every(({ isClosed }) => isClosed));
	await until(() => openFiles() === 0);
	expect(server.held).toHaveLength(1);
}

describe('an execution that is stopped', () => {
	it('in the middle of an upload ends it, and uploads no other file', async () => {
		const data = await storedFile(convex, Buffer.alloc(16 * MEBIBYTE));
		await stopInTheMiddle({
			parameters: ofFiles('upload'),
			input: [0, 1].map(() => ({ json: {}, binary: { data } })),
			settings: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 3 },
		});
		expect(server.held.map(({ request }) => request.complete)).toEqual([false]);
	});

	it('in the middle of a download ends it, and requests no other file', async () => {
		const url = `${server.url}/api/storage/${UUID}`;
		await stopInTheMiddle({
			parameters: ofFiles('download', { storageId: url }),
			input: [{}, {}],
			settings: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 3 },
		});
	});

	it.each(['auto', 'file'])(
		'in the middle of the answer of an HTTP action ends it: %s',
		async (response) => {
			await stopInTheMiddle({
				parameters: requestToPath('GET', '/a', { response, options: { retry: 'idempotent' } }),
				input: [{}, {}],
			});
		},
	);

	it('in the middle of a file for an HTTP action ends it', async () => {
		const data = await storedFile(convex, Buffer.alloc(16 * MEBIBYTE));
		await stopInTheMiddle({
			parameters: requestToPath('PUT', '/a', { body: 'binary', options: { retry: 'idempotent' } }),
			input: [0, 1].map(() => ({ json: {}, binary: { data } })),
		});
		expect(server.held.map(({ request }) => request.complete)).toEqual([false]);
	});
});

describe('an execution that is stopped during an import', () => {
	const rows = (count: number) =>
		Array.from({ length: count }, (_, index) => ({ name: `${index}`, value: 'x'.repeat(100_000) }));

	const requestsTo = async (path: string) =>
		(await convex.deployment.requestStats()).endpoints[path]?.requests ?? 0;

	/** Stops it when the deployment has got so many requests for a path. */
	const stopAt = async (path: string, count: number, options: Parameters<typeof convex.run>[0]) => {
		const cancel = new AbortController();
		const running = convex.run({ ...options, cancelSignal: cancel.signal });
		await until(async () => (await requestsTo(path)) >= count);
		cancel.abort();
		await running.catch(() => undefined);
	};

	it('uploads no further part, and leaves no import behind', async () => {
		const path = '/api/import/upload_part';
		await convex.deployment.addFault({ kind: 'delay', ms: 3_000, skip: 1, path });
		await stopAt(path, 2, {
			parameters: importing('boards', 'append'),
			input: rows(180),
			settings: { retryOnFail: true, maxTries: 3 },
		});
		expect(await requestsTo('/api/import/finish_upload')).toBe(0);
		expect(await requestsTo(path)).toBe(2);
		expect((await systemQuery('_system/cli/queryImport:list')).value).toEqual([]);
		expect(await documents('boards')).toEqual([]);
	});

	it('by key writes no further rows', async () => {
		const path = '/api/streaming_import/import_airbyte_records';
		await convex.deployment.addFault({ kind: 'delay', ms: 3_000, skip: 1, path });
		const input = Array.from({ length: 3_500 }, (_, index) => ({ name: `${index}`, value: index }));
		await stopAt(path, 2, {
			parameters: importing('boards', 'upsert', { keyFields: 'name' }),
			input,
			settings: { onError: 'continueErrorOutput', retryOnFail: true, maxTries: 3 },
		});
		expect(await requestsTo(path)).toBe(2);
		expect([1_000, 2_000]).toContain((await tables.rows('boards')).length);
	});
});
