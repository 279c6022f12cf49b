import type { INodeExecutionData, NodeParameterValueType } from 'n8n-workflow';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { fileOf, requestTo, requestToPath } from '../support/httpActions';

const convex = useEmbeddedDeployment('deployKey');

type Parameters = { [name: string]: NodeParameterValueType };

interface Echo {
	path: string;
	headers: Record<string, string>;
	body: string;
	user: string | null;
}

const isEcho = (json: object): json is Echo => 'headers' in json && 'user' in json;

/** What the app got of a request to `/echo/…`. */
const echoOf = async (
	parameters: Parameters,
	item: Partial<INodeExecutionData> = {},
	credential = convex.credential,
): Promise<Echo> => {
	const { success, stoppedBy } = await convex.run({
		credential,
		parameters: requestTo('POST /echo/*', { restOfPath: 'a', ...parameters }),
		input: [{ json: {}, ...item }],
	});
	if (stoppedBy !== undefined) throw new Error(stoppedBy.message);
	const [echo] = success.map((output): object => output.json).filter(isEcho);
	if (echo === undefined) throw new Error('there is no echo');
	return echo;
};

/** Why a request is refused before anything is sent. */
const refusalOf = async (
	parameters: Parameters,
	item: Partial<INodeExecutionData> = {},
	credential = convex.credential,
) => {
	const { stoppedBy } = await convex.run({
		credential,
		parameters,
		input: [{ json: {}, ...item }],
	});
	expect(await convex.deployment.executions()).toEqual({});
	return `${stoppedBy?.message} | ${stoppedBy?.description}`;
};

const values = (...entries: Array<[string, unknown]>) =>
	entries.map(([name, value]) => ({ name, value })) as never;

describe('a call of an HTTP action', () => {
	it('gives the JSON that it answers with, one item for each element of a list', async () => {
		const created = await convex.run({
			parameters: requestTo('POST /tasks', { body: 'json', bodyJson: { title: 'Call Ada' } }),
		});
		expect(created.stoppedBy).toBeUndefined();
		expect(created.success).toEqual([
			{ json: { id: expect.any(String) }, pairedItem: { item: 0 } },
		]);
		await convex.run({
			parameters: requestTo('POST /tasks', { body: 'json', bodyJson: '{"title": "Write"}' }),
		});
		const { success } = await convex.run({ parameters: requestTo('GET /tasks') });
		expect(success.map(({ json }) => json.title)).toEqual(['Call Ada', 'Write']);
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
	});

	it('goes to a typed path, with or without a slash or the whole address, by its method', async () => {
		const { siteUrl } = convex.deployment;
		for (const path of ['/tasks', ' tasks ', `${siteUrl}/tasks`, 'POST /tasks']) {
			const { stoppedBy } = await convex.run({
				parameters: requestToPath('POST', path, { body: 'json', bodyJson: { title: path } }),
			});
			expect(stoppedBy).toBeUndefined();
		}
		expect(await convex.deployment.executions()).toMatchObject({ 'POST /tasks': 4 });
	});

	it('runs for each item, in input order, with its own parameters', async () => {
		const { success } = await convex.run({
			parameters: requestTo('POST /echo/*', {
				restOfPath: '={{ $json.name }}',
				body: 'json',
				bodyJson: '={{ { n: $json.n } }}',
				options: { concurrency: 3 },
			}),
			input: [1, 2, 3, 4].map((n) => ({ name: `item ${n}`, n })),
		});
		expect(success.map(({ json }) => [json.path, json.body])).toEqual(
			[1, 2, 3, 4].map((n) => [`/echo/item%20${n}`, `{"n":${n}}`]),
		);
	});

	it('takes a path parameter as it is, and nothing of it ends the path', async () => {
		const echo = await echoOf({
			restOfPath: '/50% of?a#b&ü/c d',
			query: { parameter: values(['q', 'a&b=c'], ['list', ['1', 2]]) },
		});
		expect(echo.path).toBe('/echo/50%25%20of%3Fa%23b%26%C3%BC/c%20d?q=a%26b%3Dc&list=1&list=2');
	});

	it('adds its query to the one of a typed path', async () => {
		const { success } = await convex.run({
			parameters: requestToPath('POST', '/echo/x?a=1', {
				query: { parameter: values(['b', true]) },
			}),
		});
		expect(success[0]?.json.path).toBe('/echo/x?a=1&b=true');
	});
});

describe('the body of a request', () => {
	it('is none unless chosen', async () => {
		const { body, headers } = await echoOf({});
		expect([body, headers['content-length'], headers['content-type']]).toEqual([
			'',
			'0',
			undefined,
		]);
	});

	it('is JSON, of text or of what an expression gives', async () => {
		for (const bodyJson of ['{ "a": [1, null] }', '={{ { a: [1, null] } }}', { a: [1, null] }]) {
			const { body, headers } = await echoOf({ body: 'json', bodyJson });
			expect(JSON.parse(body)).toEqual({ a: [1, null] });
			expect(headers['content-type']).toBe('application/json');
		}
	});

	it('is a form, URL-encoded', async () => {
		const { body, headers } = await echoOf({
			body: 'form',
			formFields: { field: values(['name', 'Ada & Co'], ['age', 36]) },
		});
		expect(body).toBe('name=Ada+%26+Co&age=36');
		expect(headers['content-type']).toBe('application/x-www-form-urlencoded;charset=UTF-8');
	});

	it('is a form with files, which the app reads as one', async () => {
		const file = fileOf('hello', { fileName: 'a "b".txt' });
		const { body, headers } = await echoOf(
			{
				body: 'multipart',
				multipartFields: {
					part: [
						{ name: 'title', type: 'text', value: 'Ünïcode' },
						{ name: 'attachment', type: 'file', binaryField: 'data' },
					],
				},
			},
			{ binary: { data: file } },
		);
		const form = await new Response(body, {
			headers: { 'content-type': headers['content-type'] ?? '' },
		}).formData();
		expect(form.get('title')).toBe('Ünïcode');
		const sent = form.get('attachment');
		if (!(sent instanceof File)) throw new Error('no file came');
		expect([sent.name, sent.type, await sent.text()]).toEqual(['a "b".txt', 'text/plain', 'hello']);
	});

	it('is text, of the content type that is given', async () => {
		const { body, headers } = await echoOf({
			body: 'text',
			bodyText: '<a>ü</a>',
			bodyContentType: 'application/xml',
		});
		expect([body, headers['content-type']]).toEqual(['<a>ü</a>', 'application/xml']);
	});

	it('is a file of the item, with its type', async () => {
		const { body, headers } = await echoOf(
			{ body: 'binary', binaryField: 'report' },
			{ binary: { report: fileOf('a,b', { mimeType: 'text/csv' }) } },
		);
		expect([body, headers['content-type'], headers['content-length']]).toEqual([
			'a,b',
			'text/csv',
			'3',
		]);
	});

	it.each(['', 'jpg\r\nX-Evil: 1', 'text/日本'])(
		'is a file whose type is none, of no type: %j',
		async (mimeType) => {
			const item = { binary: { data: fileOf('a', { mimeType }) } };
			const { headers } = await echoOf({ body: 'binary' }, item);
			expect(headers['content-type']).toBe('application/octet-stream');
			expect(headers['x-evil']).toBeUndefined();
		},
	);

	it.each(['text', 'binary'])(
		'goes as it is also with the type of a form that the user writes: %s',
		async (body) => {
			const echo = await echoOf(
				{
					body,
					bodyText: 'a=1&b=%20',
					headers: {
						header: values(['content-type', 'application/x-www-form-urlencoded']),
					},
				},
				{ binary: { data: fileOf('a=1&b=%20') } },
			);
			expect(echo.body).toBe('a=1&b=%20');
			expect(echo.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
		},
	);
});

describe('the headers of a request', () => {
	it('are those that the user adds, which replace those of the node', async () => {
		const { headers } = await echoOf({
			body: 'json',
			bodyJson: '[]',
			headers: {
				header: values(
					['X-Own', 'é'],
					['content-type', 'application/vnd.api+json'],
					['Authorization', 'Basic YTpi'],
				),
			},
		});
		expect(headers).toMatchObject({
			'x-own': 'é',
			'content-type': 'application/vnd.api+json',
			authorization: 'Basic YTpi',
		});
	});

	it('hold nothing of the credential, unless the user says so', async () => {
		const { headers, user } = await echoOf({});
		expect([headers.authorization, user]).toEqual([undefined, null]);
	});

	it('hold the bearer token of the credential where the user says so', async () => {
		const token = await convex.deployment.signToken({ name: 'Ada' });
		const credential = {
			deploymentUrl: convex.deployment.url,
			siteUrl: `${convex.deployment.siteUrl}/`,
			authentication: 'bearerToken',
			token,
		};
		const { headers, user } = await echoOf({ authentication: 'bearerToken' }, {}, credential);
		expect(user).toBe('Ada');
		// What the app quotes of the token is not shown.
		expect(headers.authorization).toBe('Bearer [redacted]');
		const without = await echoOf({}, {}, credential);
		expect([without.headers.authorization, without.user]).toEqual([undefined, null]);
	});
});

describe('a deploy key never reaches an HTTP action', () => {
	const key = () => String(convex.credential.token);
	const base64 = (text: string) => Buffer.from(text).toString('base64');
	const header = (name: string, value: string) => ({ headers: { header: values([name, value]) } });

	it('by the parameter Authentication', async () => {
		expect(await refusalOf(requestTo('POST /tasks', { authentication: 'bearerToken' }))).toMatch(
			/needs a credential with a bearer token.*A deploy key is never sent to an HTTP action/,
		);
	});

	it.each([
		['a header', () => header('X-Key', key())],
		['a header, without the deployment', () => header('X-Key', key().split('|').pop() ?? '')],
		['a header, in base64', () => header('Authorization', `Basic ${base64(`user:${key()}`)}`)],
		['the query', () => ({ query: { parameter: values(['key', key()]) } })],
		['the rest of the path', () => ({ restOfPath: key() })],
		['the body', () => ({ body: 'json', bodyJson: { key: key() } })],
		['a form', () => ({ body: 'form', formFields: { field: values(['key', key()]) } })],
		['the content type', () => ({ body: 'text', bodyContentType: `text/plain; a=${key()}` })],
	])('by %s', async (_case, parameters) => {
		const refusal = await refusalOf(requestTo('POST /echo/*', parameters()));
		expect(refusal).toMatch(/holds the credential's deploy key/);
		expect(refusal).not.toContain(convex.deployment.deployKey);
	});

	it.each([
		['alone', ''],
		['beside an escape of another encoding', '?x=%ff'],
	])('by a path in which each of its characters is encoded, %s', async (_beside, rest) => {
		const encoded = [...Buffer.from(key())].map((byte) => `%${byte.toString(16).padStart(2, '0')}`);
		const parameters = requestToPath('POST', `/echo/${encoded.join('')}${rest}`);
		expect(await refusalOf(parameters)).toMatch(/^'Path' holds the credential's deploy key/);
	});

	it('by the type of a file', async () => {
		const data = fileOf('a', { mimeType: `text/plain; a=${key()}` });
		const parameters = requestTo('POST /echo/*', { body: 'binary' });
		expect(await refusalOf(parameters, { binary: { data } })).toMatch(
			/^'Content Type' holds the credential's deploy key/,
		);
	});

	it('by a file, wherever it is in it', async () => {
		for (const text of [key(), `${'a'.repeat(100_000)}${base64(key())}`]) {
			const item = { binary: { data: fileOf(text) } };
			const refusal = await refusalOf(requestTo('POST /echo/*', { body: 'binary' }), item);
			expect(refusal).toMatch(/^'Body' holds the credential's deploy key/);
		}
	});

	it('by a path and the rest of it together', async () => {
		const path = `POST /echo/${encodeURIComponent(key().slice(0, -8))}*`;
		const parameters = requestToPath('POST', path, { restOfPath: key().slice(-8) });
		const refusal = await refusalOf(parameters);
		expect(refusal).toMatch(/^'Path' holds the credential's deploy key/);
	});

	it('by the path or a name, nor is it shown as part of one', async () => {
		for (const parameters of [
			requestToPath('GET', `/tasks/${encodeURIComponent(key())}`),
			requestTo('GET /tasks', { query: { parameter: values([key(), 'a']) } }),
		]) {
			const { error } = await convex.run({
				parameters,
				settings: { onError: 'continueErrorOutput' },
			});
			expect(String(error[0]?.json.error)).toMatch(/holds the credential's deploy key/);
			expect(JSON.stringify(error)).not.toContain(convex.deployment.deployKey.split('|').pop());
		}
		expect(await convex.deployment.executions()).toEqual({});
	});

	it('by a header Authorization of its scheme, whoever’s key it is', async () => {
		const parameters = requestTo('POST /tasks', header('authorization', 'convex other|key'));
		expect(await refusalOf(parameters)).toMatch(/'authorization' holds a deploy key/);
	});
});

describe('a request is refused before it is sent, with the parameter named', () => {
	it.each<[string, Parameters, RegExp]>([
		['an empty path', requestTo('={{ "" }}'), /^'Path' is empty/],
		['no route of the list', requestTo('/tasks'), /^'Path' is not a route of the list/],
		['a path of another method', requestToPath('GET', 'POST /tasks'), /'Path' says POST/],
		['a path that is no text', requestToPath('GET', 5 as never), /^'Path' is not text/],
		['a method that Convex does not route', requestToPath('TRACE', '/a'), /^'Method' is not one/],
		['a body of a GET', requestTo('GET /tasks', { body: 'json' }), /^A GET request has no body/],
		[
			'JSON that is none',
			requestTo('POST /tasks', { body: 'json', bodyJson: '{"a":' }),
			/^'JSON' is not valid JSON: /,
		],
		[
			'JSON of nothing',
			requestTo('POST /tasks', { body: 'json', bodyJson: '={{ undefined }}' }),
			/^'JSON' /,
		],
		[
			'a file that is not there',
			requestTo('POST /tasks', { body: 'binary' }),
			/^'Input Binary Field': the input item has no binary field 'data'/,
		],
		[
			'a file that is not base64',
			requestTo('POST /tasks', {
				body: 'binary',
				binaryField: '={{ ({ data: "hello world", mimeType: "text/plain" }) }}',
			}),
			/^'Input Binary Field': the content of the file is not base64/,
		],
		[
			'a form without fields',
			requestTo('POST /tasks', { body: 'multipart' }),
			/^'Form Fields' is empty/,
		],
		[
			'a query parameter without a value',
			requestTo('GET /tasks', { query: { parameter: values(['id', '={{ $json.id }}']) } }),
			/^'Query Parameters': 'id' has no value/,
		],
		[
			'a query parameter that is an object',
			requestTo('GET /tasks', { query: { parameter: values(['id', '={{ {} }}']) } }),
			/^'Query Parameters': 'id' is an object, not text/,
		],
		[
			'a header with a line break',
			requestTo('GET /tasks', { headers: { header: values(['X-A', 'a\r\nX-B: b']) } }),
			/^'Headers': 'X-A' contains a line break/,
		],
		[
			'a header that is no name',
			requestTo('GET /tasks', { headers: { header: values(['X A', 'a']) } }),
			/^'Headers' has a name that no header can have/,
		],
		[
			'a header of the connection',
			requestTo('GET /tasks', { headers: { header: values(['Host', 'evil.test']) } }),
			/^'Headers': 'Host' is made by n8n itself/,
		],
		[
			'a header twice',
			requestTo('GET /tasks', { headers: { header: values(['X-A', 'a'], ['x-a', 'b']) } }),
			/^'Headers' has 'x-a' twice/,
		],
		[
			'a header with several values',
			requestTo('GET /tasks', { headers: { header: values(['X-A', '={{ ["a", "b"] }}']) } }),
			/^'Headers': 'X-A' is a list of 2 values, and a header has one/,
		],
		[
			'a content type with a line break',
			requestTo('POST /tasks', { body: 'text', bodyContentType: 'text/plain\r\nX-B: b' }),
			/^'Content Type' contains a line break/,
		],
		[
			'a content type with characters of no header',
			requestTo('POST /tasks', { body: 'text', bodyContentType: 'text/plain; name=日本' }),
			/^'Content Type' contains a line break/,
		],
		[
			'an empty content type',
			requestTo('POST /tasks', { body: 'text', bodyContentType: '={{ " " }}' }),
			/^'Content Type' is empty/,
		],
		[
			'half of a character in a text',
			requestTo('POST /tasks', { body: 'text', bodyText: '={{ "🦊".slice(0, 1) }}' }),
			/^'Text' contains half of a Unicode character/,
		],
		[
			'half of a character in a query parameter',
			requestTo('GET /tasks', { query: { parameter: values(['q', '={{ "🦊".slice(1) }}']) } }),
			/^'Query Parameters': 'q' contains half of a Unicode character/,
		],
		[
			'half of a character in the name of a form field',
			requestTo('POST /tasks', {
				body: 'form',
				formFields: { field: values(['={{ "🦊".slice(1) }}', 'a']) },
			}),
			/^'Form Fields' has an entry whose name \(number 1\) contains half of a Unicode character/,
		],
		[
			'a field for a file that no item can have',
			requestTo('GET /tasks', { outputBinaryField: '__proto__' }),
			/^'Put Output File in Field' is not the name of a field/,
		],
		['an unknown operation', { ...requestTo('GET /tasks'), operation: 'send' }, /^'Operation'/],
	])('%s', async (_case, parameters, message) => {
		expect(await refusalOf(parameters)).toMatch(message);
	});

	it('a body of more than 20 MiB', async () => {
		const data = fileOf(Buffer.alloc(20 * 2 ** 20 + 1));
		expect(
			await refusalOf(requestTo('POST /tasks', { body: 'binary' }), { binary: { data } }),
		).toMatch(/^The body has 20\.0 MiB, and an HTTP action takes 20 MiB at most/);
	});

	it.each([
		['//evil.test/tasks', /names another server/],
		['https://evil.test/tasks', /names another server/],
		['\\\\evil.test/tasks', /contains a backslash/],
		['/tasks/../../api/query', /contains a step/],
		['/tasks/%2e%2e/api', /contains a step/],
		['/tasks/%252e%252e/api', /contains a step/],
		['/tasks%2f..%2fapi', /contains a step/],
		['/..;/api', /contains a step/],
		['/a//b', /contains an empty step/],
		['/tasks#part', /contains a #/],
		['/50%', /contains a % that encodes nothing/],
		['/a\tb', /an invisible character/],
	])('a path that could lead elsewhere: %s', async (path, message) => {
		expect(await refusalOf(requestToPath('GET', path))).toMatch(message);
		expect(await refusalOf(requestToPath('GET', `${path}/*`))).toMatch(/^'Path' /);
	});

	it.each(['../api', '..', '%2e%2e/api', 'a\\..\\b', 'a//b'])(
		'a rest of a path that could: %s',
		async (restOfPath) => {
			expect(await refusalOf(requestTo('POST /echo/*', { restOfPath }))).toMatch(
				/^'Rest of Path' contains (?:a (?:step|backslash)|an empty step)/,
			);
		},
	);
});
