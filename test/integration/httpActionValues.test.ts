/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { RequestListener } from 'node:http';
import type { IDataObject, INodeExecutionData, NodeParameterValueType } from 'n8n-workflow';
import { runConvex } from '../support/convexNode';
import { startHttpServer, type TestServer } from '../support/awkwardServers';
import { fileOf, requestTo, requestToPath } from '../support/httpActions';

/** That what is sent to an HTTP action, and what it answers, is neither lost, rounded nor misnamed. */

type Parameters = { [name: string]: NodeParameterValueType };

interface Received {
	url: string;
	headers: string[];
	body: string;
}

let server: TestServer;
let answer: RequestListener;
const received: Received[] = [];

beforeAll(async () => {
	server = await startHttpServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks).toString();
			received.push({ url: request.url ?? '', headers: request.rawHeaders, body });
			answer(request, response);
		});
	});
});
afterAll(async () => await server.stop());
beforeEach(() => {
	received.length = 0;
	answer = (_request, response) => response.end();
});

const answering =
	(body: string, contentType = 'application/json', status = 200): RequestListener =>
	(_request, response) =>
		response.writeHead(status, { 'content-type': contentType }).end(body);

const call = async (
	parameters: Parameters,
	input: Array<IDataObject | INodeExecutionData> = [{}],
) =>
	await runConvex({
		credential: { deploymentUrl: server.url, siteUrl: server.url, authentication: 'none' },
		parameters,
		input,
	});

const named = (name: string, value: NodeParameterValueType) => [{ name, value }] as never;

const PLACES: Array<[place: string, parameters: Parameters]> = [
	["'Query Parameters': 'a'", { query: { parameter: named('a', '={{ $json.value }}') } }],
	["'Headers': 'a'", { headers: { header: named('a', '={{ $json.value }}') } }],
	["'Form Fields': 'a'", { body: 'form', formFields: { field: named('a', '={{ $json.value }}') } }],
	[
		"'Form Fields': 'a'",
		{ body: 'multipart', multipartFields: { part: named('a', '={{ $json.value }}') } },
	],
	["'Text'", { body: 'text', bodyText: '={{ $json.value }}' }],
	["'Rest of Path'", { restOfPath: '={{ $json.value }}' }],
];

describe.each(PLACES)('a value in %s', (place, parameters) => {
	const refusalOf = async (value: unknown) => {
		const { stoppedBy } = await call(requestTo('POST /a/*', parameters), [
			{ value: value as IDataObject[string] },
		]);
		expect(received).toEqual([]);
		return stoppedBy?.message;
	};

	it('is refused where it is a number that has lost digits', async () => {
		expect(await refusalOf(2 ** 53 + 2)).toBe(
			`${place} is a number beyond 2^53, which has already lost digits [item 0]`,
		);
	});

	it.each([Number.NaN, Number.POSITIVE_INFINITY])('is refused where it is %p', async (value) => {
		expect(await refusalOf(value)).toBe(`${place} is ${value}, which is no text [item 0]`);
	});

	it('is refused where it is an invalid date', async () => {
		expect(await refusalOf('Invalid DateTime')).toBe(`${place} is an invalid date [item 0]`);
	});

	it('is refused where it has half of a character', async () => {
		expect(await refusalOf('cut \ud83d')).toMatch(
			place === "'Rest of Path'" || place === "'Headers': 'a'"
				? /contains (?:half|a line break)/
				: /contains half of a Unicode character \[item 0\]$/,
		);
	});
});

it.each(PLACES.slice(0, 3))('a list with a gap in %s is refused', async (place, parameters) => {
	const { stoppedBy } = await call(requestTo('POST /a/*', parameters), [{ value: new Array(2) }]);
	expect(stoppedBy?.message).toBe(`${place} has no value [item 0]`);
	expect(received).toEqual([]);
});

it.each(PLACES.slice(0, 3))('a list without values in %s is refused', async (place, parameters) => {
	const { stoppedBy } = await call(requestTo('POST /a/*', parameters), [{ value: [] }]);
	expect(stoppedBy?.message).toBe(`${place} has no value [item 0]`);
	expect(received).toEqual([]);
});

describe('a JSON body that an expression gives', () => {
	it.each([
		['{ a: [NaN] }', "'JSON': 'a[0]' is a number that JSON does not have"],
		['{ a: { b: Infinity } }', "'JSON': 'a.b' is a number that JSON does not have"],
		['{ at: DateTime.fromISO("x") }', "'JSON': 'at' is an invalid date"],
		['{ at: new Date(NaN) }', "'JSON': 'at' is an invalid date"],
	])('is refused where JSON would lose %s', async (value, message) => {
		const { stoppedBy } = await call(
			requestTo('POST /a', { body: 'json', bodyJson: `={{ ${value} }}` }),
		);
		expect(stoppedBy?.message).toBe(`${message} [item 0]`);
		expect(received).toEqual([]);
	});
});

describe('the name of a header', () => {
	it.each(['__proto__', 'constructor', 'prototype', 'toString', 'X-Own'])(
		'may be %s',
		async (name) => {
			await call(requestTo('POST /a', { headers: { header: named(name, 'value') } }));
			const headers = received[0]?.headers ?? [];
			const at = headers.findIndex((each) => each.toLowerCase() === name.toLowerCase());
			expect(headers[at + 1]).toBe('value');
		},
	);

	it.each(['common', 'get', 'Post'])('cannot be %s, which would not be sent', async (name) => {
		const { stoppedBy } = await call(
			requestTo('POST /a', { headers: { header: named(name, 'value') } }),
		);
		expect(stoppedBy?.message).toBe(
			`'Headers': '${name}' has a name under which n8n sends no header [item 0]`,
		);
		expect(received).toEqual([]);
	});
});

describe('a form with files', () => {
	const withPart = (part: object, more: Parameters = {}) =>
		requestTo('POST /a', {
			body: 'multipart',
			multipartFields: { part: [{ name: 'a', value: 'v', binaryField: 'data', ...part }] } as never,
			...more,
		});
	const input = [{ json: {}, binary: { data: fileOf('content') } }];

	it.each([
		['FILE', "={{ 'FILE' }}"],
		['null', '={{ null }}'],
		['nothing', '={{ $json.nothing }}'],
	])('has no part of the type %s', async (_what, type) => {
		const { stoppedBy } = await call(withPart({ type }), input);
		expect(stoppedBy?.message).toBe(
			"'Form Fields': 'a': 'Type' is not one of its choices [item 0]",
		);
		expect(received).toEqual([]);
	});

	it('keeps the content type with the boundary by which it is read', async () => {
		const header = (value: string) => ({ headers: { header: named('content-type', value) } });
		const { stoppedBy } = await call(withPart({}, header('multipart/form-data')), input);
		expect(stoppedBy?.message).toBe(
			"'Headers': 'Content-Type' replaces that of the form, whose boundary the app needs to read it [item 0]",
		);
		expect(received).toEqual([]);
	});
});

describe('a value in a body of JSON that an expression makes', () => {
	const bodyJson = '={{ ({ a: [$json.value] }) }}';

	it.each([1e18, -1.7e18, 1e20])(
		'is sent where it is %p, which has lost nothing',
		async (value) => {
			const parameters = requestTo('POST /a', { body: 'json', bodyJson });
			expect((await call(parameters, [{ value }])).stoppedBy).toBeUndefined();
			expect(received).toHaveLength(1);
		},
	);

	it('is refused where it is a number that has lost digits', async () => {
		const parameters = requestTo('POST /a', { body: 'json', bodyJson });
		const { stoppedBy } = await call(parameters, [{ value: 2 ** 53 + 2 }]);
		expect(stoppedBy?.message).toBe(
			"'JSON': 'a[0]' is a number beyond 2^53, which has already lost digits [item 0]",
		);
		expect(received).toEqual([]);
	});

	it('is sent where it is a number that nobody takes for exact', async () => {
		await call(requestTo('POST /a', { body: 'json', bodyJson }), [{ value: 1e300 }]);
		expect(received.map(({ body }) => body)).toEqual(['{"a":[1e+300]}']);
	});
});

it('the name of a file in a form is refused where it has half of a character', async () => {
	const part = [{ name: 'a', type: 'file', binaryField: 'data' }] as never;
	const parameters = requestTo('POST /a', { body: 'multipart', multipartFields: { part } });
	const data = fileOf('content', { fileName: 'cut \ud83d.txt' });
	const { stoppedBy } = await call(parameters, [{ json: {}, binary: { data } }]);
	expect(stoppedBy?.message).toBe(
		"The name of the file of 'Form Fields': 'a' contains half of a Unicode character [item 0]",
	);
	expect(received).toEqual([]);
});

describe('the content type of a body', () => {
	it.each([
		['', 'is empty'],
		['text/plain\r\nX-Evil: 1', 'contains a line break or a character that no header can hold'],
		['text/ü€', 'contains a line break or a character that no header can hold'],
	])('%j is refused before anything is sent', async (bodyContentType, what) => {
		const { stoppedBy } = await call(
			requestTo('POST /a', { body: 'text', bodyText: 'x', bodyContentType }),
		);
		expect(stoppedBy?.message).toBe(`'Content Type' ${what} [item 0]`);
		expect(received).toEqual([]);
	});

	it('of a file is that of any file where no header can hold its own', async () => {
		const file = fileOf('content', { mimeType: 'text/plain\r\nX-Evil: 1' });
		await call(requestTo('POST /a', { body: 'binary' }), [{ json: {}, binary: { data: file } }]);
		expect(received[0]?.headers).toContain('application/octet-stream');
		expect(received[0]?.body).toBe('content');
	});
});

describe('an answer', () => {
	it('keeps the digits of its numbers, as text where a double would round them', async () => {
		answer = answering('{"id":9007199254740993,"size":1e300,"list":[12345678901234567890]}');
		const { success } = await call(requestTo('GET /a'));
		expect(success[0]?.json).toEqual({
			id: '9007199254740993',
			size: 1e300,
			list: ['12345678901234567890'],
		});
	});

	it('keeps them in the details of a failure', async () => {
		answer = answering('{"id":9007199254740993}', 'application/json', 409);
		const { stoppedBy } = await call(requestTo('GET /a'));
		expect(stoppedBy?.context.data).toMatchObject({ body: { id: '9007199254740993' } });
	});

	it.each([
		['is not what it says it is', '{"a":', 'not JSON, although it says so'],
		[
			'is nested too deeply for an item',
			`${'['.repeat(1_000)}${']'.repeat(1_000)}`,
			'JSON that is nested too deeply',
		],
	])('that %s is told as such', async (_what, body, told) => {
		answer = answering(body);
		const { stoppedBy } = await call(requestTo('GET /a'));
		expect(stoppedBy?.message).toBe(`The answer of the HTTP action is ${told}`);
	});

	it.each(['HEAD', 'GET'])('without a body is no file: %s', async (method) => {
		answer = (_request, response) => {
			const length = method === 'HEAD' ? { 'content-length': '5' } : {};
			response.writeHead(200, { 'content-type': 'image/png', ...length });
			// The first part of an answer in pieces, of which nothing more comes.
			response.flushHeaders();
			response.end();
		};
		const { success } = await call(requestToPath(method, '/a'));
		expect(success).toEqual([{ json: {}, pairedItem: { item: 0 } }]);
	});

	it('without a body is an empty file where one is asked for', async () => {
		answer = answering('', 'image/png');
		const { success } = await call(requestTo('GET /a', { response: 'file' }));
		expect(success[0]?.binary?.data).toMatchObject({ mimeType: 'image/png', data: '' });
	});

	it('that has an error of null is no failure, and in one field of the item', async () => {
		answer = answering('{"error":null,"data":5}');
		const { success } = await call(requestTo('GET /a'));
		expect(success[0]?.json).toEqual({ value: { error: null, data: 5 } });
	});

	it('is put into no field that would be the prototype of an item', async () => {
		const { stoppedBy } = await call(
			requestTo('GET /a', { response: 'file', outputBinaryField: '__proto__' }),
		);
		expect(stoppedBy?.message).toBe(
			"'Put Output File in Field' is not the name of a field [item 0]",
		);
		expect(received).toEqual([]);
	});
});

it('a body whose expression is set to Fixed is refused', async () => {
	const body = { body: 'json', bodyJson: '{"title": "{{ $json.title }}"}' };
	const { stoppedBy } = await call(requestTo('POST /a', body), [{ title: 'a' }]);
	expect(stoppedBy?.message).toMatch(/ holds an expression, but is set to Fixed/);
	expect(received).toEqual([]);
});

describe('a step of a path', () => {
	it.each([
		requestToPath('DELETE', '=/tasks/{{ $json.id }}?notify=true'),
		requestToPath('DELETE', '=/tasks/{{ $json.id ?? ({}).id }}'),
		requestToPath('DELETE', '=/tasks/{{ $json.list }}{{ $json.id }}'),
		requestTo('=DELETE /tasks/{{ $json.id }}'),
	])('is refused where its expression gives nothing: %j', async (parameters) => {
		for (const json of [{}, { id: ' ' }]) {
			const { stoppedBy } = await call(parameters, [json]);
			expect(stoppedBy?.message).toMatch(/^'Path' lacks a step/);
		}
		expect(received).toEqual([]);
	});

	it.each([
		'={{ $json.folder }}/{{ $json.id }}',
		'={{ $json.folder }}/tasks',
		'=/{{ $json.last }}',
	])('may begin or end with the slash beside it: %s', async (path) => {
		await call(requestToPath('GET', path), [{ folder: '/tasks', id: '5', last: 'tasks/' }]);
		expect(received.map(({ url }) => url)).toEqual([expect.stringContaining('tasks')]);
	});
});

describe('the rest of a path', () => {
	const deleting = (restOfPath: string) => requestToPath('DELETE', '/files/*', { restOfPath });

	it('is refused where an expression that is a step of it gives nothing', async () => {
		for (const restOfPath of ['=users/{{ $json.id }}', '={{ $json.id }}/avatar']) {
			const { stoppedBy } = await call(requestTo('DELETE /a/*', { restOfPath }), [{ id: '' }]);
			expect(stoppedBy?.message).toMatch(/^'Rest of Path' lacks a step/);
		}
		expect(received).toEqual([]);
	});

	it.each(['', ' ', '/'])('is refused where its expression gives nothing: %j', async (name) => {
		const { stoppedBy } = await call(deleting('={{ $json.name }}'), [{ name }]);
		expect(stoppedBy?.message).toBe(
			"'Rest of Path' is empty: its expression gives nothing [item 0]",
		);
		expect(received).toEqual([]);
	});

	it.each(['/files/*?x=1', '/files/* ', '={{ "/files/*" }}'])('is taken by %s', async (path) => {
		await call(requestToPath('DELETE', path, { restOfPath: 'a.pdf' }));
		expect(received.map(({ url }) => url)).toEqual([
			expect.stringMatching(/^\/files\/a\.pdf(?:\?x=1)?$/),
		]);
	});

	it('is missed where a star comes from an item', async () => {
		for (const id of ['*', '5*']) {
			const { stoppedBy } = await call(requestToPath('DELETE', '=/tasks/{{ $json.id }}'), [{ id }]);
			expect(stoppedBy?.message).toMatch(/^'Path' (?:lacks a step|ends with a \*)/);
		}
		expect(received).toEqual([]);
	});

	it('is refused where the path of the item has no star for it', async () => {
		const parameters = requestToPath('DELETE', '={{ $json.path }}', {
			restOfPath: '={{ $json.rest }}',
		});
		const { stoppedBy } = await call(parameters, [{ path: '/files/', rest: 'a.pdf' }]);
		expect(stoppedBy?.message).toMatch(/^'Rest of Path' is given, and 'Path' has no \*/);
		expect(received).toEqual([]);
		await call(parameters, [{ path: '/files', rest: null }]);
		expect(received.map(({ url }) => url)).toEqual(['/files']);
	});

	it('may be left empty', async () => {
		await call(deleting(''));
		expect(received.map(({ url }) => url)).toEqual(['/files/']);
	});

	it('is not looked at where the path takes none', async () => {
		await call(requestToPath('DELETE', '/files', { restOfPath: '={{ $json.name }}' }));
		expect(received.map(({ url }) => url)).toEqual(['/files']);
	});
});

it('a path with a number in its rest stays one where it has all its digits', async () => {
	await call(requestToPath('GET', '/files/*', { restOfPath: '={{ $json.n }}' }), [{ n: 42 }]);
	expect(received[0]?.url).toBe('/files/42');
});
