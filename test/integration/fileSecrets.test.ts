import { startHttpServer } from '../support/awkwardServers';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { contentOf, itemWithFile, ofFiles, sha256Of } from '../support/files';
import { openHttp } from '../support/syncClients';

const convex = useEmbeddedDeployment('deployKey');

const MARK = '0123456789abcdef0123456789abcdef';
const UPLOAD = '/api/storage/upload';

const urlAt = (origin: string) => `${origin}${UPLOAD}?token=${MARK}`;

/** Has Convex give this for an upload URL, once. */
const givesUploadUrl = async (value: unknown) =>
	await convex.deployment.addFault({
		kind: 'answer',
		path: '/api/mutation',
		status: 200,
		body: { status: 'success', value: value as string },
	});

const upload = async (options: object = {}) =>
	await convex.run({
		parameters: ofFiles('upload', {}, { maxRetries: 0, ...options }),
		input: [itemWithFile('hello')],
	});

describe('the secret of an upload URL', () => {
	it.each([
		{ status: 400, body: { code: 'BadHeader', message: `Bad header of ${urlAt('http://a')}` } },
		{ status: 503, body: `<html>${MARK}</html>` },
		{ status: 302, body: '', headers: { location: urlAt('https://elsewhere.example') } },
		{ status: 200, body: { url: MARK } },
	])('is in no error and no item when the server quotes it: $status', async (answer) => {
		await givesUploadUrl(urlAt(convex.deployment.url));
		await convex.deployment.addFault({ kind: 'answer', path: UPLOAD, ...answer });
		const { run, stoppedBy } = await upload();
		expect(stoppedBy?.message).toBeDefined();
		expect(JSON.stringify(run.data)).not.toContain(MARK);
		expect(stoppedBy?.message).not.toContain(MARK);
	});

	it('is in no error when the network breaks, and in no item when all goes well', async () => {
		await convex.deployment.addFault({ kind: 'dropBefore', path: UPLOAD });
		const broken = await upload();
		expect(JSON.stringify([broken.run.data, broken.stoppedBy])).not.toContain('token=');
		const { run, success } = await upload();
		expect(success).toHaveLength(1);
		expect(JSON.stringify(run.data)).not.toContain('token=');
	});
});

describe('an upload', () => {
	it('goes to the deployment of the credential, whatever origin its URL has', async () => {
		const url = await openHttp(convex.deployment.url).mutation('uploads:generateUploadUrl', {});
		await givesUploadUrl(String(url).replace(/^http:\/\/[^/]+/, 'https://elsewhere.example'));
		const { success, stoppedBy } = await upload();
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.sha256).toBe(sha256Of('hello'));
	});

	it.each([
		'https://elsewhere.example/upload?token=a',
		`file://${UPLOAD}?token=a`,
		UPLOAD,
		'',
		7,
		null,
		{ url: urlAt('https://a.example') },
	])('sends nothing to what is no upload URL: %p', async (value) => {
		await givesUploadUrl(value);
		const { stoppedBy } = await upload();
		expect(stoppedBy?.message).toMatch(/^This version of Convex does not give an upload URL as/);
		expect(JSON.stringify(stoppedBy)).not.toContain(MARK);
	});

	it('names the mutation that returned no upload URL, and calls it in no other attempt', async () => {
		const { stoppedBy } = await convex.run({
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
			parameters: ofFiles('upload', {
				uploadUrlFrom: 'function',
				functionPath: { __rl: true, mode: 'path', value: 'counters:increment' },
				argumentsJson: '={{ { name: "a" } }}',
			}),
			input: [itemWithFile('hello')],
		});
		expect(stoppedBy).toMatchObject({
			message:
				"'counters:increment' did not return the upload URL of a file. It has run: do not call it again before checking in Convex what it changed.",
			context: {
				data: expect.objectContaining({
					functionPath: 'counters:increment',
					outcome: 'unknown',
					retryable: false,
				}),
			},
		});
		expect(await convex.deployment.executions()).toEqual({ 'counters:increment': 1 });
	});
});

const UUID = '01234567-89ab-cdef-0123-456789abcdef';

describe('the URL of a file', () => {
	it.each([
		`file:///api/storage/${UUID}`,
		`//elsewhere.example/api/storage/${UUID}`,
		`https://elsewhere.example/${UUID}`,
		`https://elsewhere.example/api/storage/${UUID}/../secret`,
		`https://elsewhere.example/api/storage/${UUID}?component=../a`,
		'https://elsewhere.example/api/storage/',
		'http://169.254.169.254/latest/meta-data',
		'javascript:alert(1)',
		'a'.repeat(10_000),
	])('is refused before anything is sent where it is none: %.60s', async (storageId) => {
		const { stoppedBy } = await convex.run({ parameters: ofFiles('download', { storageId }) });
		expect(stoppedBy?.message).toBe(
			"'Storage ID or URL' is neither the ID of a file nor the URL of one [item 0]",
		);
	});

	it('leads to the deployment of the credential, whatever origin it has', async () => {
		const elsewhere = await startHttpServer((_request, response) => response.end('stolen'));
		const { success } = await upload();
		const storageId = String(success[0]?.json.storageId);
		const url = String(await openHttp(convex.deployment.url).query('uploads:url', { storageId }));
		const { pathname } = new URL(url);
		const downloaded = await convex.run({
			parameters: ofFiles('download', { storageId: `${elsewhere.url}${pathname}?a=b#c` }),
		});
		await elsewhere.stop();
		expect(contentOf(downloaded.success[0])).toBe('hello');
	});

	it('is requested without the credential, and no redirect is followed', async () => {
		const requests: Array<{ url: string; authorization: string | undefined }> = [];
		const server = await startHttpServer((request, response) => {
			requests.push({ url: String(request.url), authorization: request.headers.authorization });
			response.writeHead(302, { location: '/elsewhere' }).end();
		});
		const { stoppedBy } = await convex.run({
			credential: { ...convex.credential, deploymentUrl: server.url },
			parameters: ofFiles('download', { storageId: `https://a.example/api/storage/${UUID}` }),
		});
		await server.stop();
		expect(stoppedBy?.message).toMatch(/redirects/);
		expect(requests).toEqual([{ url: `/api/storage/${UUID}`, authorization: undefined }]);
	});
});

it('an upload carries no credential, and its checksum and length', async () => {
	const heads: object[] = [];
	const server = await startHttpServer((request, response) => {
		const { authorization, digest, ...headers } = request.headers;
		if (request.url?.startsWith(UPLOAD) === true) {
			heads.push({ authorization, digest, length: headers['content-length'] });
		}
		request.resume().on('end', () => {
			const value = urlAt('https://a.example');
			const answer = request.url?.startsWith(UPLOAD) === true ? { storageId: 'a1' } : undefined;
			response.end(JSON.stringify(answer ?? { status: 'success', value }));
		});
	});
	const { success } = await convex.run({
		credential: { ...convex.credential, deploymentUrl: server.url },
		parameters: ofFiles('upload'),
		input: [itemWithFile('hello')],
	});
	await server.stop();
	expect(success[0]?.json.storageId).toBe('a1');
	const digest = `sha-256=${Buffer.from(sha256Of('hello'), 'hex').toString('base64')}`;
	expect(heads).toEqual([{ authorization: undefined, digest, length: '5' }]);
});
