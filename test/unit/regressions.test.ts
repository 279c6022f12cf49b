import { encodeArguments } from '../../nodes/Convex/convex/arguments';
import { convertArgument } from '../../nodes/Convex/convex/argumentTypes';
import { parseCredential } from '../../nodes/Convex/convex/credential';
import { parseDeploymentUrl, resolveSiteUrl } from '../../nodes/Convex/convex/deploymentUrl';
import { functionFailure } from '../../nodes/Convex/convex/functionFailure';
import { parseFunctionResponse } from '../../nodes/Convex/convex/functionResponse';
import { platformFailure } from '../../nodes/Convex/convex/platformFailure';
import { failureOf } from './refusal';

/** Things that were once wrong, each a line or two. */

it('a date and an encoded value may stand on the deepest level', () => {
	const deep = (levels: number, leaf: unknown): unknown =>
		levels === 0 ? leaf : { a: deep(levels - 1, leaf) };
	for (const leaf of [new Date(0), { $integer: 'KgAAAAAAAAA=' }, 42n]) {
		expect(() => encodeArguments('args', { a: deep(62, leaf) })).not.toThrow();
	}
	expect(() => encodeArguments('args', { a: deep(62, {}) })).toThrow(/more than 64 levels/);
});

it('a field that is undefined does not make an encoded value another object', () => {
	expect(encodeArguments('args', { a: { $bytes: 'AA==', x: undefined } })).toEqual({
		a: { $bytes: 'AA==' },
	});
});

it('a number that is too large for a float is refused', () => {
	expect(() => convertArgument('n', 'number', '1e400')).toThrow(/not a number/);
	expect(convertArgument('n', 'number', '-Infinity')).toBe(Number.NEGATIVE_INFINITY);
});

it.each([{ valueOf: 1 }, Object.create(null)])('%j is no date', (value) => {
	expect(failureOf(() => convertArgument('d', 'date', value)).message).toMatch(/not a date$/);
});

it('a line of a message that begins with "at" is not taken for the stack', () => {
	const failure = functionFailure({
		operation: 'query',
		errorMessage:
			'[Request ID: a] Server Error\nUncaught Error: look\n  at this\n    at handler (../convex/a.ts:1:2)\n    at other (../convex/b.ts:3:4)\n',
		errorData: undefined,
		logLines: [],
	});
	expect(failure.message).toBe('Uncaught Error: look\n  at this');
	expect(failure.description).toBe('Thrown at handler (../convex/a.ts:1:2).');
});

it.each(['{"ok":true}', '{"status":"success"}', '{"status":"error"}'])(
	'a whole JSON answer of something else is not taken for one that was cut off: %s',
	(body) => {
		const result = parseFunctionResponse('mutation', { httpStatus: 200, body });
		expect(result).toMatchObject({
			failure: {
				message: 'The server answered with something that is not a Convex answer',
				description: expect.stringMatching(/may have run to its end/),
				details: { kind: 'deployment', outcome: 'unknown' },
			},
		});
	},
);

it.each([202, 204])('HTTP %i proves nothing', (httpStatus) => {
	expect(platformFailure('mutation', { httpStatus, body: '' }).details.outcome).toBe('unknown');
});

it('a function run by path that lost a write conflict may have been a mutation', () => {
	const body = '{"code":"OptimisticConcurrencyControlFailure","message":"m"}';
	expect(platformFailure('run', { httpStatus: 503, body }).details.outcome).toBe('failed');
});

it('a code that is the name of a built-in has no help of its own', () => {
	const body = '{"code":"constructor","message":"m"}';
	expect(platformFailure('query', { httpStatus: 400, body }).description).not.toMatch(/native/);
});

it.each([
	['//evil.example/x', 'http://evil.example'],
	['/login', 'another path'],
	['javascript:alert(1)', 'another address'],
])('a redirect to %s is named %s', (location, name) => {
	expect(platformFailure('query', { httpStatus: 302, body: '', location }).message).toBe(
		`The server redirects to ${name} instead of answering`,
	);
});

describe('a pasted scheme', () => {
	const deploymentUrl = 'https://a.convex.cloud';
	const parse = (authentication: string, token: string) =>
		parseCredential({ deploymentUrl, authentication, token });

	it.each([
		['bearerToken', 'Bearer '],
		['bearerToken', 'Bearer'],
		['deployKey', 'Convex'],
	])('alone is no %s', (authentication, token) => {
		expect(() => parse(authentication, token)).toThrow(/is empty$/);
	});

	it('of the other kind is left out too', () => {
		expect(parse('deployKey', 'Bearer prod:x|s').authorization).toBe('Convex prod:x|s');
		expect(() => parse('bearerToken', 'Convex prod:x|s')).toThrow(/looks like a deploy key/);
	});
});

describe('addresses of Convex', () => {
	it('are recognised with a dot at the end, and have no path', () => {
		expect(() => parseDeploymentUrl('https://x.convex.site.')).toThrow(/convex\.site/);
		expect(parseDeploymentUrl('https://x.convex.cloud/settings?a')).toBe('https://x.convex.cloud');
		expect(resolveSiteUrl('https://x.convex.cloud', 'https://y.convex.site/api/auth')).toBe(
			'https://y.convex.site',
		);
	});

	it('keep the path of a proxy in front of HTTP actions', () => {
		expect(resolveSiteUrl('https://convex.example.com', 'https://example.com/api/auth/')).toBe(
			'https://example.com/api/auth',
		);
	});

	it('are not pages of the dashboard', () => {
		const page = 'https://dashboard.convex.dev/t/team';
		expect(() => resolveSiteUrl('https://x.convex.cloud', page)).toThrow(/dashboard/);
	});
});
