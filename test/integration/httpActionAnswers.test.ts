import type { IBinaryData, NodeParameterValueType } from 'n8n-workflow';
import { startHttpServer, type TestServer } from '../support/awkwardServers';
import { convexForm } from '../support/convexNode';
import { requestTo, requestToPath } from '../support/httpActions';
import { useSecondApp } from '../support/secondApp';

const convex = useSecondApp();

const MEBIBYTE = 2 ** 20;

type Parameters = { [name: string]: NodeParameterValueType };

/** Runs the node with a site, that of the deployment unless another is given. */
const run = async (parameters: Parameters, siteUrl = convex.deployment.siteUrl) =>
	await convex.run({
		parameters,
		credential: { deploymentUrl: convex.deployment.url, siteUrl, authentication: 'none' },
	});

const bytesOf = (file: IBinaryData | undefined) => Buffer.from(file?.data ?? '', 'base64');

describe('an answer of an HTTP action', () => {
	it('is text where its content type says so', async () => {
		const { success } = await run(requestTo('GET /stream'));
		expect(success).toEqual([{ json: { text: 'one user null' }, pairedItem: { item: 0 } }]);
	});

	it('is text without a content type, if it can be', async () => {
		const { success } = await run(requestTo('DELETE /method'));
		expect(success[0]?.json).toEqual({ text: 'DELETE' });
	});

	it.each([
		['HEAD', '/request'],
		['GET', '/reflect?value=a'],
	])('is an empty item without a body: %s %s', async (method, path) => {
		for (const response of ['auto', 'json', 'text']) {
			const { success } = await run(requestToPath(method, path, { response }));
			expect(success).toEqual([{ json: {}, pairedItem: { item: 0 } }]);
		}
	});

	it('has its status and headers beside the body, if the user wants', async () => {
		const options = { acceptAnyStatus: true, fullResponse: true };
		const { success } = await run(requestTo('GET /headers', { options }));
		expect(success[0]?.json).toEqual({
			statusCode: 418,
			headers: expect.objectContaining({ 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] }),
			body: 'teapot',
		});
		const list = await run(requestTo('GET /user', { options }));
		expect(list.success[0]?.json.body).toEqual({ own: null, ofQuery: null });
	});

	it('may be taken as a result whatever its status', async () => {
		const { success } = await run(
			requestTo('GET /headers', { options: { acceptAnyStatus: true } }),
		);
		expect(success[0]?.json).toEqual({ text: 'teapot' });
	});

	it.each([
		['file', 'data'],
		['auto', 'answer'],
	])('is a file where it is one: %s', async (response, outputBinaryField) => {
		const { success } = await run(
			requestTo('GET /bytes/*', { restOfPath: 'whole/1000', response, outputBinaryField }),
		);
		const file = success[0]?.binary?.[outputBinaryField];
		expect(success[0]?.json).toEqual({});
		expect(file).toMatchObject({ fileName: '1000', mimeType: 'application/octet-stream' });
		expect(bytesOf(file)).toEqual(Buffer.alloc(1000));
	});

	it.each(['auto', 'file'])('of 20 MiB arrives as a file: %s', async (response) => {
		const { success } = await run(
			requestTo('GET /bytes/*', { restOfPath: `stream/${20 * MEBIBYTE}`, response }),
		);
		expect(bytesOf(success[0]?.binary?.data)).toHaveLength(20 * MEBIBYTE);
	});

	it.each(['auto', 'file', 'json', 'text'])(
		'that is cut off is a failure: %s',
		async (response) => {
			for (const [path, rest] of [
				['GET /brokenStream', ''],
				['GET /bytes/*', `whole/${20 * MEBIBYTE + 1}`],
			] as const) {
				const { stoppedBy } = await run(requestTo(path, { restOfPath: rest, response }));
				expect(stoppedBy?.message).toBe('The answer of the HTTP action was cut off');
				expect(stoppedBy?.context.data).toMatchObject({
					reason: 'answerCutOff',
					kind: 'network',
					httpStatus: 200,
					outcome: 'unknown',
				});
			}
		},
	);

	it('that is not the JSON that is wanted is a failure', async () => {
		const { stoppedBy } = await run(requestTo('PUT /method', { response: 'json' }));
		expect(stoppedBy?.message).toBe(
			'The answer of the HTTP action is not JSON. The HTTP action may have run: do not call it again before checking that in Convex.',
		);
		expect(stoppedBy?.context.data).toMatchObject({ reason: 'notAsAnnounced', httpStatus: 200 });
	});
});

it('the list of routes has those of components, under their prefix', async () => {
	const form = convexForm({
		credential: {
			deploymentUrl: convex.deployment.url,
			authentication: 'deployKey',
			token: convex.deployment.deployKey,
		},
		parameters: { resource: 'httpAction' },
	});
	const names = (await form.searchHttpRoutes('/spare/')).map(({ name }) => name);
	expect(names).toEqual(expect.arrayContaining(['GET /spare/count', 'GET /spare/own']));
	const { success } = await run(requestTo('GET /spare/count'));
	expect(success[0]?.json).toMatchObject({ files: 1, path: '/spare/count' });
});

describe('an answer of any server', () => {
	let server: TestServer;
	let answer: { status?: number; headers?: Record<string, string>; body: string | Buffer };
	let requests: string[];
	beforeAll(async () => {
		server = await startHttpServer((request, response) => {
			requests.push(`${request.method} ${request.url}`);
			response.writeHead(answer.status ?? 200, answer.headers);
			response.end(answer.body);
		});
	});
	beforeEach(() => {
		requests = [];
	});
	afterAll(async () => await server.stop());

	const json = { 'content-type': 'application/json; charset=utf-8' };

	const answered = async (given: typeof answer, parameters: Parameters = {}) => {
		answer = given;
		return await run(requestTo('POST /a', parameters), server.url);
	};

	it.each([
		['{"a":1}', [{ a: 1 }]],
		['[{"a":1},2]', [{ a: 1 }, { value: 2 }]],
		['"text"', [{ value: 'text' }]],
		['null', [{ value: null }]],
		['[]', []],
		// n8n would take an item with an error for a failed one.
		['{"error":"x"}', [{ value: { error: 'x' } }]],
	])('that is the JSON %s', async (body, items) => {
		const { success } = await answered({ headers: json, body });
		expect(success.map((item) => item.json)).toEqual(items);
	});

	it.each(['{"a":', '[1', '['.repeat(100_000), '{"a":['.repeat(1_000) + ']}'.repeat(1_000)])(
		'that says it is JSON and is not, or is nested without end',
		async (body) => {
			const { stoppedBy } = await answered({ headers: json, body });
			expect(stoppedBy?.message).toMatch(
				/^The answer of the HTTP action is (?:not JSON, although it says so|JSON that is nested too deeply)\. The/,
			);
		},
	);

	it('has no say in the prototype of an item', async () => {
		const { success } = await answered({
			headers: json,
			body: '{"__proto__":{"polluted":1},"a":1}',
		});
		expect(success[0]?.json.a).toBe(1);
		expect(success[0]?.json.polluted).toBeUndefined();
		expect('polluted' in {}).toBe(false);
	});

	it('is read by the charset that it names', async () => {
		const { success } = await answered({
			headers: { 'content-type': 'text/plain; charset="iso-8859-1"' },
			body: Buffer.from([0xe9]),
		});
		expect(success[0]?.json).toEqual({ text: 'é' });
	});

	const notUtf8 = Buffer.from('Stra\u00dfe;5', 'latin1');

	it.each(['text/csv', 'text/plain; charset=foo', 'text/plain; charset=utf-8'])(
		'keeps its bytes in a file where it is no text in its charset: %s',
		async (contentType) => {
			const headers = { 'content-type': contentType };
			const { success } = await answered({ headers, body: notUtf8 });
			expect(bytesOf(success[0]?.binary?.data)).toEqual(notUtf8);
		},
	);

	it.each([
		['text', 'text/csv'],
		['json', 'application/json'],
		['auto', 'application/json'],
	])('fails where it has to be text and is none: %s, %s', async (response, contentType) => {
		const headers = { 'content-type': contentType };
		const { stoppedBy } = await answered({ headers, body: notUtf8 }, { response });
		expect(stoppedBy?.message).toMatch(/bytes that are no text in its charset/);
		expect(stoppedBy?.description).toContain("or to 'File' if it is no text");
	});

	it.each([
		['attachment; filename="report 1.pdf"', 'report 1.pdf'],
		["attachment; filename=a.pdf; filename*=UTF-8''%C3%BC.pdf", 'ü.pdf'],
		["attachment; filename*=UTF-8'de'%C3%BC.pdf", 'ü.pdf'],
		['attachment; filename="../../etc/passwd"', 'passwd'],
		['attachment; filename="..\\\\..\\\\boot.ini"', 'boot.ini'],
		['attachment; filename=".."', 'response'],
		['attachment', 'a'],
	])('is a file with a name that leads nowhere: %s', async (disposition, fileName) => {
		const headers = { 'content-type': 'application/pdf', 'content-disposition': disposition };
		const { success } = await answered({ headers, body: 'pdf' });
		expect(success[0]?.binary?.data).toMatchObject({ fileName, mimeType: 'application/pdf' });
		expect(success[0]?.binary?.data?.directory).toBeUndefined();
	});

	it.each(['text', 'file'])('that is longer than 20 MiB is not read on: %s', async (response) => {
		const { stoppedBy } = await answered({ body: Buffer.alloc(21 * MEBIBYTE) }, { response });
		expect(stoppedBy?.message).toMatch(/^The answer is longer than 20 MiB/);
		expect(stoppedBy?.context.data).toMatchObject({ reason: 'answerTooLong', outcome: 'unknown' });
	});

	it('that redirects is not followed, and says where it leads', async () => {
		const location = `${server.url.replace('127.0.0.1', 'localhost')}/elsewhere?token=secret`;
		const redirect = { status: 302, headers: { location }, body: '' };
		const { stoppedBy } = await answered(redirect);
		expect(stoppedBy?.message).toContain(
			`The HTTP action redirects to ${new URL(location).origin}. The HTTP action may have run`,
		);
		expect(JSON.stringify(stoppedBy)).not.toContain('secret');
		expect(requests).toEqual(['POST /a']);
		const options = { acceptAnyStatus: true, fullResponse: true };
		const { success } = await answered(redirect, { options });
		expect(success[0]?.json).toMatchObject({ statusCode: 302, headers: { location } });
		expect(requests).toEqual(['POST /a', 'POST /a']);
	});

	it.each([
		[400, 'function', 'failed', 'refusedByAction'],
		[401, 'function', 'failed', 'signInWanted'],
		[404, 'function', 'failed', 'refusedByAction'],
		[408, 'function', 'unknown', 'refusedByAction'],
		[503, 'deployment', 'unknown', 'actionOutage'],
	])('of status %i is a failure', async (status, kind, outcome, reason) => {
		const { stoppedBy } = await answered({ status, headers: json, body: '{"why":["no"]}' });
		expect(stoppedBy?.httpCode).toBe(String(status));
		expect(stoppedBy?.message).toContain(
			`The HTTP action answered with HTTP status ${status}: {"why":["no"]}`,
		);
		expect(stoppedBy?.context.data).toMatchObject({
			kind,
			outcome,
			reason,
			body: { why: ['no'] },
			httpStatus: status,
			retryable: false,
		});
	});

	it('of a failure is shown from its start only, and a web page not at all', async () => {
		const long = await answered({ status: 400, body: `${'long '.repeat(100_000)}` });
		expect(long.stoppedBy?.message.length).toBeLessThan(400);
		expect(String(long.stoppedBy?.context.data).length).toBeLessThan(11_000);
		const page = await answered({ status: 502, body: '<html>Bad gateway</html>' });
		expect(page.stoppedBy?.message).toMatch(/HTTP status 502 and a web page/);
	});

	it.each([401, 403, 407, 413, 429, 431])(
		'of status %i that is a web page is not blamed on the app alone',
		async (status) => {
			const { stoppedBy } = await answered({ status, body: '<html>Blocked</html>' });
			expect(stoppedBy?.message).toBe(
				`The HTTP action answered with HTTP status ${status} and a web page`,
			);
			expect(stoppedBy?.description).toMatch(/^The app, or a proxy or a firewall in its place,/);
			expect(stoppedBy?.context.data).toMatchObject({
				reason: 'answeredWithPage',
				outcome: 'failed',
				body: '<html>Blocked</html>',
			});
		},
	);
});
