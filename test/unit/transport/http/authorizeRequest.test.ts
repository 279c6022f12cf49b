import type { IHttpRequestOptions } from 'n8n-workflow';
import { authorizeRequest } from '../../../../nodes/Convex/transport/http/authorizeRequest';
import { failureOf } from '../../refusal';

const OWN = 'https://happy-animal-123.convex.cloud';
const stored = {
	deploymentUrl: OWN,
	authentication: 'deployKey',
	token: 'prod:happy-animal-123|key',
};
const shared = { ...stored, deploymentUrl: 'https://host.test/api/convex' };

/** Options as n8n's nodes hand them over, of which not all are declared. */
const request = (options: Record<string, unknown>): IHttpRequestOptions => ({
	...({ url: undefined } as unknown as IHttpRequestOptions),
	...options,
});

const authorized = (fields: Record<string, unknown>, options: Record<string, unknown>) =>
	authorizeRequest(fields, request(options)).headers?.Authorization;

describe('a request to the own deployment is signed', () => {
	it.each([
		{ url: `${OWN}/api/query` },
		{ uri: `${OWN}/api/query` },
		{ uri: new URL(`${OWN}/api/query`) },
		{ url: `${OWN}/a`, uri: `${OWN}/b` },
		{ url: '/api/query', baseURL: OWN },
		{ url: '', baseURL: `${OWN}/api` },
		{ url: `${OWN}/x`, baseURL: 'https://happy-animal-123.convex.site' },
		{ url: `${OWN}/httpx` },
		{ url: 'HTTPS://HAPPY-ANIMAL-123.CONVEX.CLOUD:443/' },
		{ url: OWN, headers: { Host: 'happy-animal-123.convex.cloud' } },
		{ url: OWN, proxy: { host: 'proxy.test', port: 3128 } },
	])('%j', (options) => {
		expect(authorized(stored, options)).toBe('Convex prod:happy-animal-123|key');
	});

	it.each(['', '/', '/api/query', '/x/../api', '?a=%2f'])('below its path: %j', (path) => {
		const url = `https://host.test/api/convex${path}`;
		expect(authorized(shared, { url })).toBe('Convex prod:happy-animal-123|key');
	});

	it('of an address in IPv6', () => {
		const fields = { ...stored, deploymentUrl: 'http://[0:0::1]:3210' };
		expect(authorized(fields, { url: 'http://[::1]:3210/api/query' })).toBeDefined();
	});
});

describe('a request to HTTP actions', () => {
	const SITE = 'https://happy-animal-123.convex.site';
	const bearer = { ...stored, authentication: 'bearerToken', token: 'user' };
	it.each([
		{ url: `${SITE}/webhook` },
		{ url: '', uri: `${SITE}/webhook` },
		{ url: '/x', baseURL: SITE },
		{ url: `${OWN}/api/query`, uri: `${SITE}/webhook` },
		{ url: `${OWN}/http/webhook` },
		{ url: `${OWN}/http` },
		{ url: `${OWN}/api/../http/webhook` },
		{ url: `${OWN}/%68ttp/webhook` },
		{ url: `${OWN}//http/webhook` },
		{ url: `${OWN}///http/webhook` },
		{ url: `${OWN}/a%2f..%2fhttp/webhook` },
		{ url: `${OWN}/a/..;/http/webhook` },
		{ url: `${OWN}/%5chttp/webhook` },
	])("has a user's token with it, and never a deploy key: %j", (options) => {
		expect(failureOf(() => authorized(stored, options)).message).toMatch(
			/^A deploy key is not sent to HTTP actions/,
		);
		expect(authorized(bearer, options)).toBe('Bearer user');
	});

	it('below a path that the deployment shares is one too', () => {
		const url = 'https://host.test/api/convex/http/webhook';
		expect(failureOf(() => authorized(shared, { url })).message).toMatch(/not sent to HTTP/);
		expect(authorized({ ...shared, authentication: 'bearerToken', token: 'user' }, { url })).toBe(
			'Bearer user',
		);
	});
});

describe('a request that could reach anybody else is refused', () => {
	const evil = 'https://evil.test';
	it.each([
		{ url: evil },
		{ uri: evil },
		// n8n sends to `url`, where both are given.
		{ url: evil, uri: OWN },
		{ url: OWN, uri: evil },
		{ url: '//evil.test/x' },
		{ url: '//evil.test/x', baseURL: OWN },
		{ url: '\\\\evil.test/x', baseURL: OWN },
		{ url: '/x', baseURL: evil },
		{ url: '', baseURL: evil },
		{ url: `${OWN}/x`, uri: '/x', baseURL: evil },
		{ url: '.evil.test', baseURL: OWN, uri: evil },
		{ url: `${OWN}@evil.test/` },
		{ url: `${OWN}:pass@evil.test` },
		{ url: `${OWN}:8443/` },
		{ url: OWN.replace('https', 'http') },
		{ url: `${OWN}.` },
		{ url: `${OWN}.evil.test` },
		{ url: 'http:evil.test', baseURL: OWN },
		{ url: 'file:///etc/passwd' },
		{ url: 'data:text/plain,x' },
		{ url: '/api/query' },
		{ url: '' },
		{},
		{ url: { toString: (): string => OWN } },
		{ url: [OWN] },
		{ url: 42 },
		{ url: '/x', baseURL: { toString: (): string => OWN } },
	])('%j', (options) => {
		const failure = failureOf(() => authorized(stored, options));
		expect(failure.message).toMatch(/^This Convex credential is for https:\/\/happy-animal-123/);
		expect(JSON.stringify(failure) + failure.sentences).not.toContain('|key');
	});

	it.each([
		'/',
		'/api',
		'/api/convex2',
		'/api/convex/../other',
		'/api/convex/%2e%2e/other',
		'/api/convex/..%2fother',
		'/api/convex/%252e%252e/other',
		'/api/convex/..;/other',
		'/api/convex/..%5Cother',
		'/api/convex\\..\\other',
	])('as it leaves the path of the deployment: %j', (path) => {
		expect(failureOf(() => authorized(shared, { url: `https://host.test${path}` })).message).toBe(
			'This Convex credential is for https://host.test/api/convex, not for this path',
		);
	});

	it.each([{ Host: 'evil.convex.cloud' }, { hOST: 'evil.test' }, { host: 42 }, { host: '' }])(
		'as its header names another server: %j',
		(headers) => {
			expect(failureOf(() => authorized(stored, { url: OWN, headers })).message).toBe(
				"The header 'Host' names another server than the URL",
			);
		},
	);

	it.each([
		[{ ...stored, deploymentUrl: 'http://127.0.0.1:3210' }, 'http://127.0.0.1:3210', {}],
		[stored, OWN, { rejectUnauthorized: false }],
		[stored, OWN, { skipSslCertificateValidation: true }],
	])('as its proxy could read the key', (fields, url, options) => {
		const proxy = 'http://proxy.test:3128';
		expect(failureOf(() => authorized(fields, { url, proxy, ...options })).message).toBe(
			'The proxy of the request could read the Convex credential',
		);
	});
});
